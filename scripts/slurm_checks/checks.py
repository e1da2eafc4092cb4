"""The checks of `scripts/check-slurm`."""

import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from cluster import (
    DEPLOY,
    FEW_QUESTIONS,
    LIMIT_SECONDS,
    MANY_QUESTIONS,
    Job,
    Program,
    library_complexes,
    logs_of,
    slurm,
    states,
    unfinished,
)
from counted_checks import check, difference, end, files_of, tree_hash

KILLS = 10
WRITERS = 10
#: Complexes of the set that needs several arrays: more than MaxArraySize.
MANY_SHARDS = 70

def same(program: Program, out: Path, wanted: dict[str, str], text: str) -> None:
    """The set is complete, whole, and that of one process."""
    found = files_of(out)
    differing = difference(found, wanted)
    check(not differing, f"{text}: {differing or tree_hash(found)}, one process {tree_hash(wanted)}")
    status = program.status(out)
    check(status["shards_finished"] == status["shards"], f"{text}: status: {status['shards_finished']} finished")


def one_process(program: Program, name: str, options: list[str]) -> dict[str, str]:
    out = program.plan(name, options)
    program.ok("generate", f"--out={out}", "--threads=1")
    return files_of(out)


def finish(program: Program, out: Path) -> None:
    """The last step of a set whose shards are there: the data card."""
    text = program.ok("generate", "--resume", f"--out={out}")
    check("shards: 0 made" in text, f"{out.name}: nothing is left to make: {text.strip().splitlines()[-1]}")


def arrays(program: Program) -> None:
    """Arrays from 0, from 1, with gaps, and two at the same time."""
    wanted = one_process(program, "few", FEW_QUESTIONS)
    logs = program.work / "logs-arrays"
    shards = program.status(program.work / "few")["shards"]
    for name, ranges in [("zero", f"0-{shards - 1}"), ("one", f"1-{shards}")]:
        out = program.plan(name, FEW_QUESTIONS)
        tasks = Job.submit(logs, f"--array={ranges}", "--", str(out)).wait()
        nodes = {task["BatchHost"] for task in tasks}
        check(states(tasks) == {"COMPLETED"}, f"array {ranges} completes on {sorted(nodes)}: {states(tasks)}")
        finish(program, out)
        same(program, out, wanted, f"array {ranges}")
    text = logs_of(logs)
    line = rf"shard 0 of {shards} \(counted from 0; task \d+_{shards}\) on node[12], restart 0, threads 1"
    check(re.search(line, text) is not None, "the output names shard, task, node and restarts")

    out = program.plan("gaps", FEW_QUESTIONS)
    program.ok("generate", f"--out={out}", "--shard=1/3")
    ranges = program.ranges(out)
    tasks = Job.submit(logs, f"--array={ranges}", "--", str(out)).wait()
    check(states(tasks) == {"COMPLETED"} and "," in ranges, f"array {ranges} completes: {states(tasks)}")
    finish(program, out)
    same(program, out, wanted, "array with gaps")

    out = program.plan("twice", FEW_QUESTIONS)
    options = [f"--nodelist=node{number}" for number in (1, 2)]
    jobs = [Job.submit(logs, f"--array=0-{shards - 1}", option, "--", str(out)) for option in options]
    ended = [task for job in jobs for task in job.wait()]
    check(states(ended) == {"COMPLETED"}, f"two arrays over the same shards complete: {states(ended)}")
    finish(program, out)
    same(program, out, wanted, "two nodes, each with an array over all shards")


