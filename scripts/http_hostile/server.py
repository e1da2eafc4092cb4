"""A server with its defaults, and what the scenarios need to talk to it."""

import http.client
import json
import pathlib
import socket
import subprocess
import tempfile
import threading
import time


class Server:
    """`molshot serve` with its defaults on a port of its own, and folders for structures and uploads."""

    def __init__(self, program: str, flags: tuple[str, ...] = ()) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.uploads = pathlib.Path(self.folder.name, "uploads")
        self.structures = pathlib.Path(self.folder.name, "structures")
        for path in (self.uploads, self.structures):
            path.mkdir()
        self.process = subprocess.Popen(
            [program, "serve", "--listen", "127.0.0.1:0", "--uploads", self.uploads, "--structures", self.structures,
             "--log-level", "warn", *flags],
            stdout=subprocess.PIPE, text=True,
        )
        self.pid = self.process.pid
        host, port = self.process.stdout.readline().split("//")[1].strip().split(":")
        self.address = (host, int(port))

    def stop(self) -> list[str]:
        """Ends the server and returns failures."""
        self.process.terminate()
        try:
            status = self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return ["the server did not end within a minute after SIGTERM"]
        return [] if status == 0 else [f"the server exited with {status}"]

    def exchange(self, request: bytes) -> tuple[int | None, float]:
        """The status (None for a closed connection), and the time in milliseconds."""
        connection = socket.create_connection(self.address, timeout=30)
        start = None
        try:
            connection.sendall(request)
            start = time.perf_counter()
            answer = b""
            while data := connection.recv(1 << 20):
                answer = answer[:64] + data[:64] if not answer else answer
            end = time.perf_counter()
        except (ConnectionError, BrokenPipeError):
            # Refused while it was still being sent; there may be an answer nevertheless.
            end = time.perf_counter()
            start = start or end
            answer = b""
            try:
                connection.settimeout(1)
                answer = connection.recv(100)
            except OSError:
                pass
        connection.close()
        status = int(answer[9:12]) if answer.startswith(b"HTTP/1.") else None
        return status, (end - start) * 1e3

    def is_healthy(self, number: int) -> bool:
        path = f"/v1/structures/sample-dna/image.png?size=32x32&commands=roll+y+{number}"
        return self.exchange(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())[0] == 200

    def connect(self, timeout_seconds: float = 60) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(*self.address, timeout=timeout_seconds)

    def request(self, method: str, path: str, body=None, headers=None, timeout_seconds: float = 60):
        """Status, headers and body of the answer. `body` is bytes or becomes JSON."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        connection = self.connect(timeout_seconds)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read()
        finally:
            connection.close()

    def resident_bytes(self) -> int:
        """Resident memory of the server (Linux)."""
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise LookupError("VmRSS")


class Watcher:
    """Another client: asks for small pictures one after the other, and notes how long each took.

        with Watcher(server) as watcher: ...
        failures += watcher.failures("case", limit_seconds=2)
    """

    def __init__(self, server: Server, size_px: int = 64, pause_seconds: float = 0.05) -> None:
        self.server, self.size_px, self.pause_seconds = server, size_px, pause_seconds
        self.seconds: list[float] = []
        self.errors: list[str] = []
        self.resident_bytes_max = 0
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.stopped.set()
        self.thread.join(70)

    def watch(self) -> None:
        number = 0
        while not self.stopped.is_set():
            number += 1
            # Another angle each time, so that no cache answers.
            path = f"/v1/structures/sample-dna/image.png?size={self.size_px}x{self.size_px}&commands=roll+y+{number * 0.37:.2f}"
            start = time.perf_counter()
            try:
                status, _, body = self.server.request("GET", path)
                if status != 200:
                    self.errors.append(f"{status} {body[:200]!r}")
            except OSError as error:
                self.errors.append(repr(error))
            self.seconds.append(time.perf_counter() - start)
            self.resident_bytes_max = max(self.resident_bytes_max, self.server.resident_bytes())
            self.stopped.wait(self.pause_seconds)

    def quantile_seconds(self, fraction: float) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(int(len(ordered) * fraction), len(ordered) - 1)] if ordered else float("inf")

    def report(self, name: str) -> None:
        p50, p99 = (self.quantile_seconds(fraction) * 1e3 for fraction in (0.5, 0.99))
        print(f"{name}: {len(self.seconds)} pictures of {self.size_px} px by another client, median {p50:.0f} ms, p99 {p99:.0f} ms, "
              f"longest {max(self.seconds, default=float('inf')) * 1e3:.0f} ms; resident at most {self.resident_bytes_max / 2**20:.0f} MiB", flush=True)

    def failures(self, name: str, limit_seconds: float = 2) -> list[str]:
        """Reports the times; the failures are errors, and a picture that took longer than the limit."""
        self.report(name)
        bad = [f"{name}: a small picture of another client: {error}" for error in self.errors[:3]]
        longest = max(self.seconds, default=float("inf"))
        if longest > limit_seconds:
            bad.append(f"{name}: a small picture of another client took {longest:.2f} s")
        return bad
