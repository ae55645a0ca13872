"""Measures what the reduction of pairs saves: ``python tests/sweep/measure_depth.py [NAME ...]``.

It sweeps clients of ``tests/sweep/clients`` with two failures in a run, once with the reduction and
once with every pair, and compares the findings. A finding is a rule that is broken, the operation
that fails, and the place in the code that sends it. ``--write docs/sweep.md`` puts the table into
the page.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from judge_clients import HERE, clients

BEGIN = "<!-- pairs: python tests/sweep/measure_depth.py --write docs/sweep.md -->"
END = "<!-- end of pairs -->"
#: Kinds of failures, and clients that retry, clean up, fall back or have a bug that only two
#: failures show. Every pair of every client takes hours.
DEFAULT = (
    ("connection", (
                    "correct/01", "correct/02", "correct/03", "correct/04", "correct/05",
                    "correct/06", "correct/07", "correct/08", "correct/09", "correct/10",
                    "correct/11", "correct/12", "correct/13", "correct/14", "buggy/01",
                    "buggy/02", "buggy/03", "buggy/13", "buggy/17", "buggy/20", "buggy/25",
                    "buggy/31", "buggy/34", "buggy/39", "buggy/43", "buggy/47", "buggy/52",
                    "buggy/53", "buggy/55", "buggy/58")),
    ("all", ("buggy/01", "buggy/36", "buggy/47", "buggy/52", "buggy/53")),
)

Finding = tuple[str, str, str]


@dataclass
class Swept:
    """The sweep of a client: runs with one failure, with two, and what they found."""

    singles: int
    pairs: int
    findings: set[Finding]

    @classmethod
    def run(cls, client: Path, kinds: str, *more: str) -> Swept:
        """Sweep a client."""
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("PYTEST_", "OS_"))}
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            ended = subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-c", str(HERE / "pytest.ini"), str(client),
                 "--rootdir", str(HERE), "--fake-ims-sweep", f"--fake-ims-sweep-kinds={kinds}",
                 "--fake-ims-sweep-depth=2", f"--fake-ims-sweep-report={report}", *more],
                cwd=folder, env=environment, text=True, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, check=False)
            if not report.exists():
                raise SystemExit(f"{client}: no report\n{ended.stdout[-3000:]}")
            found = json.loads(report.read_text(encoding="utf-8"))
        cases = [result["case"] for test in found["tests"] for result in test["results"]]
        pairs = sum("+" in case for case in cases)
        return cls(len(cases) - pairs, pairs, {
            (one["rule"], one["operation"], one["site"]) for one in found["findings"]})


@dataclass
class Compared:
    """A client, swept with the reduction and without."""

    name: str
    kinds: str
    reduced: Swept
    full: Swept

    @classmethod
    def of(cls, client: Path, kinds: str) -> Compared:
        """Sweep a client twice."""
        return cls(client.stem, kinds, Swept.run(client, kinds),
                   Swept.run(client, kinds, "--fake-ims-sweep-full"))

    @property
    def same(self) -> bool:
        """Whether the findings are the same."""
        return self.reduced.findings == self.full.findings

    @property
    def row(self) -> str:
        """Its row of the table."""
        differ = sorted(self.reduced.findings ^ self.full.findings)
        return (f"| `{self.name}` | {self.kinds} | {self.reduced.pairs} of {self.full.pairs} | "
                f"{_all(self.reduced)} of {_all(self.full)} | {len(self.full.findings)} | "
                f"{'the same' if self.same else f'**differ**: {differ}'} |")


def _all(swept: Swept) -> int:
    return swept.singles + swept.pairs


def _times(many: int, few: int) -> str:
    return f"{many / few:.1f} times fewer" if few else "-"


def total(kinds: str, compared: Sequence[Compared]) -> str:
    """Return the last row of the clients with some kinds of failures."""
    pairs, every = (sum(getattr(one, side).pairs for one in compared)
                    for side in ("reduced", "full"))
    runs, all_runs = (sum(_all(getattr(one, side)) for one in compared)
                      for side in ("reduced", "full"))
    findings = sum(len(one.full.findings) for one in compared)
    return (f"| **{len(compared)} clients** | {kinds} | **{pairs} of {every}**, "
            f"{_times(every, pairs)} | {runs} of {all_runs}, {_times(all_runs, runs)} | {findings} "
            f"| {'the same' if all(one.same for one in compared) else '**differ**'} |")


def main() -> int:
    """Print the table, and put it into a page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", help="only clients whose path contains one of these")
    parser.add_argument("--kinds", default="connection", help="kinds of failures for them")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table into this page")
    given = parser.parse_args()
    chosen = ((given.kinds, tuple(given.names)),) if given.names else DEFAULT
    lines = ["| client | failures | pairs run | all runs | findings | with every pair |",
             "|---|---|---|---|---|---|"]
    print("\n".join(lines), flush=True)
    same = True
    for kinds, names in chosen:
        compared = []
        for client in clients(names):
            compared.append(Compared.of(client.path, kinds))
            same = same and compared[-1].same
            lines.append(compared[-1].row)
            print(lines[-1], flush=True)
        lines.append(total(kinds, compared))
        print(lines[-1], flush=True)
    if given.write is not None:
        head, begin, rest = given.write.read_text(encoding="utf-8").partition(BEGIN)
        _, end, tail = rest.partition(END)
        if not end:
            raise SystemExit(f"{given.write}: {BEGIN} and {END} are missing")
        given.write.write_text("\n".join((head + begin, *lines, end + tail)), encoding="utf-8")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
