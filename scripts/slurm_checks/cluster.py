"""Sets and jobs of `scripts/check-slurm`."""

import json
import os
import re
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy" / "slurm"
#: A job that takes longer hangs.
LIMIT_SECONDS = 600
#: Copies of each complex of the library, if no folder of complexes is given.
COPIES = 12
FEW_QUESTIONS = ["--tasks=T1,T9", "--size=64x64"]
#: Pictures that take long enough for a shard to be caught at work.
MANY_QUESTIONS = ["--tasks=T1,T2,T5,T9", "--size=1024x1024", "--samples=16"]


def library_complexes(folder: Path, copies: int = COPIES) -> Path:
    """A folder of copies of the complexes of `scenes/library`."""
    for name in ["1hvr", "7pbl"]:
        for number in range(copies):
            copy = f"{name}-{number:02}"
            (folder / copy).mkdir(parents=True)
            for file in (ROOT / "scenes" / "library" / name).iterdir():
                shutil.copyfile(file, folder / copy / file.name.replace(name, copy))
    return folder


class Program:
    """The program, and a folder for its sets."""

    def __init__(self, path: Path, complexes: Path, work: Path) -> None:
        self.path = path
        self.complexes = complexes
        self.work = work
        os.environ["MOLSHOT"] = str(path)

    def run(self, *args: str) -> subprocess.CompletedProcess[str]:
        command = [str(self.path), "dataset", *args]
        return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS)

    def ok(self, *args: str) -> str:
        """Runs a command that must succeed; returns standard output and standard error."""
        run = self.run(*args)
        if run.returncode != 0:
            raise RuntimeError(f"{args}: {run.returncode}: {run.stderr}")
        return run.stdout + run.stderr

    def plan(self, name: str, options: list[str]) -> Path:
        """Plans a set with one complex per shard."""
        out = self.work / name
        shards = ["--shard-pictures=1", "--split-by=none", "--test-share=0.3"]
        self.ok("plan", "--quiet", f"--complexes={self.complexes}", f"--out={out}", *shards, *options)
        return out

    def status(self, out: Path) -> dict[str, Any]:
        status: dict[str, Any] = json.loads(self.ok("status", "--json", f"--out={out}"))
        return status

    def ranges(self, out: Path) -> str:
        return self.ok("status", "--ranges", f"--out={out}").strip()


def unfinished(folder: Path) -> list[str]:
    """Temporary files, which killed processes leave."""
    return [path.relative_to(folder).as_posix() for path in folder.rglob(".*") if path.is_file()]


def slurm(*command: str) -> str:
    run = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS)
    if run.returncode != 0:
        raise RuntimeError(f"{command}: {run.returncode}: {run.stderr}")
    return run.stdout.strip()


class Job:
    """A job or an array."""

    def __init__(self, number: str) -> None:
        self.number = number

    @classmethod
    def submit(cls, logs: Path, *args: str, script: str = "generate.sbatch") -> "Job":
        """Submits a script of `deploy/slurm`; `args` are options of sbatch, then `--`, then its own."""
        logs.mkdir(exist_ok=True)
        split = args.index("--")
        command = ["sbatch", "--parsable", f"--output={logs}/%x-%A_%a.out", *args[:split]]
        return cls(slurm(*command, str(DEPLOY / script), *args[split + 1 :]))

    def tasks(self) -> list[dict[str, str]]:
        """The fields of each task, as `scontrol show job` prints them."""
        lines = slurm("scontrol", "show", "job", "--oneliner", self.number).splitlines()
        return [dict(re.findall(r"(\w+)=(\S*)", line)) for line in lines]

    def is_active(self) -> bool:
        states = slurm("squeue", "--noheader", "--format=%T", f"--jobs={self.number}", "--states=all")
        # A requeued task is pending; states of ended jobs are shown until MinJobAge.
        ended = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY"}
        return any(state not in ended for state in states.split())

    def wait(self) -> list[dict[str, str]]:
        """Waits for the end of all tasks."""
        end = time.monotonic() + LIMIT_SECONDS
        while self.is_active():
            if time.monotonic() > end:
                raise TimeoutError(slurm("squeue"))
            time.sleep(0.3)
        return self.tasks()


def states(tasks: list[dict[str, str]]) -> set[str]:
    return {task["JobState"] for task in tasks}


def logs_of(logs: Path) -> str:
    return "".join(path.read_text() for path in sorted(logs.glob("*.out")))
