"""Judges the sweep: does it keep silent about good clients, and find what is planted in bad ones?

``python tests/sweep/judge_clients.py`` sweeps every client of ``tests/sweep/clients`` and prints a
table; ``--check`` makes the exit status say whether the aims are met. ``docs/sweep.md`` has the
table of the last such run.

A client is a pytest module of its own. Those in ``correct/`` are correct by construction: each run
that the sweep calls wrong, or says should have survived, is a false alarm. Those in ``buggy/`` have
one planted bug, and their docstring says which failure has to show it.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

HERE = Path(__file__).resolve().parent / "clients"
#: The verdicts that accuse a client.
ACCUSING = ("wrong", "should have survived")
#: Share of the planted bugs that failures one at a time have to show.
AIM = 0.95
BEGIN = "<!-- clients: python tests/sweep/judge_clients.py --write docs/sweep.md -->"
END = "<!-- end of clients -->"


@dataclass(frozen=True)
class Client:
    """A client of the corpus, and what its docstring promises."""

    path: Path
    bug: str = ""
    caught_by: tuple[tuple[str, str], ...] = ()
    depth: int = 1
    pattern: str = ""

    @property
    def name(self) -> str:
        return f"{self.path.parent.name}/{self.path.stem}"

    @classmethod
    def read(cls, path: Path) -> Client:
        """Read the header of a client.

        Raises:
            ValueError: a client with a bug does not say what it is.
        """
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        if path.parent.name == "correct":
            return cls(path)
        bug = re.search(r"^BUG: (.+?)(?=^CAUGHT BY:)", text, re.DOTALL | re.MULTILINE)
        rest = dict(re.findall(r"^(CAUGHT BY|DEPTH|PATTERN): (.+)$", text, re.MULTILINE))
        if bug is None or set(rest) != {"CAUGHT BY", "DEPTH", "PATTERN"}:
            raise ValueError(f"{path}: the docstring needs BUG, CAUGHT BY, DEPTH and PATTERN")
        pairs = [one.split() for one in rest["CAUGHT BY"].split(" + ")]
        return cls(path, " ".join(bug[1].split()), tuple((one[0], one[1]) for one in pairs),
                   int(rest["DEPTH"]), rest["PATTERN"])


@dataclass
class Judged:
    """What the sweep said of a client."""

    client: Client
    runs: int = 0
    seconds: float = 0.0
    note: str = ""
    #: The cases that accuse the client: id, verdict or rule, reason.
    accused: list[tuple[str, str, str]] = field(default_factory=list)
    #: Whether there is a report of it at all.
    swept: bool = False

    @property
    def expected(self) -> list[str]:
        """The accused cases that the header names."""
        return [case for case, _, _ in self.accused if _matches(case, self.client.caught_by)]

    @property
    def others(self) -> list[tuple[str, str, str]]:
        """The accused cases that the header does not name."""
        named = set(self.expected)
        return [one for one in self.accused if one[0] not in named]


def _matches(case: str, wanted: Sequence[tuple[str, str]]) -> bool:
    """Whether a case, such as ``2:images.upload:503+3:images.delete:503``, has these failures."""
    parts = [tuple(part.split(":")[-2:]) for part in case.split("+")]
    return len(parts) == len(wanted) and all(
        fnmatchcase(operation, wanted_operation) and fnmatchcase(failure, wanted_failure)
        for (operation, failure), (wanted_operation, wanted_failure)
        in zip(parts, wanted, strict=True))


def clients(names: Iterable[str] = ()) -> list[Client]:
    """Return the clients whose path contains one of these names; without a name, all."""
    wanted = list(names)
    paths = sorted(HERE.glob("correct/[0-9]*.py")) + sorted(HERE.glob("buggy/[0-9]*.py"))
    return [Client.read(path) for path in paths
            if not wanted or any(name in str(path.relative_to(HERE)) for name in wanted)]


def judge(chosen: Sequence[Client], jobs: int = 2, options: Sequence[str] = ()) -> list[Judged]:
    """Sweep clients, in as many processes as ``jobs`` says."""
    groups = [(depth, [one for one in chosen if one.depth == depth][number::jobs])
              for depth in (2, 1) for number in range(jobs)]
    with ThreadPoolExecutor(jobs) as pool:
        found = pool.map(lambda group: _sweep(group[1], group[0], options),
                         [group for group in groups if group[1]])
        by_client = {one.client: one for part in found for one in part}
    return [by_client[client] for client in chosen]


def _sweep(group: list[Client], depth: int, options: Sequence[str]) -> list[Judged]:
    judged = {client.path.name: Judged(client) for client in group}
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        command = [sys.executable, "-m", "pytest", "-q", "-c", str(HERE / "pytest.ini"),
                   "--rootdir", str(HERE), "--fake-ims-sweep",
                   f"--fake-ims-sweep-depth={depth}", f"--fake-ims-sweep-report={report}",
                   *options, *(str(client.path) for client in group)]
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("PYTEST_", "OS_"))}
        ended = subprocess.run(command, cwd=folder, env=environment, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if not report.exists():
            print(f"the sweep wrote no report (exit status {ended.returncode}):\n"
                  f"{ended.stdout[-6000:]}", file=sys.stderr)
            return list(judged.values())
        tests = json.loads(report.read_text(encoding="utf-8"))["tests"]
    for test in tests:
        one = judged[Path(test["test"].partition("::")[0]).name]
        one.swept = True
        one.runs += len(test["results"])
        one.seconds += test["seconds"]
        one.note = one.note or test["note"]
        one.accused += [(result["case"], result["rule"] or result["word"], result["why"])
                        for result in test["results"] if result["word"] in ACCUSING]
    return list(judged.values())


def table(judged: Sequence[Judged]) -> list[str]:
    """Format the table of ``docs/sweep.md``."""
    correct = [one for one in judged if not one.client.bug]
    lines = []
    if correct:
        lines += ["| correct client | runs | false alarms | seconds |", "|---|---|---|---|"]
        lines += [f"| `{one.client.path.stem}` | {one.runs} | {len(one.accused)} | "
                  f"{one.seconds:.1f} |" for one in correct]
        lines += [f"| **{len(correct)} clients** | {sum(one.runs for one in correct)} | "
                  f"**{sum(len(one.accused) for one in correct)}** | "
                  f"{sum(one.seconds for one in correct):.0f} |", ""]
    buggy = [one for one in judged if one.client.bug]
    if buggy:
        lines += ["| planted bug | pattern | shown by | depth | caught | runs | seconds |",
                  "|---|---|---|---|---|---|---|"]
        for one in buggy:
            shown = " + ".join(" ".join(pair) for pair in one.client.caught_by)
            lines.append(f"| `{one.client.path.stem}` | {one.client.pattern} | {shown} | "
                         f"{one.client.depth} | {'yes' if one.expected else '**no**'} | {one.runs} "
                         f"| {one.seconds:.1f} |")
        caught = [one for one in buggy if one.expected]
        first = sum(one.client.depth == 1 for one in caught)
        lines.append(f"| **{len(buggy)} bugs** | | | | **{len(caught)}**, {first} of them at depth "
                     f"1 | {sum(one.runs for one in buggy)} | "
                     f"{sum(one.seconds for one in buggy):.0f} |")
    return lines


def disagreements(judged: Sequence[Judged], *, others: bool = False) -> list[str]:
    """Say where the sweep and the corpus differ.

    Args:
        judged: what the sweep said.
        others: also name what it found in clients with a bug beside the failure of their header.
    """
    lines = []
    for one in judged:
        name = one.client.name
        if not one.swept:
            lines.append(f"{name}: not in the report")
        if one.note:
            lines.append(f"{name}: {one.note}")
        if not one.client.bug:
            lines += [f"{name}: FALSE ALARM {case} {rule}: {why}"
                      for case, rule, why in one.accused]
        elif not one.expected:
            lines.append(f"{name}: NOT CAUGHT: {one.client.bug}")
        if one.client.bug and (others or not one.expected):
            lines += [f"{name}: also {rule}: {', '.join(cases)}"
                      for rule, cases in _by_rule(one.others).items()]
    return lines


def _by_rule(accused: Iterable[tuple[str, str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for case, rule, _ in accused:
        found.setdefault(rule, []).append(case)
    return found


def write(page: Path, judged: Sequence[Judged]) -> None:
    """Put the tables into a page, between its two comments."""
    head, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not end:
        raise SystemExit(f"{page}: {BEGIN} and {END} are missing")
    page.write_text("\n".join((head + begin, *table(judged), end + tail)), encoding="utf-8")


def meets_the_aims(judged: Sequence[Judged]) -> bool:
    """Whether there is no false alarm, and enough of the bugs are caught."""
    buggy = [one for one in judged if one.client.bug]
    caught = [one for one in buggy if one.expected]
    return (all(one.swept for one in judged)
            and not any(one.accused for one in judged if not one.client.bug)
            and len(caught) == len(buggy)
            and sum(one.client.depth == 1 for one in caught) >= AIM * len(buggy))


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge, print the table, and return an exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", help="only clients whose path contains one of these")
    parser.add_argument("--jobs", type=int, default=2, help="processes at once (default: 2)")
    parser.add_argument("--check", action="store_true", help="fail if the aims are not met")
    parser.add_argument("--others", action="store_true",
                        help="name what else is found in clients with a bug")
    parser.add_argument("--option", action="append", default=[], metavar="OPTION",
                        help="one more for pytest, such as --option=--fake-ims-sweep-budget=9")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the tables into this page")
    given = parser.parse_args(arguments)
    chosen = clients(given.names)
    if not chosen:
        parser.error("no client has such a name")
    started = time.monotonic()
    judged = judge(chosen, given.jobs, given.option)
    if given.write is not None and all(one.swept for one in judged):
        write(given.write, judged)
    for line in (*table(judged), "", *disagreements(judged, others=given.others)):
        print(line)
    print(f"{time.monotonic() - started:.0f} s in {given.jobs} processes")
    return 1 if given.check and not meets_the_aims(judged) else 0


if __name__ == "__main__":
    sys.exit(main())
