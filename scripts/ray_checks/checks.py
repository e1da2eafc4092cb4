"""The checks of `scripts/check-ray`."""

import hashlib
import json
import os
import random
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from counted_checks import check, difference, end, files_of, tree_hash
from driver import s3

from molshot import dataset

#: Kills of workers and of drivers, in a folder and in a store of objects.
WORKER_KILLS, DRIVER_KILLS = 20, 5
STORE_WORKER_KILLS, STORE_DRIVER_KILLS = 6, 2
#: A run that takes longer hangs.
LIMIT_SECONDS = 900
NO_WORK_SECONDS = 5.0
LEAST_RATE = 0.9
#: Pairs of runs whose rates are compared.
ROUNDS = 3
DRIVER = Path(__file__).with_name("driver.py")

def compared(found: dict[str, str], wanted: dict[str, str]) -> str:
    """Which files differ, or the hash of all."""
    return difference(found, wanted) or f"tree hash {tree_hash(found)}"


class Driver:
    """A process that calls `molshot.ray.generate`."""

    def __init__(self, out: str, *options: str) -> None:
        command = [sys.executable, str(DRIVER), out, *options]
        self.lines: list[dict] = []
        self.log = open(Path(os.environ["RAY_TMPDIR"]).parent / "driver.log", "ab")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log, text=True)

    def follow(self) -> Iterator[dict]:
        """The lines of the process as they come."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("{"):
                self.lines.append(json.loads(line))
                yield self.lines[-1]

    def finish(self) -> dict:
        """Waits for the end; returns the last line."""
        for _ in self.follow():
            pass
        self.process.wait(LIMIT_SECONDS)
        self.log.close()
        wait_for_the_end()
        return self.lines[-1] if self.lines else {"error": "no line"}


def processes(name: str = "") -> list[int]:
    """The processes of this check's Ray, whose titles begin with a name."""
    mark = f"RAY_TMPDIR={os.environ['RAY_TMPDIR']}\0".encode()
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal() or int(folder.name) == os.getpid():
            continue
        try:
            title = (folder / "cmdline").read_bytes().decode(errors="replace")
            if title.startswith(name) and mark in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def others() -> list[int]:
    """Processes of Ray, without those of the shell that started the check."""
    parents = set()
    process = os.getpid()
    while process > 1:
        parents.add(process)
        process = int(Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[1])
    return [process for process in processes() if process not in parents and process not in keep]


#: Processes that are not of Ray: the server of S3.
keep: set[int] = set()


def wait_for_the_end() -> None:
    """Waits until Ray's processes have ended. Those of a driver that was killed stay: ends them."""
    start = time.monotonic()
    while others() and time.monotonic() - start < 10:
        time.sleep(0.1)
    for process in others():
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue


def workers() -> list[int]:
    return processes("ray::MapWorker") or processes("ray::MapBatches")


