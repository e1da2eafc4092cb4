"""The unit under systemd itself, which is started in a container (`systemd-nspawn`)."""

import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from counted_checks import check

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy" / "systemd" / "molshot.service"
LIMIT_SECONDS = 60


class Machine:
    """A container whose root is a folder with Debian, systemd and procps."""

    def __init__(self, root: Path, program: Path) -> None:
        self.root = root
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        # What the page of the unit says: the program, structures, settings, tokens, the unit.
        shutil.copy(program, root / "usr/local/bin/molshot")
        structures = root / "srv/molshot/structures"
        shutil.copytree(ROOT / "scenes" / "library", structures, dirs_exist_ok=True)
        self.settings = root / "etc/molshot/molshot.toml"
        self.settings.parent.mkdir(exist_ok=True)
        listen = self.address.removeprefix("http://")
        self.settings.write_text(f'structures = "/srv/molshot/structures"\nlisten = "{listen}"\n')
        tokens = root / "etc/molshot/tokens"
        tokens.touch(0o600)
        tokens.write_text("secret\n")
        shutil.copy(UNIT, root / "etc/systemd/system/molshot.service")
        wants = root / "etc/systemd/system/multi-user.target.wants"
        wants.mkdir(exist_ok=True)
        link = wants / "molshot.service"
        link.unlink(missing_ok=True)
        link.symlink_to("/etc/systemd/system/molshot.service")
        command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--console=pipe", "--boot"]
        self.process = subprocess.Popen(
            [*command, f"--directory={root}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def run(self, *command: str) -> str:
        """Runs a command in the container."""
        (leader,) = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()[:1]
        enter = ["nsenter", f"--target={leader}", "--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"]
        run = subprocess.run([*enter, *command], capture_output=True, text=True, timeout=LIMIT_SECONDS)
        return (run.stdout + run.stderr).strip()

    def show(self, name: str) -> str:
        return self.run("systemctl", "show", "molshot", "--value", f"--property={name}")

    def ask(self, path: str) -> tuple[int, str, bytes]:
        """Status, Cache-Control and content of an answer; status 0 if there is none."""
        request = urllib.request.Request(self.address + path, headers={"Authorization": "Bearer secret"})
        try:
            with urllib.request.urlopen(request, timeout=LIMIT_SECONDS) as answer:
                return answer.status, answer.headers["Cache-Control"] or "", answer.read()
        except urllib.error.HTTPError as error:
            return error.code, "", b""
        except OSError:
            return 0, "", b""

    def wait(self, condition: Callable[[], bool]) -> bool:
        end = time.monotonic() + LIMIT_SECONDS
        while not condition():
            if time.monotonic() > end or self.process.poll() is not None:
                return False
            time.sleep(0.2)
        return True

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()


def booted(root: Path, program: Path) -> None:
    picture = "/v1/structures/1hvr/image.png?size=128x128"
    machine = Machine(root, program)
    try:
        if not machine.wait(lambda: machine.ask("/readyz")[0] == 200):
            check(False, "systemd starts the service")
            return
        status, _, content = machine.ask(picture)
        check(status == 200 and content.startswith(b"\x89PNG"), f"systemd: a picture: {status}")
        main = machine.show("MainPID")
        text = machine.run("cat", f"/proc/{main}/status")
        found = {name: value for name, value in re.findall(r"^(\w+):\s*(\S+)", text, re.MULTILINE)}
        rights = found["CapEff"], found["NoNewPrivs"], found["Seccomp"]
        check(rights == ("0" * 16, "1", "2") and int(found["Uid"]) > 0, f"systemd: no rights: {rights}")
        check(machine.show("MemoryMax") == str(4 << 30), "systemd: MemoryMax")
        machine.settings.write_text(machine.settings.read_text() + "cache-seconds = 7\n")
        text = machine.run("systemctl", "reload", "molshot")
        fresh = machine.wait(lambda: "max-age=7" in machine.ask(picture)[1])
        check(text == "" and fresh, f"systemd: reload reads the settings again: {text}")
        machine.run("sh", "-c", f"kill -9 {main}")
        again = machine.wait(lambda: machine.show("NRestarts") == "1" and machine.ask("/readyz")[0] == 200)
        check(again, "systemd: a killed service starts again")
        machine.run("systemctl", "stop", "molshot")
        result = machine.show("Result"), machine.show("ActiveState")
        check(result == ("success", "inactive"), f"systemd: stop ends it with success: {result}")
    finally:
        machine.stop()
