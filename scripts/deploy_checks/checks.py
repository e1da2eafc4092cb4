"""The checks of `scripts/check-deploy`."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import counted_checks
import kubernetes_validate
import yaml
from counted_checks import end

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
#: The oldest version of Kubernetes with all that is used (the action `sleep` of `preStop`), and the
#: newest one whose schemas are known.
VERSIONS = ["1.30", kubernetes_validate.latest_version()]
#: YAML that is not a resource of Kubernetes.
VALUES = {"kustomization.yaml", "prometheus-adapter.yaml"}

def check(right: bool, text: str) -> None:
    counted_checks.check(right, text, quiet=True)


def resources() -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted((DEPLOY / "kubernetes").rglob("*.yaml")):
        if path.name not in VALUES:
            for document in yaml.safe_load_all(path.read_text()):
                yield path, document


def schemas() -> None:
    for path, resource in resources():
        for version in VERSIONS:
            name = f"{path.relative_to(ROOT)}: {resource['kind']} {resource['metadata']['name']}, Kubernetes {version}"
            try:
                kubernetes_validate.validate(resource, version, strict=True)
                check(True, name)
            except kubernetes_validate.ValidationError as error:
                check(False, f"{name}: {'.'.join(map(str, error.path))}: {error.message}")


def kustomizations() -> None:
    """Every named resource exists, and every file is named."""
    named: set[Path] = set()
    folders = sorted((DEPLOY / "kubernetes").rglob("kustomization.yaml"))
    check(len(folders) >= 5, "kustomizations of the server and of the steps of a data set")
    for file in folders:
        kustomization = yaml.safe_load(file.read_text())
        check(kustomization["kind"] == "Kustomization", f"{file}: kind")
        for resource in kustomization["resources"]:
            path = (file.parent / resource).resolve()
            found = path.is_file() or (path / "kustomization.yaml").is_file()
            check(found, f"{file.relative_to(ROOT)} names {resource}, which does not exist")
            named.add(path)
        images = [image["name"] for image in kustomization.get("images", [])]
        check(images in ([], ["molshot"]), f"{file.relative_to(ROOT)}: images {images}")
    for path, _ in resources():
        check(path.resolve() in named, f"{path.relative_to(ROOT)} is in no kustomization")


def template(resource: dict[str, Any]) -> dict[str, Any] | None:
    return resource["spec"]["template"] if resource["kind"] in ("Deployment", "Job") else None


def security() -> None:
    """All pods run without rights, on a read-only root, with limits."""
    for path, resource in resources():
        pod = template(resource)
        if pod is None:
            continue
        name, spec = path.relative_to(ROOT), pod["spec"]
        context = spec["securityContext"]
        check(context["runAsNonRoot"] is True and context["runAsUser"] > 0, f"{name}: not as root")
        check(context["seccompProfile"] == {"type": "RuntimeDefault"}, f"{name}: seccomp")
        check(spec["automountServiceAccountToken"] is False, f"{name}: no token of the API")
        volumes = {volume["name"] for volume in spec["volumes"]}
        for container in spec["containers"]:
            own = container["securityContext"]
            check(own["readOnlyRootFilesystem"] is True, f"{name}: read-only root")
            check(own["allowPrivilegeEscalation"] is False, f"{name}: no escalation")
            check(own["capabilities"] == {"drop": ["ALL"]}, f"{name}: no capabilities")
            limits = container["resources"]
            check({*limits["limits"], *limits["requests"]} == {"cpu", "memory"}, f"{name}: requests and limits")
            mounts = {mount["name"] for mount in container["volumeMounts"]}
            check(mounts == volumes, f"{name}: volumes {volumes} are mounted: {mounts}")


def labels() -> None:
    """Selectors meet the labels of pods."""
    found = {(path, r["kind"]): r for path, r in resources()}
    pods = [template(r)["metadata"]["labels"] for r in found.values() if template(r)]
    for (path, kind), resource in found.items():
        spec = resource.get("spec", {})
        selectors = {"Service": spec.get("selector"), "NetworkPolicy": spec.get("podSelector", {}).get("matchLabels")}
        selectors |= {kind: spec.get("selector", {}).get("matchLabels") for kind in ("Deployment", "PodDisruptionBudget")}
        selector = selectors.get(kind)
        if selector is not None:
            meets = any(selector.items() <= labels.items() for labels in pods)
            check(meets, f"{path.relative_to(ROOT)}: the selector {selector} meets no pod")
    server = DEPLOY / "kubernetes" / "server"
    target = found[server / "autoscaler.yaml", "HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"]
    deployment = found[server / "deployment.yaml", "Deployment"]
    check(target == deployment["metadata"]["name"], "the autoscaler's target")
    check("replicas" not in deployment["spec"], "the deployment leaves its replicas to the autoscaler")


def program_names(program: Path) -> None:
    """Flags, paths, ports and metrics are those of the program."""
    flags: dict[str, set[str]] = {}
    if program.exists():
        for step in ["serve", "dataset plan", "dataset generate"]:
            text = subprocess.run([program, *step.split(), "--help"], capture_output=True, text=True, check=True).stdout
            flags[step] = set(re.findall(r"--[a-z][a-z-]*", text))
    else:
        print(f"{program} is not there: flags are not checked", flush=True)
    routes = (ROOT / "docs" / "http.md").read_text()
    for path, resource in resources():
        pod = template(resource)
        for container in pod["spec"]["containers"] if pod else []:
            name, args = path.relative_to(ROOT), container["args"]
            step = " ".join(arg for arg in args if not arg.startswith("-"))
            for flag in (arg.split("=")[0] for arg in args if arg.startswith("-")):
                check(not flags or flag in flags[step], f"{name}: molshot {step} has no flag {flag}")
            ports = {port["name"]: port["containerPort"] for port in container.get("ports", [])}
            if ports:
                check(f"--listen=0.0.0.0:{ports['http']}" in args, f"{name}: the server listens on the named port")
            for kind in ["startupProbe", "livenessProbe", "readinessProbe"]:
                if kind in container:
                    probe = container[kind]["httpGet"]
                    check(f"`{probe['path']}`" in routes and probe["port"] in ports, f"{name}: {kind} {probe}")
    metric = "molshot_pictures_waiting"
    source = "".join(path.read_text() for path in (ROOT / "server" / "src").rglob("*.rs"))
    check(f'"{metric.removeprefix("molshot_")}"' in source, f"the server has the metric {metric}")
    server = DEPLOY / "kubernetes" / "server"
    scaler = yaml.safe_load((server / "autoscaler.yaml").read_text())
    check(scaler["spec"]["metrics"][0]["pods"]["metric"]["name"] == metric, "the autoscaler reads it")
    adapter = yaml.safe_load((server / "prometheus-adapter.yaml").read_text())
    rule = adapter["rules"]["custom"][0]
    check(rule["name"]["as"] == metric and rule["seriesQuery"].startswith(metric), "prometheus-adapter offers it")
    files = ["Containerfile", "Containerfile.nvidia"]
    for file in files:
        text = (DEPLOY / file).read_text()
        for name in re.findall(r"MOLSHOT_([A-Z_]+)=", re.sub(r"#.*", "", text)):
            flag = f"--{name.lower().replace('_', '-')}"
            check(not flags or flag in flags["serve"], f"{file}: MOLSHOT_{name} is not a setting")
        check("USER 10001" in text and "HEALTHCHECK" in text, f"{file}: a user without rights, and a health check")


def job() -> None:
    """Parts and exit codes of the job that makes the shards."""
    path = DEPLOY / "kubernetes" / "dataset" / "generate" / "job.yaml"
    spec = yaml.safe_load(path.read_text())["spec"]
    args = spec["template"]["spec"]["containers"][0]["args"]
    parts = int(next(arg for arg in args if arg.startswith("--shard=auto/")).split("/")[1])
    check(spec["completionMode"] == "Indexed" and spec["completions"] == parts, "as many indices as parts")
    check("--resume" in args, "a part goes on where it stopped")
    check(spec["backoffLimitPerIndex"] > 0 and "backoffLimit" not in spec, "each index has its own retries")
    for step, fail in [("plan", "FailJob"), ("generate", "FailIndex"), ("finish", "FailJob")]:
        spec = yaml.safe_load((path.parents[1] / step / "job.yaml").read_text())["spec"]
        check(spec["template"]["spec"]["restartPolicy"] == "Never", f"{step}: pods that fail are replaced")
        rules = spec["podFailurePolicy"]["rules"]
        check([rule["action"] for rule in rules] == ["Ignore", fail, "Count"], f"{step}: actions in order")
        check(rules[0]["onPodConditions"][0]["type"] == "DisruptionTarget", f"{step}: disruptions do not count")
        codes = [rule["onExitCodes"]["values"] for rule in rules[1:]]
        check(codes == [[1, 2], [75, 137]], f"{step}: exit codes {codes}")


def compose() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    for name, service in services.items():
        file = DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]
        check(file.is_file(), f"compose: {name} is built from {service['build']['dockerfile']}")
        check(service["read_only"] and service["cap_drop"] == ["ALL"], f"compose: {name} has no rights")
    check(services["nvidia"]["profiles"] == ["nvidia"], "compose: the GPU is asked for")


def main() -> None:
    schemas()
    kustomizations()
    security()
    labels()
    program_names(Path(sys.argv[1]))
    job()
    compose()
    end()


if __name__ == "__main__":
    main()