def kill_worker() -> bool:
    """Kills a worker of the set, if there is one."""
    found = workers()
    if not found:
        return False
    try:
        os.kill(random.choice(found), signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def run_with_kills(start: Callable[[], Driver], wanted: int) -> tuple[int, dict]:
    """Runs a driver and kills a worker at random moments. Returns the number of kills."""
    driver = start()
    kills = 0

    def killer() -> None:
        nonlocal kills
        while not driver.lines:
            if driver.process.poll() is not None:
                return
            time.sleep(0.05)
        while driver.process.poll() is None and kills < wanted:
            time.sleep(random.uniform(0.1, 2.0))
            # After the last shard, there is nothing to disturb.
            last = driver.lines[-1]
            if last.get("done") == last.get("total"):
                return
            kills += kill_worker()

    thread = threading.Thread(target=killer)
    thread.start()
    result = driver.finish()
    thread.join()
    return kills, result


def in_a_folder(place: Path, planned: Path, wanted: dict[str, str]) -> None:
    shards = len(json.loads((planned / "plan" / "plan.json").read_bytes())["shards"])
    out = place / "out"

    def fresh() -> None:
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(planned, out)

    fresh()
    result = Driver(str(out)).finish().get("result", {})
    check(files_of(out) == wanted, f"two workers: {compared(files_of(out), wanted)}")
    once = result.get("shards_made") == result.get("attempts") == shards
    check(once, f"{result.get('shards_made')} of {shards} shards made in {result.get('attempts')} attempts")
    start = time.monotonic()
    result = Driver(str(out)).finish().get("result", {})
    seconds = time.monotonic() - start
    idle = result.get("shards_found") == shards and not result.get("ray")
    check(idle and seconds < NO_WORK_SECONDS, f"a resume with nothing to do: {seconds:.1f} s, without Ray")

    kills = runs = attempts = 0
    equal = True
    while kills < WORKER_KILLS and runs < 30:
        fresh()
        killed, last = run_with_kills(lambda: Driver(str(out), "--tries", "50"), WORKER_KILLS - kills)
        kills += killed
        runs += 1
        attempts += last.get("result", {}).get("attempts", 0) - shards
        if "result" not in last or files_of(out) != wanted:
            equal = False
            print(last, compared(files_of(out), wanted), flush=True)
    text = f"{kills} workers killed in {runs} runs, {attempts} shards begun anew: all equal, nothing doubled"
    check(equal and kills >= WORKER_KILLS and attempts > 0, text)

    kills = runs = 0
    equal = True
    ends = []
    fresh()
    while kills < DRIVER_KILLS and runs < 30:
        runs += 1
        done = len(list((out / "shards").glob("*.json"))) if (out / "shards").exists() else 0
        if done == shards:
            fresh()
        driver = Driver(str(out))
        stop = random.randrange(1, 15)
        for number, line in enumerate(driver.follow(), 1):
            if number >= stop and line.get("done") != line.get("total"):
                time.sleep(random.uniform(0, 0.5))
                driver.process.kill()
                kills += 1
                break
        driver.process.wait()
        driver.log.close()
        # The next driver starts at once, while workers of this one may still draw.
        if kills == 1 and not ends:
            start = time.monotonic()
            while workers() and time.monotonic() - start < 60:
                time.sleep(0.1)
            ends.append(time.monotonic() - start)
    result = Driver(str(out)).finish()
    equal = "result" in result and files_of(out) == wanted
    check(equal, f"{kills} drivers killed, then resumed: {compared(files_of(out), wanted)}")
    print(f"after a driver was killed, its workers ended within {max(ends):.1f} s", flush=True)

    (out / "shards").joinpath("train-00000.json").unlink()
    lost = json.loads((out / "shards" / "train-00001.json").read_bytes())
    (out / next(iter(lost["files"]))).unlink()
    result = Driver(str(out)).finish().get("result", {})
    check(result.get("shards_made") == 2, f"a lost manifest and a lost table: {result.get('shards_made')} shards made")
    check(files_of(out) == wanted, f"they are made again: {compared(files_of(out), wanted)}")


class ProcessorTime:
    """Processor time of Ray's processes while a driver runs: its own and that of all others."""

    def __init__(self) -> None:
        self.seconds: dict[int, float] = {}
        self.titles: dict[int, str] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        ticks = os.sysconf("SC_CLK_TCK")
        while not self._ended.wait(0.25):
            for process in others():
                try:
                    title = Path(f"/proc/{process}/cmdline").read_bytes().decode(errors="replace").replace("\0", " ")
                    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
                except OSError:
                    continue
                if not title.startswith("ray::IDLE"):
                    self.titles[process] = title
                self.seconds[process] = (int(fields[11]) + int(fields[12])) / ticks

    def of_workers(self) -> float:
        """Seconds of those that draw."""
        return sum(self.seconds[process] for process, title in self.titles.items() if title.startswith("ray::Map"))

    def __enter__(self) -> "ProcessorTime":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()


def rates(place: Path, complexes: Path, edge_px: int, rounds: int) -> None:
    """Two workers of one thread beside two threads of one process: pictures per second, and
    processor time per picture, which says what the rate is where nothing else runs."""
    planned = place / f"large{edge_px}"
    dataset.plan(complexes, planned, size=(edge_px, edge_px), shard_pictures=240)
    out = place / "out"
    steady, whole, cost = [], [], []
    for _ in range(rounds):
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(planned, out)
        before, start = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
        pictures = dataset.generate(out, threads=2)["pictures"]
        seconds, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_SELF)
        plain = pictures / seconds
        plain_ms = 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / pictures
        shutil.rmtree(out)
        shutil.copytree(planned, out)
        with ProcessorTime() as used:
            result = Driver(str(out)).finish()["result"]
        seen = result["seen"]
        rate = (seen[-1][0] - seen[0][0]) / (seen[-1][2] - seen[0][2])
        ray_ms = 1000 * used.of_workers() / pictures
        other_s = sum(used.seconds.values()) - used.of_workers()
        steady.append(rate / plain)
        whole.append(pictures / result["whole_seconds"] / plain)
        cost.append(plain_ms / ray_ms)
        print(
            f"{pictures} pictures: one process {plain:.1f}/s, {plain_ms:.2f} ms of processor time each; Ray {rate:.1f}/s while it "
            f"draws ({steady[-1]:.2f}), {whole[-1]:.2f} with start and end, {ray_ms:.2f} ms ({cost[-1]:.2f}), and {other_s:.1f} s for Ray",
            flush=True,
        )
    check(
        statistics.median(cost) >= LEAST_RATE or statistics.median(steady) >= LEAST_RATE,
        f"medians of {rounds} rounds: rate of two workers / two threads {statistics.median(steady):.2f}, "
        f"processor time of two threads / two workers {statistics.median(cost):.2f}",
    )