def submitting(program: Program) -> None:
    """`submit`: several arrays where MaxArraySize is smaller, and the job that finishes the set."""
    large = Program(program.path, library_complexes(program.work / "many-in", MANY_SHARDS // 2), program.work)
    options = ["--tasks=T1", "--size=64x64", "--no-annotations"]
    wanted = one_process(large, "many", options)
    out = large.plan("many-array", options)
    large.ok("generate", f"--out={out}", "--shard=3/10")
    logs = program.work / "logs-submit"
    logs.mkdir()
    submit = [str(DEPLOY / "submit")]
    printed = slurm(*submit, "--print", str(out), "--time=10")
    check(
        printed.count("--array=") == 3
        and "--array=0-2,4-12,14-22,24-31 " in printed
        and "--first-shard 64" in printed
        and "--dependency=afterany:JOB1:JOB2:JOB3" in printed,
        f"submit --print divides the outstanding shards by MaxArraySize: {printed.count('--array=')} arrays",
    )
    check(slurm("squeue", "--noheader", "--states=PENDING,RUNNING") == "", "submit --print submits nothing")
    text = slurm(*submit, str(out), f"--output={logs}/%x-%A_%a.out", "--time=10")
    jobs = [Job(number) for number in re.findall(r"^(?:array|job) (\d+)", text, re.MULTILINE)]
    check(len(jobs) == 4, f"submit submits three arrays and a job: {[job.number for job in jobs]}")
    last = jobs[-1].wait()
    tasks = [task for job in jobs[:-1] for task in job.wait()]
    check(states(tasks + last) == {"COMPLETED"}, f"they complete: {states(tasks + last)}")
    check(max(task["EndTime"] for task in tasks) <= last[0]["StartTime"], "the job waits for all tasks")
    same(program, out, wanted, "submit")
    text = logs_of(logs)
    check("shards: 0 made, 70 complete before" in text, "every shard was made by an array")
    check("no problems" in text, "the last job verifies the set")
    text = slurm(*submit, "--print", str(out))
    check(len(text.splitlines()) == 1 and "finish.sbatch" in text, "of a finished set only the last job is left")
    for args, words in [
        ([], "give the folder of the set"),
        (["missing"], "give the folder of a set"),
        ([str(out), "--array=1"], "outstanding shards"),
        ([str(out), "-d", "after:1"], "depends on the arrays"),
    ]:
        run = subprocess.run([*submit, *args], capture_output=True, text=True)
        check(run.returncode != 0 and words in run.stderr, f"submit {args} is refused: {run.stderr.strip()}")


def own_processes(out: Path) -> list[int]:
    """The processes that generate a set."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
            if words[1:3] == ["dataset", "generate"] and str(out) in words:
                found.append(int(folder.name))
        except (OSError, ValueError):
            continue
    return found


def kill_process(out: Path, job: Job) -> bool:
    processes = own_processes(out)
    if not processes:
        return False
    try:
        os.kill(random.choice(processes), signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def requeue_task(out: Path, job: Job) -> bool:
    running = slurm("squeue", "--noheader", "--format=%A", "--states=RUNNING", f"--jobs={job.number}").split()
    if not running or not own_processes(out):
        return False
    # The task may end at this moment; then it is finished, and nothing is requeued.
    return subprocess.run(["scontrol", "requeue", random.choice(running)], capture_output=True).returncode == 0


def kills(program: Program) -> None:
    """Processes that are killed and tasks that are requeued, at random moments."""
    wanted = one_process(program, "large", MANY_QUESTIONS)
    out = program.plan("large-kills", MANY_QUESTIONS)
    shards = program.status(out)["shards"]
    logs = program.work / "logs-kills"
    os.environ["MOLSHOT_RETRIES"] = "20"
    job = Job.submit(logs, f"--array=0-{shards - 1}", "--", str(out))
    last = Job.submit(logs, f"--dependency=afterany:{job.number}", "--", str(out), script="finish.sbatch")
    kinds: list[Callable[[Path, Job], bool]] = [kill_process, requeue_task]
    done = dict.fromkeys(kinds, 0)
    most = 0
    while sum(done.values()) < KILLS and job.is_active():
        time.sleep(random.uniform(0.1, 1.0))
        most = max(most, program.status(out)["shards_running"])
        kind = kinds[sum(done.values()) % 2]
        done[kind] += kind(out, job)
    tasks = job.wait()
    text = f"{done[kill_process]} processes killed, {done[requeue_task]} tasks requeued by scontrol"
    restarts = sum(int(task["Restarts"]) for task in tasks)
    check(sum(done.values()) == KILLS, f"{text}, {restarts} restarts of {len(tasks)} tasks")
    check(states(tasks) == {"COMPLETED"}, f"all tasks complete in the end: {states(tasks)}")
    check(0 < most <= 2, f"status sees the shards of the two nodes as running: {most}")
    ended = last.wait()
    check(states(ended) == {"COMPLETED"}, f"the last job completes: {states(ended)}")
    starts = max(task["EndTime"] for task in tasks) <= ended[0]["StartTime"]
    check(starts, "the last job waits for requeued tasks, too")
    text = logs_of(logs)
    check(f"shards: 0 made, {shards} complete before" in text, f"status and resume agree: {shards} finished, 0 left")
    made = text.count("shards: 1 made")
    check(made >= shards, f"{made} tasks reported a finished shard")
    killed = len(re.findall(r"failed with status 137; requeuing \(retry", text))
    check(killed == done[kill_process], f"{killed} tasks requeued themselves after a kill")
    same(program, out, wanted, f"after {KILLS} kills")
    check(not unfinished(out), f"no temporary files are left: {unfinished(out)}")
    check("no problems" in text, "verify finds no problems")

    out = program.plan("large-half", MANY_QUESTIONS)
    os.environ["MOLSHOT_RETRIES"] = "5"
    job = Job.submit(logs, f"--array=0-{shards - 1}", "--", str(out))
    while program.status(out)["shards_finished"] < shards // 3:
        time.sleep(0.2)
    slurm("scancel", job.number)
    tasks = job.wait()
    canceled = [task for task in tasks if task["JobState"] == "CANCELLED"]
    check(bool(canceled), f"scancel: {len(canceled)} of {len(tasks)} are cancelled, none is requeued")
    while own_processes(out):
        time.sleep(0.1)
    status = program.status(out)
    outstanding = status["shards_outstanding"]
    check(status["shards_running"] == 0 and 0 < outstanding < shards, f"half-done: {status}")
    text = program.ok("generate", "--resume", f"--out={out}")
    counts = f"shards: {outstanding} made, {shards - outstanding} complete before, 0 left"
    check(counts in text, f"generate --resume then reports: {counts}")
    pictures = status["pictures"] - status["pictures_finished"]
    check(f"{pictures} pictures in" in text, f"and the pictures that status says are missing: {pictures}")
    same(program, out, wanted, "half-done set, resumed")
    check(not unfinished(out), f"no temporary files are left: {unfinished(out)}")


def statuses(program: Program) -> None:
    """Exit statuses that requeue, and those that do not."""
    few = program.work / "few"
    wanted = files_of(few) if few.exists() else one_process(program, "few", FEW_QUESTIONS)
    logs = program.work / "logs-statuses"
    # A task has too few file descriptors until it has been requeued.
    wrapper = program.work / "program"
    wrapper.write_text(
        f'#!/bin/bash\nif [ "$2" = generate ] && [ "${{SLURM_RESTART_COUNT:-0}}" -lt "$FAILURES" ]; then ulimit -n 4; fi\n'
        f'exec "{program.path}" "$@"\n'
    )
    wrapper.chmod(0o755)
    out = program.plan("retry", FEW_QUESTIONS)
    os.environ |= {"MOLSHOT": str(wrapper), "FAILURES": "1"}
    tasks = Job.submit(logs, "--array=0-2", "--", str(out)).wait()
    restarts = [task["Restarts"] for task in tasks]
    check(states(tasks) == {"COMPLETED"}, f"status 75 requeues, then the task completes: {states(tasks)}")
    check(restarts == ["1"] * 3, f"each was requeued once: {restarts}")
    text = logs_of(logs)
    check(text.count("failed with status 75; requeuing (retry 1 of 5)") == 3, "the output says so")
    check("restart 0" in text and "restart 1" in text, "the output of both attempts is kept")

    os.environ |= {"FAILURES": "9", "MOLSHOT_RETRIES": "2"}
    (task,) = Job.submit(logs, "--array=3", "--", str(out)).wait()
    found = task["JobState"], task["ExitCode"], task["Restarts"]
    check(found == ("FAILED", "75:0", "2"), f"retries are bounded: {found}")
    check("after 2 restarts; not requeued" in logs_of(logs), "the output says so")
    os.environ |= {"MOLSHOT": str(program.path), "MOLSHOT_RETRIES": "5"}

    for options, status in [(["--complexes=/dev"], 1), (["--no-such-option"], 2)]:
        (task,) = Job.submit(logs, "--array=4", "--", str(out), *options).wait()
        found = task["JobState"], task["ExitCode"], task["Restarts"]
        check(found == ("FAILED", f"{status}:0", "0"), f"status {status} ({options[0]}) does not requeue: {found}")
    (task,) = Job.submit(logs, "--", str(out)).wait()
    check(task["ExitCode"] == "2:0", f"a job that is not a task of an array is refused: {task['ExitCode']}")
    check("add --array=0-N" in logs_of(logs), "with words that say what is right")

    program.ok("generate", "--resume", f"--out={out}")
    same(program, out, wanted, "after failures")
    full_disk(program, wanted, logs)


def full_disk(program: Program, wanted: dict[str, str], logs: Path) -> None:
    """A disk that is full when the tasks start, and has room when they are requeued."""
    disk = program.work / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(disk)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        print("left out: a full disk needs the right to mount one")
        return
    try:
        out = program.plan("disk/out", FEW_QUESTIONS)
        filler = disk / "filler"
        with filler.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass
        shards = program.status(out)["shards"]
        job = Job.submit(logs, f"--array=0-{shards - 1}", "--", str(out))
        while "No space left" not in logs_of(logs):
            time.sleep(0.2)
        slurm("mount", "-o", "remount,size=64m", str(disk))
        filler.unlink()
        tasks = job.wait()
        restarts = sum(int(task["Restarts"]) for task in tasks)
        check(states(tasks) == {"COMPLETED"} and restarts > 0, f"full disk: {restarts} restarts, {states(tasks)}")
        finish(program, out)
        same(program, out, wanted, "full disk")
        check(not unfinished(out), f"no temporary files are left: {unfinished(out)}")
    finally:
        slurm("umount", str(disk))


def writers(program: Program) -> None:
    """Two processes that write one shard at the same time, of which one may be killed."""
    wanted = files_of(program.work / "large")
    shards = program.status(program.work / "large")["shards"]
    both = whole = 0
    # The same plan keeps the shards that are complete, so each pair has a shard of its own.
    for part in random.sample(range(shards), WRITERS):
        out = program.plan("writers", MANY_QUESTIONS)
        planned = set(files_of(out))
        command = [str(program.path), "dataset", "generate", f"--out={out}", f"--shard={part}/{shards}", "--threads=1"]
        # One that starts when the other has finished must find the shard complete.
        command.append("--resume")
        runs = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        texts = [run.communicate(timeout=LIMIT_SECONDS)[1] for run in runs]
        both += all("shards: 1 made" in text for text in texts)
        made = {name: digest for name, digest in files_of(out).items() if name not in planned}
        # One manifest, one file of each table, each that of one process.
        tables = [Path(name).parent for name in made]
        right = all(wanted.get(name) == digest for name, digest in made.items()) and len(tables) == len(set(tables))
        whole += right and all(run.returncode == 0 for run in runs) and len(made) > 2 and not unfinished(out)
    check(whole == WRITERS, f"two writers of one shard: one file each, whole, in {whole} of {WRITERS}")
    check(both >= WRITERS // 2, f"both wrote it in {both} of {WRITERS}")
    program.ok("generate", "--resume", f"--out={out}")
    same(program, out, wanted, "two writers")

    out = program.plan("killed-writer", MANY_QUESTIONS)
    for part in range(WRITERS):
        command = [str(program.path), "dataset", "generate", f"--out={out}", f"--shard={part}/{shards}", "--threads=1"]
        runs = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        time.sleep(random.uniform(0.1, 2.0))
        runs[0].kill()
        for run in runs:
            run.communicate(timeout=LIMIT_SECONDS)
        check(runs[1].returncode == 0, f"one of two writers is killed: the other finishes shard {part}")
    left = unfinished(out)
    program.ok("generate", "--resume", f"--out={out}")
    check(not unfinished(out), f"resume removes what killed writers left: {left}; then {unfinished(out)}")
    same(program, out, wanted, "one of two writers killed")


def main() -> None:
    program_path, work = (Path(arg).resolve() for arg in sys.argv[1:3])
    complexes = Path(sys.argv[3]) if len(sys.argv) > 3 else library_complexes(work / "in")
    seed = int(os.environ.get("SEED", time.time_ns() % 100_000))
    random.seed(seed)
    print(f"SEED={seed}")
    program = Program(program_path, complexes, work)
    parts = [arrays, submitting, kills, statuses, writers]
    wanted = os.environ.get("PARTS", "").split()
    for part in parts:
        if wanted and part.__name__ not in wanted:
            continue
        start = time.monotonic()
        print(f"== {(part.__doc__ or '').strip()}", flush=True)
        try:
            part(program)
        except Exception as error:  # A part that breaks is a failure; the others still run.
            check(False, f"{part.__name__}: {type(error).__name__}: {error}")
        print(f"   {time.monotonic() - start:.0f} s", flush=True)
    end()


if __name__ == "__main__":
    main()
