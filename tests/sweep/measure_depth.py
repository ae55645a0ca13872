"""Measures what the reduction of pairs saves: ``python tests/sweep/measure_depth.py [FILE ...]``.

It sweeps clients of ``tests/sweep/clients`` with two failures in a run, once with and once without
the reduction, and compares the findings. A finding is a rule that is broken at a place in the code
by a request of an operation.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent / "clients"
#: Clients that retry, clean up, or do neither. All pairs of all clients take hours.
DEFAULT = ("buggy/01_requests_create_again.py", "buggy/14_requests_retries_for_ever.py",
           "buggy/17_requests_orphan.py", "correct/05_urllib_request_delete.py")
KINDS = "connection"

Finding = tuple[str, str, str]


def swept(client: Path, *more: str) -> tuple[int, float, set[Finding]]:
    """Sweep a client. Return the runs, the seconds and the findings."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-c", str(HERE / "pytest.ini"), str(client),
             "--fake-ims-sweep", f"--fake-ims-sweep-kinds={KINDS}", "--fake-ims-sweep-depth=2",
             f"--fake-ims-sweep-report={report}", *more],
            stdout=subprocess.DEVNULL, check=False)
        tests = json.loads(report.read_text(encoding="utf-8"))["tests"]
    results = [result for test in tests for result in test["results"]]
    return len(results), sum(test["seconds"] for test in tests), {
        (result["rule"], result["operation"], result["site"]) for result in results
        if result["word"] == "wrong"}


def main(names: list[str]) -> None:
    """Print a table."""
    print("| client | runs | all runs | findings | the same |\n|---|---|---|---|---|")
    for name in names or DEFAULT:
        client = HERE / name
        runs, seconds, findings = swept(client)
        every, longer, expected = swept(client, "--fake-ims-sweep-full")
        same = "yes" if findings == expected else f"no: {sorted(findings ^ expected)}"
        print(f"| `{name}` | {runs} ({seconds:.0f} s) | {every} ({longer:.0f} s) "
              f"| {len(findings)} | {same} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
