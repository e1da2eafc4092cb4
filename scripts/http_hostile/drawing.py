"""Expensive, abandoned and long pictures of one client beside small pictures of another."""

import json
import socket
import threading
import time

from .server import Server, Watcher

ATOMS = 20_000
EDGE_PX = 4096
# A small picture of another client is answered within this time throughout.
LIMIT_SECONDS = 2
# Fairness: the 99th percentile of small pictures.
FAIR_SECONDS = 0.1


def xyz(atoms: int, apart_angstrom: float = 0.0) -> str:
    """Atoms at one point, or each a little nearer to the viewer of the view front than the one before."""
    lines = (f"C 0 0 {index * apart_angstrom:.6f}" for index in range(atoms))
    return f"{atoms}\n\n" + "\n".join(lines) + "\n"


def picture(files: str, edge_px: int, number: float = 0, **style) -> dict:
    return {
        "schema_version": 1, "structure": {"files": [{"name": "x.xyz", "text": files}]}, "style": {"preset": "spacefill", **style},
        "commands": [f"roll y {number:.3f}"], "output": {"width_px": edge_px, "height_px": edge_px},
    }


def post(path: str, body: dict) -> bytes:
    data = json.dumps(body).encode()
    return f"POST /v1/{path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data


def abandon(server: Server, path: str, body: dict, seconds: float, answers: list) -> None:
    """Sends a request, and closes the connection after a time. Notes the start of an answer that came nevertheless."""
    with socket.create_connection(server.address, timeout=60) as connection:
        connection.sendall(post(path, body))
        connection.settimeout(seconds)
        try:
            answers.append(connection.recv(1000))
        except TimeoutError:
            pass


def level(server: Server, name: str) -> float:
    text = server.request("GET", "/metrics")[2].decode()
    return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(f"molshot_{name} "))


def wait_until_idle(server: Server, name: str, seconds: float) -> list[str]:
    """Abandoned pictures leave the workers soon."""
    start = time.perf_counter()
    while level(server, "pictures_in_progress") + level(server, "pictures_waiting") > 0:
        if time.perf_counter() - start > seconds:
            return [f"{name}: {seconds} s after it was abandoned a picture is still drawn"]
        time.sleep(0.05)
    print(f"{name}: idle {time.perf_counter() - start:.2f} s after the last was abandoned", flush=True)
    return []


def abandoned(server: Server, name: str, path: str, body) -> list[str]:
    """Three requests, each abandoned after a second, all at once; then three one after the other."""
    bad, answers = [], []
    with Watcher(server) as watcher:
        for together in (True, False):
            threads = [threading.Thread(target=abandon, args=(server, path, body(number), 1, answers)) for number in range(3)]
            for thread in threads:
                thread.start()
                if not together:
                    thread.join()
            for thread in threads:
                thread.join()
            status, _, text = server.request("GET", "/readyz")
            if status != 200:
                bad.append(f"{name}: /readyz answers {status} {text[:300]!r} though small pictures are drawn")
        bad += wait_until_idle(server, name, LIMIT_SECONDS)
    if answers:
        print(f"{name}: {len(answers)} of 6 were answered within the second: {answers[0][:400]!r}", flush=True)
    return bad + watcher.failures(name, LIMIT_SECONDS)


def coincident(server: Server) -> list[str]:
    """Atoms at one point are drawn once."""
    start = time.perf_counter()
    status, _, body = server.request("POST", "/v1/render", picture(xyz(ATOMS), EDGE_PX))
    took = time.perf_counter() - start
    print(f"{ATOMS} atoms at one point in a {EDGE_PX} x {EDGE_PX} picture: {status} after {took:.2f} s", flush=True)
    return [] if status == 200 and took < 10 else [f"{ATOMS} atoms at one point: {status} after {took:.2f} s {body[:200]!r}"]


