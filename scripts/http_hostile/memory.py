"""Memory until the last byte is sent: answers that are not read, or read slowly, and structures of 1.9 million atoms.

Meanwhile another client's small pictures are drawn, and the resident memory stays under the limit of docs/limits.md.
"""

import gzip
import json
import random
import select
import socket
import threading
import time

from .server import Server, Watcher

# Hostile clients have an address of their own: the limits of one client do not apply to another.
HOSTILE_ADDRESS = ("127.0.0.2", 0)
ATOMS = 1_900_000
MIB = 1 << 20
PLANES = ["color", "depth", "normal", "atom-id", "residue-id"]


def resident_limit_bytes(server: Server) -> int:
    """The limit of docs/limits.md, with the defaults."""
    text = server.request("GET", "/metrics")[2].decode()
    threads = next(float(line.split()[1]) for line in text.splitlines() if line.startswith("molshot_draw_threads "))
    return (1024 + 128 + 256 + 128 + 64 + 256 + 128 * int(threads)) * MIB


def post(path: str, document: dict) -> bytes:
    body = json.dumps(document).encode()
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def closing(request: bytes) -> bytes:
    """The same request, after which the connection is closed."""
    return request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)


def request_of(size_px: int, **output) -> dict:
    return {"schema_version": 1, "structure": {"id": "sample-dna"}, "output": {"width_px": size_px, "height_px": size_px, "samples": 1, **output}}


def connect(server: Server) -> socket.socket:
    connection = socket.socket()
    # Small, so that the answer stays with the server.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(60)
    connection.bind(HOSTILE_ADDRESS)
    connection.connect(server.address)
    return connection


def status_of(connection: socket.socket) -> int | None:
    """The status of an answer that has begun; None if there is none yet."""
    if not select.select([connection], [], [], 0)[0]:
        return None
    head = connection.recv(12, socket.MSG_PEEK)
    return int(head[9:12]) if head.startswith(b"HTTP/1.1 ") else None


def check(server: Server, watcher: Watcher, name: str) -> list[str]:
    limit = resident_limit_bytes(server)
    bad = watcher.failures(name)
    if watcher.resident_bytes_max > limit:
        bad.append(f"{name}: {watcher.resident_bytes_max / MIB:.0f} MiB were resident, more than {limit / MIB:.0f} MiB")
    return bad


def unread(server: Server, name: str, requests: list[bytes], seconds: float = 15) -> list[str]:
    """Sends each request on a connection of its own and reads nothing."""
    with Watcher(server) as watcher:
        connections = []
        for request in requests:
            connection = connect(server)
            connection.sendall(request)
            connections.append(connection)
        time.sleep(seconds)
        statuses = [status_of(connection) for connection in connections]
        print(f"{name}: {len(connections)} connections, {statuses.count(200)} answers begun, {statuses.count(503) + statuses.count(429)} refused")
        for connection in connections:
            connection.close()
        wait_until_idle(server)
    return check(server, watcher, name)


def wait_until_idle(server: Server, seconds: float = 60) -> None:
    """Waits until no request of others holds memory."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        text = server.request("GET", "/metrics")[2].decode()
        reserved = next(float(line.split()[1]) for line in text.splitlines() if line.startswith("molshot_reserved_bytes "))
        if reserved < MIB:
            return
        time.sleep(0.2)


def slow_readers(server: Server) -> list[str]:
    """Clients that read 200 bytes per second lose their connections, although they never pause."""
    name = "20 clients that read 200 bytes per second"
    with Watcher(server, pause_seconds=0.5) as watcher:
        connections = []
        for number in range(20):
            connection = connect(server)
            connection.sendall(get(f"/v1/structures/sample-dna/image.bmp?size=2000x2000&samples=1&commands=roll+x+{number}"))
            connections.append(connection)
        start, open_ones = time.monotonic(), list(connections)
        while open_ones and time.monotonic() - start < 240:
            for connection in list(open_ones):
                try:
                    if not connection.recv(200):
                        open_ones.remove(connection)
                except OSError:
                    open_ones.remove(connection)
            if time.monotonic() - start > 180:
                # What the server had sent before it closed the connection is read quickly now.
                for connection in list(open_ones):
                    connection.settimeout(5)
                    try:
                        while connection.recv(MIB):
                            pass
                        open_ones.remove(connection)
                    except TimeoutError:
                        pass
                    except OSError:
                        open_ones.remove(connection)
                break
            time.sleep(1)
        for connection in connections:
            connection.close()
    print(f"{name}: {20 - len(open_ones)} disconnected after {time.monotonic() - start:.0f} s")
    bad = check(server, watcher, name)
    if open_ones:
        bad.append(f"{name}: {len(open_ones)} are still connected")
    return bad


def xyz(seed: int) -> str:
    """A structure of few bytes per atom; another one for each seed."""
    numbers = random.Random(seed)
    rows = "".join(f"C {n % 124 * 3} {n // 124 % 124 * 3} {n // 15376 * 3}\n" for n in range(ATOMS - 1))
    return f"{ATOMS}\n\n{rows}C {numbers.random():.3f} 0 900\n"


def tiny_rows(seed: int) -> str:
    """All atoms at one point: about the most atoms that fit into a request's body without compression."""
    count = 1_800_000
    return f"{count}\n\n" + "C 0 0 0\n" * (count - 1) + f"C {seed} 1 1\n"


