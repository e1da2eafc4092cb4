"""Odd files in the served folder: pipes, devices, sparse files, files that are replaced, and 65,000 of them."""

import os
import shutil
import threading
import time

from .memory import check
from .server import Server, Watcher

ATOM = "HETATM    1  C1  LIG A   1       0.000   0.000   0.000  1.00  0.00           C\n"
MOL2 = "@<TRIPOS>MOLECULE\nm\n1 0 1\nSMALL\n\n@<TRIPOS>ATOM\n1 C1 1 2 3 C.3 1 LIG\n"
FILES = 65_000


def complex_folder(server: Server, name: str):
    """A complex, and the paths of its two files."""
    folder = server.structures / name
    folder.mkdir()
    pocket, ligand = folder / f"{name}_pocket.pdb", folder / f"{name}_ligand.mol2"
    pocket.write_text(ATOM)
    ligand.write_text(MOL2)
    return pocket, ligand


def sparse(path, size: int) -> None:
    with open(path, "wb") as file:
        file.truncate(size)


def odd_files(server: Server) -> list[str]:
    """Each odd file gets a clear answer at once, and nothing of it is read."""
    cases = {
        "pipe": lambda path: os.mkfifo(path),
        "zero": lambda path: path.symlink_to("/dev/zero"),
        "terminal": lambda path: path.symlink_to("/dev/tty"),
        "large": lambda path: sparse(path, 2_500_000_000),
        "missing": lambda path: path.symlink_to("nowhere"),
    }
    wanted = {}
    for name, make in cases.items():
        make(server.structures / f"{name}.pdb")
        wanted[f"{name}.pdb"] = {413} if name == "large" else {404}
        for part in (0, 1):
            paths = complex_folder(server, f"{name}{part}")
            paths[part].unlink()
            make(paths[part])
            wanted[f"{name}{part}"] = {413} if name == "large" else {404, 422}
    bad = []
    with Watcher(server) as watcher:
        for id, statuses in wanted.items():
            for suffix in ("/image.png?size=64x64", "", "/hbonds"):
                start = time.perf_counter()
                try:
                    status, _, body = server.request("GET", f"/v1/structures/{id}{suffix}", timeout_seconds=20)
                except OSError as error:
                    status, body = repr(error), b""
                seconds = time.perf_counter() - start
                print(f"{id}{suffix}: {status} in {seconds * 1e3:.0f} ms {body[:110]!r}")
                if status not in statuses:
                    bad.append(f"{id}{suffix}: {status} instead of {statuses}: {body[:200]!r}")
                if seconds > 2:
                    bad.append(f"{id}{suffix}: took {seconds:.1f} s")
    return bad + check(server, watcher, "odd files")


def replaced(server: Server) -> list[str]:
    """A file that becomes a pipe, a device and a file again while it is asked for."""
    path, other = server.structures / "changing.pdb", server.structures / "new.tmp"
    stop = threading.Event()

    def replace() -> None:
        makes = [lambda: other.write_text(ATOM), lambda: os.mkfifo(other), lambda: other.symlink_to("/dev/zero")]
        number = 0
        while not stop.is_set():
            other.unlink(missing_ok=True)
            makes[number % 3]()
            os.replace(other, path)
            number += 1

    changer = threading.Thread(target=replace, daemon=True)
    changer.start()
    bad, statuses = [], {}
    with Watcher(server) as watcher:
        for _ in range(300):
            try:
                status = server.request("GET", "/v1/structures/changing.pdb", timeout_seconds=20)[0]
            except OSError as error:
                status = repr(error)
            statuses[status] = statuses.get(status, 0) + 1
    stop.set()
    changer.join()
    path.unlink(missing_ok=True)
    print(f"a file that is replaced: {statuses}")
    if set(statuses) - {200, 404, 503}:
        bad.append(f"a file that is replaced: {statuses}")
    return bad + check(server, watcher, "a file that is replaced")


def many_files(server: Server) -> list[str]:
    """Listing 65,000 files is fast, complete and sees changes."""
    for number in range(FILES):
        (server.structures / f"f{number:05}.pdb").touch()
    time.sleep(1.5)
    bad = []
    connection = server.connect()

    def page(query: str) -> dict:
        import json

        connection.request("GET", f"/v1/structures?{query}")
        answer = connection.getresponse()
        document = json.loads(answer.read())
        if answer.status != 200:
            bad.append(f"listing: {answer.status} {document}")
        return document

    with Watcher(server) as watcher:
        page("limit=1")
        start, count = time.perf_counter(), 0
        while time.perf_counter() - start < 5:
            page(f"limit=100&after=f{count * 37 % FILES:05}.pdb")
            count += 1
        rate = count / (time.perf_counter() - start)
        ids, after = [], ""
        while after is not None:
            document = page(f"limit=1000&source=folder&prefix=f&after={after}")
            ids += [entry["id"] for entry in document["structures"]]
            after = document["next"]
        # A change of a large folder is seen within a second.
        (server.structures / "f65000.pdb").touch()
        time.sleep(1.1)
        seen = page("prefix=f65000")["total"]
        (server.structures / "f65000.pdb").unlink()
        time.sleep(1.1)
        gone = page("prefix=f65000")["total"]
    print(f"{FILES:,} files: {rate:.0f} pages per second by one client")
    if ids != [f"f{number:05}.pdb" for number in range(FILES)] or document["total"] != FILES:
        bad.append(f"{FILES} files: the pages hold {len(ids)}, the total is {document['total']}")
    if (seen, gone) != (1, 0):
        bad.append(f"{FILES} files: a new file was {'seen' if seen else 'missed'}, a removed one {'listed' if gone else 'gone'}")
    if rate < 200:
        bad.append(f"{FILES} files: only {rate:.0f} pages per second")
    return bad + check(server, watcher, f"{FILES:,} files")


def run(server: Server) -> list[str]:
    bad = odd_files(server) + replaced(server) + many_files(server)
    shutil.rmtree(server.structures)
    return bad