def costly(server: Server) -> list[str]:
    """Atoms that lie nearly at one point are refused where they would take too long."""
    start = time.perf_counter()
    status, _, body = server.request("POST", "/v1/render", picture(xyz(ATOMS, 1e-4), EDGE_PX))
    print(f"{ATOMS} atoms nearly at one point in a {EDGE_PX} x {EDGE_PX} picture: {status} after {time.perf_counter() - start:.2f} s", flush=True)
    return [] if status == 413 and b"picture_too_costly" in body else [f"a costly picture is answered with {status} {body[:300]!r}"]


def fair_beside_large(server: Server, seconds: float = 20) -> list[str]:
    """One client asks for large pictures one after the other."""
    name = f"beside one client with {EDGE_PX} x {EDGE_PX} pictures"
    stop, count, errors = threading.Event(), [0], []

    def ask() -> None:
        while not stop.is_set():
            count[0] += 1
            path = f"/v1/structures/sample-dna/image.png?size={EDGE_PX}x{EDGE_PX}&commands=roll+y+{count[0] * 1.37:.2f}"
            status, _, body = server.request("GET", path)
            if status != 200:
                errors.append(f"{name}: {status} {body[:200]!r}")

    return beside(server, name, ask, stop, seconds) + errors[:3] + no_pictures(name, count[0])


def fair_beside_batch(server: Server, seconds: float = 20) -> list[str]:
    """One client reads a batch of 100,000 items."""
    name = "beside a batch of 100,000 items"
    stop, count, errors = threading.Event(), [0], []
    items = [{"key": f"i{number}", "commands": [f"roll y {number * 0.0036:.4f}"]} for number in range(100_000)]
    defaults = {"schema_version": 1, "structure": {"id": "sample-dna"}, "output": {"width_px": 512, "height_px": 512}}

    def ask() -> None:
        connection = server.connect()
        connection.request("POST", "/v1/render/batch", json.dumps({"defaults": defaults, "items": items}), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        if answer.status != 200:
            errors.append(f"{name}: {answer.status} {answer.read(300)!r}")
        while not stop.is_set():
            count[0] += len(answer.read(1 << 16)) > 0
        connection.close()

    return beside(server, name, ask, stop, seconds) + errors + no_pictures(name, count[0])


def no_pictures(name: str, count: int) -> list[str]:
    return [] if count > 1 else [f"{name}: the other client got nothing"]


def beside(server: Server, name: str, ask, stop: threading.Event, seconds: float) -> list[str]:
    """Small pictures of all sizes while `ask` runs in another thread."""
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    time.sleep(0.5)
    bad = []
    for size_px in (64, 256):
        with Watcher(server, size_px=size_px, pause_seconds=0.02) as watcher:
            time.sleep(seconds / 2)
        bad += watcher.failures(name, LIMIT_SECONDS)
        if (p99 := watcher.quantile_seconds(0.99)) > FAIR_SECONDS:
            bad.append(f"{name}: p99 of {size_px} px pictures is {p99 * 1e3:.0f} ms, not below {FAIR_SECONDS * 1e3:.0f} ms")
    stop.set()
    thread.join(60)
    return bad


def run(server: Server) -> list[str]:
    files = xyz(ATOMS)
    # Below the limit of cost, and so drawn until they are abandoned.
    near = xyz(ATOMS, 1e-4)
    texts = [{"text": "x", "at": f"not (index 0-{ATOMS} and not within {1 + number / 100} of index {number})"} for number in range(900)]
    bad = coincident(server) + costly(server)
    bad += abandoned(server, "atoms at one point", "render", lambda number: picture(files, EDGE_PX, number))
    bad += abandoned(server, "atoms nearly at one point", "render", lambda number: picture(near, 1024, number))
    bad += abandoned(server, "annotations", "annotations", lambda number: picture(near, 1024, number))
    bad += abandoned(server, "effects", "render", lambda number: picture(near, 1000, number, shadows=True, ambient_occlusion={}, silhouettes={}))
    bad += abandoned(server, "selections", "render", lambda number: picture(near, 1000, number, texts=texts))
    bad += fair_beside_large(server) + fair_beside_batch(server)
    status, _, body = server.request("GET", "/readyz")
    if status != 200:
        bad.append(f"at the end /readyz answers {status} {body[:300]!r}")
    return bad
