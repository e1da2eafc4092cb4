"""What the checks in the folders `scripts/*_checks` share: counting, and files of data sets."""

import hashlib
import sys
from pathlib import Path
from typing import NoReturn

passed = failed = 0


def check(right: bool, text: str, quiet: bool = False) -> None:
    """Counts a check and prints it; if quiet, only one that failed."""
    global passed, failed
    passed += right
    failed += not right
    if not right or not quiet:
        print(f"{'ok' if right else 'FAILED'}: {text}", flush=True)


def end() -> NoReturn:
    """Prints the counts and ends the program."""
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


def files_of(folder: Path) -> dict[str, str]:
    """SHA-256 of all files of a set, by path; where the complexes are is not part of it."""
    paths = [path for path in folder.rglob("*") if path.is_file() and path != folder / "local.json"]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def tree_hash(files: dict[str, str]) -> str:
    """The first half of SHA-256 of all paths and hashes of files."""
    text = "".join(f"{name} {files[name]}\n" for name in sorted(files))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def difference(found: dict[str, str], wanted: dict[str, str]) -> str:
    """Which files differ between two sets; empty if none does."""
    names = sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
    return f"{len(names)} files differ: {names[:5]}" if names else ""
