"""Requests that pages of other sites send: every unsafe method, with and without allowed origins, with false `Sec-Fetch-Site`, to host names over plain HTTP."""

import http.client
import json
import time

from .server import Server

RENDER = json.dumps({"schema_version": 1, "structure": {"id": "sample-dna"}, "output": {"width_px": 32, "height_px": 32}}).encode()
FORM = b'--XX\r\nContent-Disposition: form-data; name="file"; filename="w.xyz"\r\n\r\n1\n\nO 0 0 0\n\r\n--XX--\r\n'
MULTIPART = "multipart/form-data; boundary=XX"
# Method, path, media type, body.
UNSAFE = [
    ("POST", "/v1/render", "application/json", RENDER),
    # What a page may send without a preflight.
    ("POST", "/v1/render", "text/plain", RENDER),
    ("POST", "/v1/annotations", "application/json", RENDER),
    ("POST", "/v1/render/batch", "application/json", b'{"items": []}'),
    ("POST", "/v1/structures", MULTIPART, FORM),
    ("DELETE", "/v1/structures/sample-dna", "text/plain", b""),
    ("PUT", "/v1/structures/sample-dna", "text/plain", b"x"),
    ("PATCH", "/v1/structures/sample-dna", "text/plain", b"x"),
    ("BREW", "/v1/structures", "text/plain", b""),
    ("POST", "/nothing", "text/plain", b""),
]
SITES = [None, "same-origin", "none", "same-site", "cross-site", "nonsense"]


def send(server: Server, method: str, path: str, headers: dict, body: bytes = b"") -> tuple[int, str]:
    """Status, and code of the problem if there is one."""
    connection = http.client.HTTPConnection(*server.address, timeout=60)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": "{}:{}".format(*server.address), "Content-Length": str(len(body)), **headers}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        content = answer.read()
        is_problem = answer.getheader("Content-Type") == "application/problem+json"
        return answer.status, json.loads(content)["code"] if is_problem else ""
    finally:
        connection.close()


def attempts(server: Server, host: str, own: str, allowed: list[str], foreign: list[str]) -> tuple[int, list[str]]:
    """Sends every unsafe request from every origin. Returns how many, and the failures."""
    count, bad = 0, []
    for method, path, media_type, body in UNSAFE:
        for origin in [None, own, *allowed, *foreign]:
            for site in SITES:
                # A browser that reports another site is believed even without an origin.
                refused = origin in foreign or (origin is None and site in ("same-site", "cross-site", "nonsense"))
                headers = {"Host": host, "Content-Type": media_type}
                headers |= {"Origin": origin} if origin is not None else {}
                headers |= {"Sec-Fetch-Site": site} if site else {}
                status, code = send(server, method, path, headers, body)
                count += 1
                if refused != ((status, code) == (403, "cross_site")):
                    bad.append(f"{method} {path} ({media_type}) of {origin}, Sec-Fetch-Site {site}, to {host}: {status} {code}")
    for origin in foreign:
        for method in ("POST", "DELETE", "PUT", "GET"):
            headers = {"Host": host, "Origin": origin, "Access-Control-Request-Method": method}
            status, code = send(server, "OPTIONS", "/v1/structures", headers)
            count += 1
            if (status, code) != (403, "cross_site"):
                bad.append(f"preflight of {origin} for {method}: {status} {code}")
    return count, bad


def run(server: Server) -> list[str]:
    start = time.perf_counter()
    host, port = server.address
    local = f"{host}:{port}"
    foreign = ["https://evil.example", "null", "", f"https://{local}", f"http://{host}:{port ^ 1}", f"http://{local}.evil.example", f"http://{local}@evil.example"]
    total, bad = attempts(server, local, f"http://{local}", [], foreign)

    program = server.process.args[0]
    # Origins that are not allowed do not become so because others are.
    allowed = ["https://a.example", "http://b.example:81"]
    others = Server(program, ("--cors-origins", ",".join(allowed)))
    count, more = attempts(others, "{}:{}".format(*others.address), "http://{}:{}".format(*others.address), allowed,
                           ["http://a.example", "https://a.example:444", "http://b.example", "https://c.a.example", "null"])
    total, bad = total + count, bad + more + others.stop()
    # Browsers send no Sec-Fetch-Site to plain HTTP hosts that are not this machine.
    named = Server(program, ("--insecure-public",))
    count, more = attempts(named, "molecules.lan:8000", "http://molecules.lan:8000", [],
                           ["http://molecules.lan", "https://molecules.lan:8000", "http://other.lan:8000", "null"])
    total, bad = total + count, bad + more + named.stop()
    # A page whose name was rebound to this machine.
    for name in ("evil.example", f"localhost.evil.example:{port}"):
        for method, path, media_type, body in [*UNSAFE, ("GET", "/v1/structures", "text/plain", b"")]:
            headers = {"Host": name, "Origin": f"http://{name}", "Sec-Fetch-Site": "same-origin", "Content-Type": media_type, "X-Forwarded-Host": "localhost"}
            status, code = send(server, method, path, headers, body)
            total += 1
            if (status, code) != (403, "host_unknown"):
                bad.append(f"{method} {path} to the host {name}: {status} {code}")
    if not server.is_healthy(1):
        bad.append("a valid request failed afterwards")
    # The own page and programs have stored one.
    if len(list(server.uploads.iterdir())) > 1:
        bad.append("a foreign page has stored an upload")
    print(f"{total} requests of pages in {time.perf_counter() - start:.1f} s, {len(bad)} answered wrongly")
    return bad
