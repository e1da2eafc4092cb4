"""Hostile requests, one by one: each is refused soon, and a valid request succeeds after each."""

import gzip
import json

JSON = "Content-Type: application/json\r\n"
ZIPPED = JSON + "Content-Encoding: gzip\r\n"
REQUEST = {"schema_version": 1, "structure": {"id": "sample-dna"}, "output": {"width_px": 64, "height_px": 64}}


def with_changes(**changes) -> bytes:
    return json.dumps({**REQUEST, **changes}).encode()


def with_width(text: str) -> bytes:
    return json.dumps(REQUEST).replace('"width_px": 64', f'"width_px": {text}').encode()


def bodies():
    """Name, path, headers, body."""
    texts = [{"text": "x"}] * 10**6
    files = [{"name": "x.pdb", "text": ""}] * 10**5
    deep = b'{"schema_version":1,"structure":' + b"[" * 10**6 + b"]" * 10**6 + b"}"
    one_key = json.dumps({"defaults": REQUEST, "items": [{"key": "a", "output": {"width_px": 0}}] * 10**5}).encode()
    yield "a body of 17 MiB", "render", JSON, b" " * (17 << 20)
    yield "gzip in gzip", "render", ZIPPED, gzip.compress(gzip.compress(b" " * (200 << 20)))
    yield "200 KiB that become 200 MiB (gzip)", "render", ZIPPED, gzip.compress(b" " * (200 << 20))
    yield "truncated gzip", "render", ZIPPED, gzip.compress(b" " * 10**6)[:500]
    yield "JSON a million deep", "render", JSON, deep
    yield "objects 100,000 deep", "render", JSON, b'{"a":' * 10**5
    yield "JSON a million deep, batch", "render/batch", JSON, deep
    yield "1,000,000 labels", "render", JSON, with_changes(style={"texts": texts})
    yield "1,000,000 labels, annotations", "annotations", JSON, with_changes(style={"texts": texts})
    yield "1,000,000 labels, batch defaults", "render/batch", JSON, json.dumps({"defaults": {"style": {"texts": texts}}, "items": []}).encode()
    yield "1,000,000 unknown keys", "render", JSON, ("{" + ",".join(f'"k{n}":0' for n in range(10**6)) + "}").encode()
    yield "1,000,000 numbers as commands", "render", JSON, with_changes(commands=[1] * 10**6)
    yield "300,000 commands", "render", JSON, with_changes(commands=["roll x 1"] * 300_000)
    yield "100,000 files", "render", JSON, with_changes(structure={"files": files})
    yield "100,000 transforms", "render", JSON, with_changes(transforms=[{"select": "all", "commands": ["roll x 1"]}] * 10**5)
    yield "an id of a million characters", "render", JSON, with_changes(structure={"id": "a" * 10**6})
    yield "a selection of 10^6 brackets", "render", JSON, with_changes(select="(" * 10**6)
    yield "1,000,001 items", "render/batch", JSON, b'{"items":[' + b",".join([b"{}"] * 1_000_001) + b"]}"
    yield "one key 100,000 times (a stream of errors)", "render/batch", JSON, one_key
    for text in ("NaN", "1e308", "1e400", "0", "4294967296", "-1", "1.5", '"64"', "null"):
        yield f"a width of {text}", "render", JSON, with_width(text)
    yield "a field of view of 1e308", "render", JSON, with_changes(camera={"fov_degrees": 1e308})
    yield "a command with 1e308", "render", JSON, with_changes(commands=["zoom 1e308"])
    yield "a command with NaN", "render", JSON, with_changes(commands=["roll x NaN"])
    for color in ("rgb(256,0,0)", "color(display-p3 2 0 0)", "#1234567", "", "\u0000"):
        yield f"the colour {color!r}", "render", JSON, with_changes(style={"background": color})
    yield "a picture of 16384 x 16384 x 16", "render", JSON, with_changes(output={"width_px": 16384, "height_px": 16384, "samples": 16})
    yield "an inline file of 10^9 atoms", "render", JSON, with_changes(structure={"files": [{"name": "x.xyz", "text": "1000000000\n\nC 0 0 0\n"}]})
    yield "coordinates of 1e308", "render", JSON, with_changes(structure={"files": [{"name": "x.xyz", "text": "2\n\nC 1e308 0 0\nC -1e308 0 0\n"}]})
    yield "coordinates that are not numbers", "render", JSON, with_changes(structure={"files": [{"name": "x.xyz", "text": "1\n\nC NaN inf 0\n"}]})
    yield "invalid UTF-8", "render", JSON, b"\xfe" * 1000
    yield "zeros", "render", JSON, b"\0" * 1000
    yield "an empty body", "render", JSON, b""


