"""A driver of `molshot.ray.generate`, as a process that can be killed. Prints one JSON line for the
progress, and one for the result."""

import argparse
import json
import sys
import time

START = time.monotonic()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("out")
    parser.add_argument("--plan")
    parser.add_argument("--complexes")
    parser.add_argument("--endpoint", help="of a server of S3")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--tries", type=int, default=4)
    args = parser.parse_args()

    import molshot.ray
    from molshot import MolshotError

    filesystem = None if args.endpoint is None else s3(args.endpoint)
    seen: list[tuple[int, int, float]] = []

    def progress(done: int, total: int) -> None:
        seen.append((done, total, time.monotonic() - START))
        print(json.dumps({"done": done, "total": total}), flush=True)

    try:
        result = molshot.ray.generate(
            args.out,
            plan=args.plan,
            complexes=args.complexes,
            filesystem=filesystem,
            workers=args.workers,
            tries=args.tries,
            progress=progress,
        )
    except MolshotError as error:
        print(json.dumps({"error": error.detail, "transient": error.transient}), flush=True)
        return 1
    result["seen"] = seen
    result["ray"] = "ray" in sys.modules
    result["whole_seconds"] = time.monotonic() - START
    print(json.dumps({"result": result}), flush=True)
    return 0


def s3(endpoint: str) -> object:
    from pyarrow.fs import S3FileSystem

    return S3FileSystem(
        access_key="key", secret_key="secret", region="us-east-1", scheme="http",
        endpoint_override=endpoint, allow_bucket_creation=True,
    )


if __name__ == "__main__":
    sys.exit(main())
