"""Drawing in processes and threads: fork, Ctrl-C, the end of the interpreter."""

import pathlib
import signal
import subprocess
import sys
import threading
import time

import pytest

import molshot


def run(code: str, library: pathlib.Path, limit: int = 60) -> subprocess.CompletedProcess[str]:
    head = f"import molshot, os, sys, threading, signal, time\ns = molshot.read({str(library / '1ubi.pdb')!r})\n"
    return subprocess.run([sys.executable, "-X", "dev", "-W", "error", "-c", head + code], capture_output=True, text=True, timeout=limit)


def test_a_child_of_fork_draws(library: pathlib.Path) -> None:
    done = run(
        """
a = molshot.render(s, size=32).png()
pictures = molshot.render_many(((s, f"roll y {n}") for n in range(50)), size=64)
next(pictures)
import warnings
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Python warns of threads
    child = os.fork()
if child == 0:
    signal.alarm(30)  # ends a child that hangs
    same = molshot.render(s, size=32).png() == a
    try:
        list(pictures)  # they are drawn in the parent
    except molshot.RenderError as error:
        os._exit(0 if same and error.code == "other_process" else 3)
    os._exit(4)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert sum(1 for _ in pictures) == 49
""",
        library,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_children_of_fork_draw_while_threads_of_the_parent_do(library: pathlib.Path) -> None:
    done = run(
        """
import pickle, warnings
warnings.simplefilter("ignore")  # Python warns of threads at a fork
wanted = molshot.render(s, size=48).png()
going, wrong = [True], []

def draw():
    while going:
        if molshot.render(s, size=48).png() != wanted:
            wrong.append(1)

threads = [threading.Thread(target=draw) for _ in range(16)]
for thread in threads:
    thread.start()
renderer = molshot.Renderer(threads=1, adapter="software", size=48)
for _ in range(8):
    child = os.fork()
    if child == 0:
        signal.alarm(30)  # ends a child that hangs
        again = pickle.loads(pickle.dumps(renderer))
        same = molshot.render(s, size=48).png() == wanted == again.render(s).png() == renderer.render(s).png()
        os._exit(0 if same else 3)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
going.clear()
for thread in threads:
    thread.join(30)
assert wrong == [] and not any(thread.is_alive() for thread in threads)
""",
        library,
        120,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_interpreter_may_exit_in_a_batch(library: pathlib.Path) -> None:
    done = run("pictures = molshot.render_many(((s, f'roll y {n}') for n in range(10**6)), size=512, samples=16)\nnext(pictures)\n", library)
    assert (done.returncode, done.stderr) == (0, "")
    done = run("t = threading.Thread(target=lambda: molshot.render(s, size=4096, samples=16), daemon=True)\nt.start()\ntime.sleep(0.1)\n", library)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="signals of POSIX")
def test_ctrl_c_ends_a_picture(library: pathlib.Path) -> None:
    done = run(
        """
molshot.render(s, size=16)
signal.signal(signal.SIGALRM, signal.default_int_handler)
signal.setitimer(signal.ITIMER_REAL, 0.2)
start = time.monotonic()
try:
    while True:
        molshot.render(s, size=8192, samples=16)
except KeyboardInterrupt:
    print(time.monotonic() - start)
""",
        library,
    )
    assert done.returncode == 0, done.stderr
    # A guard against hanging; the aim is 100 ms after the signal.
    assert float(done.stdout) < 10


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="signals of POSIX")
@pytest.mark.parametrize("work", ["picture.webp()", "picture.jpeg()", "picture.save(out)"])
def test_ctrl_c_ends_an_encoder(library: pathlib.Path, tmp_path: pathlib.Path, work: str) -> None:
    done = run(
        f"""
out = {str(tmp_path / "out.webp")!r}
picture = molshot.render(s, size=4096)
signal.signal(signal.SIGALRM, signal.default_int_handler)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try:
    {work}
except KeyboardInterrupt:
    print("interrupted")
""",
        library,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "interrupted\n", "")


def test_other_threads_run_while_structures_are_merged(ubiquitin: molshot.Structure) -> None:
    parts = [ubiquitin] * 400
    stop = threading.Event()
    counts = [0]

    def count() -> None:
        while not stop.is_set():
            counts[0] += 1
            time.sleep(0)

    # By itself, the interpreter does not switch threads within the test.
    before = sys.getswitchinterval()
    thread = threading.Thread(target=count)
    thread.start()
    sys.setswitchinterval(1000)
    try:
        seen = counts[0]
        molshot.Structure.merge(parts)
        assert counts[0] > seen
    finally:
        stop.set()
        sys.setswitchinterval(before)
        thread.join()
