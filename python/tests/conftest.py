"""What the tests share: structures of the library, and the command line."""

import os
import pathlib
import subprocess

import pytest

import molshot

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARY = pathlib.Path(os.environ.get("MOLSHOT_LIBRARY", ROOT / "scenes" / "library"))


@pytest.fixture(scope="session")
def library() -> pathlib.Path:
    return LIBRARY


@pytest.fixture(scope="session")
def ubiquitin() -> molshot.Structure:
    return molshot.read(LIBRARY / "1ubi.pdb")


@pytest.fixture(scope="session")
def program() -> str:
    """The command line of the same version."""
    given = os.environ.get("MOLSHOT")
    candidates = [given] if given else [str(ROOT / "target" / kind / "molshot") for kind in ("release", "debug")]
    for path in candidates:
        if path and os.path.exists(path):
            version = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
            assert molshot.__version__ in version.stdout
            return path
    raise RuntimeError("no program molshot; build it, or give its path in MOLSHOT")


@pytest.fixture(scope="session")
def complexes(library: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder of two complexes in PDBbind layout."""
    folder = tmp_path_factory.mktemp("complexes")
    for name in ["1hvr", "7pbl"]:
        os.symlink(library / name, folder / name)
    return folder