def pdb(seed: int) -> bytes:
    rows = (
        f"HETATM{n % 100000:5}  C   LIG A{n // 20 % 10000:4}    {n % 124 * 3.0:8.3f}{n // 124 % 124 * 3.0:8.3f}{n // 15376 * 3.0:8.3f}  1.00  0.00           C\n"
        for n in range(ATOMS - 1)
    )
    return "".join(rows).encode() + f"HETATM    1  C   LIG A   1    {seed:8.3f}   1.000 900.000  1.00  0.00           C\n".encode()


def upload(server: Server, name: str, content: bytes) -> int | None:
    head = f'--XX\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    body = head + content + b"\r\n--XX--\r\n"
    return send(server, f"POST /v1/structures HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=XX\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)


def send(server: Server, request: bytes) -> int | None:
    """Sends a request of the hostile client and returns the status."""
    connection = connect(server)
    connection.settimeout(120)
    try:
        connection.sendall(request)
        head = connection.recv(12)
        while connection.recv(MIB):
            pass
        return int(head[9:12]) if head else None
    except OSError:
        return None
    finally:
        connection.close()


def large_structures(server: Server) -> list[str]:
    """Four structures of 1.9 million atoms at a time: within the request, uploaded, served, and their annotations."""
    bad = []
    for number in range(4):
        (server.structures / f"large{number}.pdb").write_bytes(pdb(number))
    small = {"width_px": 64, "height_px": 64, "samples": 1}

    def of_document(path: str, structure: dict) -> bytes:
        document = {"schema_version": 1, "structure": structure, "output": small}
        return closing(post(path, document))

    def compressed(structure: dict) -> bytes:
        body = gzip.compress(json.dumps({"schema_version": 1, "structure": structure, "output": small}).encode(), 1)
        return (f"POST /v1/render HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
                f"Content-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body

    def inline(text: str) -> dict:
        return {"files": [{"name": "x.xyz", "text": text}]}

    kinds = {
        "inline, all atoms at one point": lambda n: send(server, of_document("/v1/render", inline(tiny_rows(n)))),
        "inline and compressed": lambda n: send(server, compressed(inline(xyz(n)))),
        "uploaded": lambda n: upload(server, "x.xyz", xyz(n).encode()),
        "served": lambda n: send(server, of_document("/v1/render", {"id": f"large{n}.pdb"})),
        "served, annotations with masks": lambda n: send(server, of_document("/v1/annotations?masks=atom,residue", {"id": f"large{n}.pdb"})),
        "served, hydrogen bonds": lambda n: send(server, closing(get(f"/v1/structures/large{n}.pdb/hbonds?scope=all"))),
    }
    for kind, ask in kinds.items():
        statuses = [None] * 4

        def one(number: int, ask=ask, statuses=statuses) -> None:
            statuses[number] = ask(number)

        with Watcher(server) as watcher:
            start = time.perf_counter()
            threads = [threading.Thread(target=one, args=[number]) for number in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            print(f"4 structures of {ATOMS:,} atoms, {kind}: {statuses} after {time.perf_counter() - start:.1f} s")
        bad += check(server, watcher, f"4 large structures, {kind}")
    for number in range(4):
        (server.structures / f"large{number}.pdb").unlink()
    return bad


def given_back(server: Server) -> list[str]:
    """What is freed goes back to the system: afterwards hardly more is resident than the caches hold."""
    wait_until_idle(server)
    time.sleep(3)
    resident, most = server.resident_bytes(), (448 + 384) * MIB
    print(f"afterwards: {resident / MIB:.0f} MiB resident")
    return [f"{resident / MIB:.0f} MiB are resident after all requests ended"] if resident > most else []


def run(server: Server) -> list[str]:
    bmp = "/v1/structures/sample-dna/image.bmp?size=2000x2000&samples=1&commands=roll+y+"
    batch = {
        "defaults": request_of(1000, format="bmp"),
        "items": [{"key": f"k{number}", "commands": [f"roll y {number}"]} for number in range(500)],
    }
    bad = unread(server, "140 unread pictures", [get(f"{bmp}{number}") for number in range(140)])
    bad += unread(server, "140 times one unread picture from the cache", [get(f"{bmp}0")] * 140)
    documents = [request_of(3000, planes=PLANES) | {"commands": [f"roll y {number}"]} for number in range(20)]
    bad += unread(server, "20 unread answers with five planes", [post("/v1/render", document) for document in documents])
    bad += unread(server, "8 unread batches", [post("/v1/render/batch", batch)] * 8)
    bad += slow_readers(server)
    bad += large_structures(server)
    bad += given_back(server)
    return bad