def heads():
    """Name, whole request."""
    for path in ("/v1/structures/..", "/v1/structures/%2e%2e", "/v1/structures/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "/v1/structures/a%00b", "/v1/structures/\0",
                 "/assets/../../etc/passwd", "/assets/%2e%2e%2fCargo.toml", "//etc/passwd", "/v1/structures/%c0%ae%c0%ae", "/v1/structures/%",
                 "/v1/structures/sample-dna/image.png?size=0x0", "/v1/structures/sample-dna/image.png?size=4294967296x1",
                 "/v1/structures/sample-dna/image.png?size=5x5&size=6x6", "/v1/structures/sample-dna/image.png?fov=NaN", "/v1/structures?limit=99999999999999999999"):
        yield f"GET {path}".replace("\0", "NUL"), f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    yield "headers of 2 MiB", b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * (2 << 20) + b"\r\n\r\n"
    yield "10,000 header fields", b"GET /livez HTTP/1.1\r\nHost: localhost\r\n" + b"X: a\r\n" * 10_000 + b"\r\n"
    yield "a URL of 100,000 characters", b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    yield "a foreign host name", b"GET /livez HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    yield "two Content-Length headers", b"POST /v1/render HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"
    yield "Content-Length and chunked", b"POST /v1/render HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    yield "a negative Content-Length", b"POST /v1/render HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n"
    yield "malformed chunks", b"POST /v1/render HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
    yield "a TLS handshake", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"


def form(name: str, content: bytes) -> tuple[str, bytes]:
    body = f'--XX\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode() + content + b"\r\n--XX--\r\n"
    return "Content-Type: multipart/form-data; boundary=XX\r\n", body


def uploads():
    yield "a gzip bomb", *form("x.pdb.gz", gzip.compress(b" " * (300 << 20)))
    lines = "".join(f"HETATM{n:5}  O   HOH A{n:4}    {n * 7.31 % 99:8.3f}{n * 3.77 % 99:8.3f}{n * 1.93 % 99:8.3f}  1.00  0.00           O\n" for n in range(350))
    yield "1 MB that become 270 MB", *form("x.pdb.gz", gzip.compress(lines.encode() * 9900))
    yield "gzip in gzip", *form("x.pdb.gz", gzip.compress(gzip.compress(b"ATOM")))
    yield "a header of 4,000,000,000 atoms", *form("x.xyz", b"4000000000\n\n")
    yield "not a structure", *form("x.pdb", b"\0" * 1000)
    yield "truncated BinaryCIF", *form("x.bcif", b"\x80")
    yield "65 MiB", *form("x.pdb", b" " * (65 << 20))
    yield "endless part headers", "Content-Type: multipart/form-data; boundary=XX\r\n", b"--XX\r\nContent-Disposition: " + b"a" * (8 << 20)
    yield "no boundary", "Content-Type: multipart/form-data\r\n", b"--XX--\r\n"


def requests():
    """Name, whole request."""
    for name, path, headers, body in bodies():
        yield name, post(path, headers, body)
    for name, headers, body in uploads():
        yield f"upload: {name}", post("structures", headers, body)
    yield from heads()


def post(path: str, headers: str, body: bytes) -> bytes:
    head = f"POST /v1/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def run(server) -> list[str]:
    print("| request | answer | ms |\n|---|---|---|")
    bad, slow = [], []
    for number, (name, request) in enumerate(requests()):
        outcomes = [server.exchange(request) for _ in range(3)]
        status, took = outcomes[0][0], min(took for _, took in outcomes)
        print(f"| {name} | {status or 'closed'} | {took:.1f} |", flush=True)
        streamed = "stream of errors" in name
        if not (status is None or 400 <= status < 500 or (streamed and status == 200)):
            bad.append(f"{name}: {status}")
        if took > 100 and not streamed:
            slow.append(f"{name} ({took:.0f} ms)")
        if not server.is_healthy(number):
            bad.append(f"after {name} a valid request failed")
    print(f"\nOver 100 ms: {', '.join(slow) or 'none'}.")
    return bad