def in_a_store(place: Path, planned: Path, wanted: dict[str, str]) -> None:
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", "0"], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    keep.add(server.pid)
    assert server.stderr is not None
    endpoint = ""
    for line in server.stderr:
        if "Running on http://" in line:
            endpoint = line.split("http://")[1].split()[0].strip()
            break
    threading.Thread(target=lambda: [None for _ in server.stderr], daemon=True).start()
    filesystem = s3(endpoint)
    try:
        store_checks(planned, wanted, endpoint, filesystem)
    finally:
        server.kill()


def store_checks(planned: Path, wanted: dict[str, str], endpoint: str, filesystem: object) -> None:
    from pyarrow.fs import FileSelector, FileType

    shards = len(json.loads((planned / "plan" / "plan.json").read_bytes())["shards"])
    filesystem.create_dir("sets")

    def content(root: str) -> dict[str, str]:
        found = {}
        for info in filesystem.get_file_info(FileSelector(root, recursive=True)):
            if info.type == FileType.File:
                with filesystem.open_input_stream(info.path) as stream:
                    found[info.path.removeprefix(f"{root}/")] = hashlib.sha256(stream.read()).hexdigest()
        return found

    def driver(root: str, *options: str) -> Driver:
        return Driver(root, "--plan", str(planned), "--endpoint", endpoint, *options)

    result = driver("sets/a").finish().get("result", {})
    check(content("sets/a") == wanted, f"S3: {compared(content('sets/a'), wanted)}")
    check(result.get("shards_made") == shards, f"S3: {result.get('shards_made')} of {shards} shards made")
    start = time.monotonic()
    result = driver("sets/a").finish().get("result", {})
    seconds = time.monotonic() - start
    idle = result.get("shards_found") == shards and not result.get("ray")
    check(idle and seconds < NO_WORK_SECONDS, f"S3: a resume with nothing to do: {seconds:.1f} s, without Ray")

    # No marker, half a marker, and a table of another size.
    marker = "sets/a/shards/train-00001.json"
    with filesystem.open_input_stream(marker) as stream:
        text = stream.read()
    table = next(iter(json.loads(text)["files"]))
    filesystem.delete_file("sets/a/shards/train-00000.json")
    for path, data in [(marker, text[: len(text) // 2]), (f"sets/a/{table}".replace("00001", "00002"), b"PAR1")]:
        with filesystem.open_output_stream(path) as to:
            to.write(data)
    result = driver("sets/a").finish().get("result", {})
    check(result.get("shards_made") == 3, f"S3: no marker, half a marker, half a table: {result.get('shards_made')} shards made")
    check(content("sets/a") == wanted, f"S3: they are made again: {compared(content('sets/a'), wanted)}")

    kills, runs, equal = 0, 0, True
    while kills < STORE_WORKER_KILLS and runs < 10:
        runs += 1
        root = f"sets/workers{runs}"
        killed, last = run_with_kills(lambda root=root: driver(root, "--tries", "50"), STORE_WORKER_KILLS - kills)
        kills += killed
        equal &= "result" in last and content(root) == wanted
        if not equal:
            print(last, compared(content(root), wanted), flush=True)
    check(equal and kills >= STORE_WORKER_KILLS, f"S3: {kills} workers killed in {runs} runs: all equal, nothing doubled")

    kills = 0
    for _ in range(STORE_DRIVER_KILLS):
        process = driver("sets/drivers")
        for number, line in enumerate(process.follow(), 1):
            if number >= 8 and line.get("done") != line.get("total"):
                process.process.kill()
                kills += 1
                break
        process.process.wait()
        process.log.close()
    result = driver("sets/drivers").finish()
    equal = "result" in result and content("sets/drivers") == wanted
    check(equal, f"S3: {kills} drivers killed, then resumed: {compared(content('sets/drivers'), wanted)}")


def main() -> None:
    complexes, place = Path(sys.argv[1]), Path(sys.argv[2])
    parts = sys.argv[3:] or ["folder", "store", "rates", "tests"]
    random.seed()
    planned = place / "planned"
    dataset.plan(complexes, planned, size=(96, 96), shard_pictures=60)
    reference = place / "reference"
    shutil.copytree(planned, reference)
    counts = dataset.generate(reference, threads=2)
    wanted = files_of(reference)
    print(f"one process: {counts['pictures']} pictures, {len(wanted)} files, tree hash {tree_hash(wanted)}", flush=True)
    if "folder" in parts:
        in_a_folder(place, planned, wanted)
    if "store" in parts:
        in_a_store(place, planned, wanted)
    if "rates" in parts:
        rates(place, complexes, 448, ROUNDS)
    if "large-rates" in parts:
        rates(place, complexes, 1024, 1)
    if "tests" in parts:
        tests = Path(__file__).parents[2] / "python" / "tests" / "test_ray.py"
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", str(tests)]
        check(subprocess.run(command).returncode == 0, "python/tests/test_ray.py")
    end()


if __name__ == "__main__":
    main()
