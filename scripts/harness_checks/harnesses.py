"""How each harness is installed and run, and where it writes its figures.

A harness answers with scores by column of the paper's table, in percent.
"""

import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
INTEGRATIONS = ROOT / "integrations"
CHOICES = {"T5-translation-rotation": "T5", "T6-rotation-rotation": "T6", "T8-interaction-location": "T8"}


class Harness:
    """A harness in a virtual environment of its own below `place`."""

    name = ""
    # What is installed from PyPI besides the package molshot.
    packages: tuple[str, ...] = ()
    # Whether it asks each picture after its label, and then the question.
    asks_as_evaluate = True

    def __init__(self, place: Path, out: Path) -> None:
        self.place, self.out = place / self.name, out
        self.python = self.place / "venv" / "bin" / "python"

    def install(self, base_python: Path, wheel: Path) -> None:
        """Makes the environment, unless it is complete."""
        done = self.place / "installed"
        uv = [base_python, "-m", "uv"]
        if not done.exists():
            subprocess.run([*uv, "venv", "-q", "--clear", "--python", base_python, self.place / "venv"], check=True)
        names = [*self.packages, wheel] if not done.exists() else [wheel]
        pip = [*uv, "pip", "install", "-q", "--python", self.python, "--reinstall-package", "molshot"]
        subprocess.run([*pip, *names], check=True)
        done.touch()

    def run(self, command: list[str | Path], **variables: str) -> str:
        """Runs a command of the harness without network besides this machine's; returns its output."""
        offline = {"HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "NO_COLOR": "1"}
        caches = {name: str(self.place / "home") for name in ("HOME", "XDG_CACHE_HOME", "LMUData", "HF_HOME")}
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LD_LIBRARY_PATH")}
        inside = kept | offline | caches | {"MOLSHOT_SET": str(self.out), "PYTHONUTF8": "1"} | variables
        path = f"{self.python.parent}:{inside['PATH']}"
        done = subprocess.run(command, cwd=self.place, env=inside | {"PATH": path}, capture_output=True, text=True)
        (self.place / "log.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
        if done.returncode:
            raise RuntimeError(f"{self.name}: exit status {done.returncode}\n{(done.stdout + done.stderr)[-4000:]}")
        return done.stdout + done.stderr

    def figures(self, model: str, url: str) -> dict[str, float]:
        """Runs the whole set with a model behind an endpoint."""
        raise NotImplementedError


class InspectAI(Harness):
    name = "inspect_ai"
    packages = ("inspect_ai==0.3.285", "openai", str(INTEGRATIONS / "inspect_ai"))

    def evaluate(self, tasks: list[str], model: str, **variables: str) -> dict[str, dict[str, float]]:
        """The figures of each task."""
        logs = self.place / "logs" / f"{model.replace('/', '-')}-{len(tasks)}"
        words = ["inspect", "eval", *(f"molshot_inspect/{task}" for task in tasks), "-T", f"out={self.out}"]
        self.run([*words, "--model", model, "--log-dir", logs, "--log-format", "json", "--display", "plain"], **variables)
        figures = {}
        # Of several runs, the last one counts: names begin with the time.
        for path in sorted(logs.glob("*.json")):
            log = json.loads(path.read_text(encoding="utf-8"))
            if log["status"] != "success":
                raise RuntimeError(f"{self.name}: {log['status']}: {log.get('error')}")
            metrics = log["results"]["scores"][0]["metrics"].items()
            figures[log["eval"]["task"].split("/")[-1]] = {name: metric["value"] for name, metric in metrics}
        return figures

    def figures(self, model: str, url: str) -> dict[str, float]:
        return self.evaluate(["misi"], f"openai-api/misi/{model}", MISI_API_KEY="none", MISI_BASE_URL=url)["misi"]

    def single(self, model: str, url: str) -> dict[str, dict[str, float]]:
        """The nine tasks by themselves."""
        tasks = [f"t{number}" for number in range(1, 10)]
        return self.evaluate(tasks, f"openai-api/misi/{model}", MISI_API_KEY="none", MISI_BASE_URL=url)


class LmmsEval(Harness):
    name = "lmms_eval"
    # It uses a part of filelock that version 4 does not have.
    packages = ("lmms_eval==0.7.3", "filelock<4")

    def figures(self, model: str, url: str) -> dict[str, float]:
        to = self.place / "results" / model
        words = ["python", "-m", "lmms_eval", "--model", "openai", "--tasks", "molshot", "--include_path", INTEGRATIONS / "lmms_eval"]
        options = f"model_version={model},base_url={url},api_key=none,num_concurrent=4"
        self.run([*words, "--model_args", options, "--output_path", to], OPENAI_API_KEY="none", OPENAI_BASE_URL=url)
        results = json.loads(max(to.rglob("*_results.json")).read_text(encoding="utf-8"))["results"]
        keys = [f"T{number}" for number in range(1, 10) if number != 4] + ["T4+", "T4-"]
        figures = {key: value[f"{key},none"] for value in results.values() for key in keys if f"{key},none" in value}
        return {key: float(value) for key, value in figures.items() if isinstance(value, int | float)}


class VLMEvalKit(Harness):
    name = "vlmevalkit"
    packages = ("ms-vlmeval==0.0.20",)

    def figures(self, model: str, url: str) -> dict[str, float]:
        script = INTEGRATIONS / "vlmevalkit" / "molshot_vlmevalkit.py"
        to = self.place / "outputs"
        words = ["python", script, "--data", "MiSI", "--model", model, "--base-url", url, "--key", "none"]
        self.run([*words, "--work-dir", to, "--retry", "2"])
        status = json.loads((to / model / "status.json").read_text(encoding="utf-8"))
        return find_metrics(status)


def find_metrics(value: object) -> dict[str, float]:
    """The figures somewhere in the status that VLMEvalKit writes."""
    if isinstance(value, dict):
        if "T1" in value and "Overall" in value:
            return {("average" if name == "Overall" else name): float(number) for name, number in value.items()}
        for inner in value.values():
            if found := find_metrics(inner):
                return found
    return {}


class EvalScope(Harness):
    name = "evalscope"
    packages = ("evalscope==1.14.1",)
    asks_as_evaluate = False

    def figures(self, model: str, url: str) -> dict[str, float]:
        script = ["python", INTEGRATIONS / "evalscope" / "molshot_evalscope.py"]
        return self.evaluate(script, "molshot_vmcq", model, url, [])

    def bare(self, model: str, url: str) -> dict[str, float]:
        """`general_vmcq` itself, with its own parser of answers."""
        given = {"local_path": str(self.out / "export" / "evalscope"), "subset_list": list(CHOICES), "eval_split": "test"}
        options = {"general_vmcq": given | {"prompt_template": "{question}"}}
        return self.evaluate(["evalscope"], "general_vmcq", model, url, ["--dataset-args", json.dumps(options)])

    def evaluate(self, program: list[str | Path], name: str, model: str, url: str, more: list[str]) -> dict[str, float]:
        to = self.place / "outputs" / name / model
        words = ["eval", "--datasets", name, "--model", model, "--api-url", url, "--api-key", "none", "--eval-batch-size", "4"]
        self.run([*program, *words, *more, "--work-dir", to, "--no-timestamp"])
        report = json.loads(next(to.rglob(f"{name}.json")).read_text(encoding="utf-8"))
        figures = {}
        for metric in report["metrics"]:
            for category in metric["categories"]:
                for subset in category["subsets"]:
                    figures[CHOICES[subset["name"]]] = 100 * subset["score"]
        return figures


HARNESSES = {harness.name: harness for harness in (InspectAI, LmmsEval, VLMEvalKit, EvalScope)}
