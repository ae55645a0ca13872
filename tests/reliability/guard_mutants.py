"""Change the code in one place, and see whether a test fails: mutation testing.

    python tests/reliability mutants [--module domain/tokens.py] [--part functions]
                                     [--sample 3000] [--seed 1]

It needs coverage.py, which the extras of the project do not install. The first run measures which
tests execute which line; ``--measure`` does so again, after a change of code or tests. A mutant is
run with tests that execute its line: quickest first, spread over the test files, in turn with
those of files that mention the same strings. What runs at import belongs to no test; its mutants
are run with tests that execute the module, or a line that uses the name which is set.

mutmut and cosmic-ray do not fit: they run each mutant with all tests of its function, which are
thousands here, and mutmut cannot change tables, which are half of this code.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import zip_longest
from pathlib import Path

from executed_lines import IMPORTED
from mutant_runs import Job, Outcome, cold, warm
from mutations import Mutant, mutants_of, significant

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "fake_ims"
TARGETS = ("domain", "faults", "contract", "server/bridge.py")
EQUIVALENT = Path(__file__).with_name("equivalent_mutants.txt")

MOST_TESTS = 100  # that a mutant is run with
MOST_SECONDS = 2.5  # which they may take together
MOST_FILES = 12  # from which tests are taken for a mutant of what runs at import
LONGEST_TEST = 1.0  # seconds; longer ones are not used
REPLAY = "tests/conformance/"  # one long test, which is worth its time and runs late
CONTROL_EVERY = 40  # after so many mutants, the tests of one run without it
MOST = 0.10  # the share that may survive

#: Tests that compare the tables with a page made from them, or with their transcription. They
#: run last.
PAGES = ("tests/test_doc_pages.py", "tests/contract/test_tables.py::test_the_coverage_page",
         "tests/contract/test_transcription.py",
         "tests/ims/test_error_codes.py::test_the_page", "tests/faults/test_fault_docs.py",
         "tests/clients/test_page.py")


@dataclass(frozen=True)
class Fixed:
    """A mutant whose fate is known: the check of the harness itself."""

    module: str
    before: str
    after: str
    test: str
    how: str


_DURATIONS = "tests/domain/test_durations.py::"
_TOLD = ("domain/durations.py", "if whole < 60 or whole != seconds:",
         "if whole <= 60 or whole != seconds:")
FIXED = (
    Fixed(*_TOLD, f"{_DURATIONS}test_how_a_duration_is_told[60-1m]", "killed"),
    Fixed(*_TOLD, f"{_DURATIONS}test_how_a_duration_is_told[61-1m1s]", "survived"),
    Fixed("domain/durations.py", "'m': 60.0", "'m': 61.0",
          f"{_DURATIONS}test_what_is_a_duration[10m-600]", "killed"),
    Fixed("domain/durations.py", "'m': 60.0", "'m': 61.0",
          f"{_DURATIONS}test_what_is_a_duration[90s-90]", "survived"),
    # Through the front door: the server runs in a thread of the child.
    Fixed("domain/tags.py", "if exceeds(len(image.tags) + 1, maximum):",
          "if exceeds(len(image.tags) + 2, maximum):",
          "tests/native/test_tags.py::test_128_tags_and_no_more", "killed"),
    # An inner function that an import has made, and a function whose results are cached.
    Fixed("domain/handle.py", "return function(*args, **kwargs)", "return function(*args)",
          "tests/domain/test_seeding.py::test_an_id_is_used_once", "killed"),
    Fixed("domain/handle.py", "return 'yes' if name in _declared(kind) else 'no'",
          "return 'yes' if name not in _declared(kind) else 'no'",
          "tests/domain/test_handle.py::test_a_misspelt_name_cannot_be_set[UsageError]", "killed"),
)


def main(arguments: list[str]) -> bool:
    """The command line; returns whether few enough mutants survive."""
    parser = argparse.ArgumentParser(prog="python tests/reliability mutants")
    parser.add_argument("--module", action="append", metavar="FILE",
                        help="only this module or folder, such as domain/tokens.py")
    parser.add_argument("--sample", type=int, metavar="N", default=3000,
                        help="how many mutants, spread over the modules (default: 3000)")
    parser.add_argument("--part", choices=("functions", "tables"),
                        help="only what runs during tests, or only what runs at import: each of "
                        "the latter takes seconds")
    parser.add_argument("--least", type=int, metavar="N", default=8,
                        help="mutants of each module in the sample (default: 8); 0 for a sample "
                        "that leaves modules out, if there is little time")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (default: 1)")
    parser.add_argument("--measure", action="store_true", help="measure the executed lines anew")
    parser.add_argument("--work", type=Path, default=ROOT / ".pytest_cache" / "mutants",
                        help="where the executed lines are kept")
    parser.add_argument("--survivors", type=Path, metavar="FILE",
                        help="write down which survive, and which lines no test executes")
    parser.add_argument("--go-on", action="store_true",
                        help="do not try again what an earlier run has killed")
    parser.add_argument("--fixed", action="store_true",
                        help="only try the harness itself with mutants whose fate is known")
    options = parser.parse_args(arguments)
    if options.fixed:
        return fixed()

    if options.measure or not (options.work / "tests.json").exists():
        measure(options.work)
    tests = Tests(options.work)
    everything = {
        module: [mutant for mutant in mutants_of(PACKAGE / module, module)
                 if options.part is None or tests.at_import(mutant) is (options.part == "tables")]
        for module in modules(options.module or TARGETS)}
    chosen = sample(everything, options.sample, options.seed, options.least)
    log = Log(options.work / "outcomes.jsonl", go_on=options.go_on)
    results = judge(chosen, tests, log)
    return report(everything, results, options.survivors, by_module=options.least > 0)


def fixed() -> bool:
    """Whether the mutants of ``FIXED`` fare as they must, and the equivalent ones still exist."""
    held = True
    for run, at_import in ((warm, False), (cold, True)):
        expected: list[tuple[Job, str]] = []
        for entry in FIXED:
            (mutant,) = (found for found in mutants_of(PACKAGE / entry.module, entry.module)
                         if entry.before in found.before and entry.after in found.after)
            if bool(mutant.function) is not at_import:
                expected.append((Job(mutant, (entry.test,)), entry.how))
        outcomes = run(ROOT, [job for job, _ in expected])
        for outcome, (_, how) in zip(outcomes, expected, strict=True):
            print(f"{run.__name__}: {outcome.how}, must be {how}: {_key(outcome)} {outcome.by}")
            held = held and outcome.how == how
    listed = {module: mutants_of(PACKAGE / module, module)
              for module in {key.split()[0].rstrip(":") for key in equivalent().values()}}
    there = {mutant.same for mutants in listed.values() for mutant in mutants}
    stale = sorted(key for same, key in equivalent().items() if same not in there)
    for key in stale:
        print(f"{EQUIVALENT.name} lists what is no mutant any more: {key}")
    return held and not stale


def measure(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("executed_lines.py")), str(ROOT),
         str(folder), "fake_ims/*"], cwd=ROOT, stdout=subprocess.DEVNULL)
    if done.returncode:
        raise SystemExit("the tests must pass, and coverage.py be installed: pip install coverage")


def modules(names: Iterable[str]) -> list[str]:
    paths = [path for name in names for path in (
        sorted((PACKAGE / name).rglob("*.py")) if (PACKAGE / name).is_dir() else [PACKAGE / name])]
    return [path.relative_to(PACKAGE).as_posix() for path in paths]


def sample(
    everything: dict[str, list[Mutant]], size: int, seed: int, least: int = 8
) -> list[Mutant]:
    """The same share of each module, and at least so many; with 0, any mutants of all."""
    if not least:
        mutants = [mutant for found in everything.values() for mutant in found]
        return random.Random(str(seed)).sample(mutants, min(size, len(mutants)))
    share = min(1.0, size / max(1, sum(map(len, everything.values()))))
    chosen: list[Mutant] = []
    for module, mutants in everything.items():
        number = min(len(mutants), max(least, math.ceil(share * len(mutants))))
        chosen += random.Random(f"{seed} {module}").sample(mutants, number)
    return chosen


class Tests:
    """Which tests to run a mutant with."""

    def __init__(self, folder: Path) -> None:
        from coverage import CoverageData

        self.seconds: dict[str, float] = json.loads((folder / "tests.json").read_text())
        self._lines = CoverageData(str(folder / "lines"))
        self._lines.read()
        self._contexts: dict[str, dict[int, list[str]]] = {}

    def contexts(self, module: str) -> dict[int, list[str]]:
        if module not in self._contexts:
            self._contexts[module] = self._lines.contexts_by_lineno(str(PACKAGE / module))
        return self._contexts[module]

    def at_import(self, mutant: Mutant) -> bool:
        """Whether what is changed runs before the first test."""
        contexts = self.contexts(mutant.module)
        return not mutant.function or mutant.function.endswith(".") or any(
            IMPORTED in contexts.get(line, ()) for line in self._body(mutant))

    def of(self, mutant: Mutant) -> list[str]:
        """All tests that are worth running, the best first."""
        contexts = self.contexts(mutant.module)
        found = {test for line in mutant.lines for test in contexts.get(line, ())}
        if self.at_import(mutant):
            near = self._mentioning(mutant)
            found |= {test for tests in contexts.values() for test in tests}
            users = self.spread(self._using(mutant))
            mixed = [test for pair in zip_longest(near, users, self.spread(found))
                     for test in pair if test is not None]
            return sorted(dict.fromkeys(mixed), key=lambda test: test.startswith(PAGES))
        near = self._mentioning(mutant)
        mixed = [test for three in zip_longest(
                     self._special(mutant, found), [test for test in near if test in found],
                     self.spread(found))
                 for test in three if test is not None]
        # Results are cached: a line that few tests execute may matter to many.
        return list(dict.fromkeys([*mixed, *near]))

    def _special(self, mutant: Mutant, found: set[str]) -> list[str]:
        """The tests that execute what few others do in the same function."""
        points: dict[str, float] = defaultdict(float)
        contexts = self.contexts(mutant.module)
        for line in range(mutant.first_line, mutant.last_line + 1):
            tests = contexts.get(line, ())
            for test in tests:
                if test in found and test in self.seconds:
                    points[test] += 1 / len(tests)
        return sorted(points, key=lambda test: (-points[test], self.seconds[test]))

    def _using(self, mutant: Mutant) -> set[str]:
        """Tests that execute a line with the name which the changed statement sets."""
        name = re.match(r"(?:class |def )?(\w+)", mutant.before)
        if name is None or mutant.function or len(name[1]) < 4:
            return set()
        return self._executing(name[1])

    @cache  # noqa: B019 - there is one
    def _executing(self, name: str) -> set[str]:
        word = re.compile(rf"\b{name}\b")
        found: set[str] = set()
        for source in PACKAGE.rglob("*.py"):
            contexts = self.contexts(source.relative_to(PACKAGE).as_posix())
            for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
                if word.search(line):
                    found.update(contexts.get(number, ()))
        return found

    def _body(self, mutant: Mutant) -> range:
        return range(min(mutant.lines), max(mutant.lines) + 1)

    def spread(self, tests: Iterable[str]) -> list[str]:
        """One test of each file, its quickest, then the next of each; the pages come last."""
        of_file: dict[str, list[str]] = defaultdict(list)
        for test in sorted(set(tests) & self.seconds.keys(), key=self.seconds.__getitem__):
            of_file[test.partition("::")[0]].append(test)
        ranked = [(test.startswith(PAGES), place, self.seconds[test], test)
                  for file, entries in of_file.items() for place, test in enumerate(entries)]
        return [test for *_, test in sorted(ranked)]

    def _mentioning(self, mutant: Mutant) -> list[str]:
        """Tests of files that have the same rare strings, and those that hold the tables."""
        points: Counter[str] = Counter()
        words = {*mutant.words, Path(mutant.module).stem, mutant.function.rpartition(".")[2]}
        for word in words - {""}:
            files = [file for file, text in self._sources.items() if word in text]
            for file in files:
                points[file] += 1 / len(files)  # type: ignore[assignment]
        best = [file for file, _ in points.most_common(8)]
        if not mutant.function or mutant.function.endswith("."):
            best += [file for file in self._sources if file.startswith("tests/contract/")]
        wanted = []
        for file in dict.fromkeys(best):
            tests = sorted(self._of_file[file], key=lambda test: (
                -sum(word in test for word in mutant.words), self.seconds[test]))
            wanted.append(tests)
        ranked = [(test.startswith(PAGES), place, number, test)
                  for number, file in enumerate(wanted) for place, test in enumerate(file)]
        return [test for *_, test in sorted(ranked)]

    @cached_property
    def _of_file(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for test in self.seconds:
            found[test.partition("::")[0]].append(test)
        return found

    @cached_property
    def _sources(self) -> dict[str, str]:
        return {file: (ROOT / file).read_text(encoding="utf-8") for file in self._of_file}


def judge(chosen: Sequence[Mutant], tests: Tests, log: Log) -> list[Outcome]:
    """Run all mutants whose fate the log does not know."""
    results: list[Outcome] = []
    waiting: list[Mutant] = []
    for mutant in chosen:
        if mutant.key in log.killed:
            results.append(Outcome(Job(mutant, ()), *log.killed[mutant.key]))
        elif tests.of(mutant):
            waiting.append(mutant)
        else:
            results.append(Outcome(Job(mutant, ()), "survived", "no test executes it"))
    at_import = [mutant for mutant in waiting if tests.at_import(mutant)]
    distrusted: set[str] = set()
    for run in (warm, cold):
        mutants = at_import if run is cold else [m for m in waiting if m not in at_import]
        jobs = list(with_controls(job(mutant, tests) for mutant in mutants))
        for count, outcome in enumerate(run(ROOT, jobs) if jobs else (), 1):
            tried = outcome.job.mutant
            if tried is None:
                if outcome.how != "survived":
                    print(f"without a mutant, too: {outcome.how} {outcome.by}", file=sys.stderr,
                          flush=True)
                    distrusted.add(outcome.by)
            elif outcome.how == "error" and run is warm:
                at_import.append(tried)  # its code does not fit the function: import it anew
            else:
                results.append(outcome)
                log.note(outcome)
                if outcome.how in ("survived", "error"):
                    print(f"{count}/{len(jobs)} {outcome.how}: {tried.key} {outcome.by}",
                          file=sys.stderr, flush=True)
    if distrusted & tests.seconds.keys():
        for test in distrusted:
            tests.seconds.pop(test, None)
        again = [outcome.job.mutant for outcome in results if outcome.by in distrusted]
        results = [outcome for outcome in results if outcome.by not in distrusted]
        results += judge([mutant for mutant in again if mutant], tests, log)
    return results


class Log:
    """The fates of mutants, kept for runs that go on where others ended."""

    def __init__(self, file: Path, *, go_on: bool) -> None:
        self.killed: dict[str, tuple[str, str]] = {}
        if go_on and file.exists():
            for line in file.read_text(encoding="utf-8").splitlines():
                how, by, key = json.loads(line)
                if how not in ("survived", "error"):
                    self.killed[key] = (how, by)
        self._file = file.open("a" if go_on else "w", encoding="utf-8")

    def note(self, outcome: Outcome) -> None:
        print(json.dumps([outcome.how, outcome.by, _key(outcome)]), file=self._file, flush=True)


def job(mutant: Mutant, tests: Tests) -> Job:
    chosen: list[str] = []
    took = 0.0
    found = [test for test in tests.of(mutant)
             if tests.seconds[test] < LONGEST_TEST or test.startswith(REPLAY)]
    last = [test for test in found if test.startswith((REPLAY, *PAGES))]
    files: set[str] = set()
    at_import = tests.at_import(mutant)  # such a mutant imports its test files anew
    for test in (test for test in found if not test.startswith((REPLAY, *PAGES))):
        file = test.partition("::")[0]
        if at_import and file not in files and len(files) == MOST_FILES:
            continue
        files.add(file)
        if len(chosen) < MOST_TESTS and took + tests.seconds[test] < MOST_SECONDS:
            chosen.append(test)
            took += tests.seconds[test]
    return Job(mutant, (*chosen, *last))


def with_controls(jobs: Iterable[Job]) -> Iterator[Job]:
    """Now and then the tests of a mutant without it: they must pass."""
    for number, entry in enumerate(jobs):
        if number % CONTROL_EVERY == 0:
            yield Job(None, entry.tests)
        yield entry


@cache
def equivalent() -> dict[str, str]:
    """The keys of the mutants that are known to change nothing, by what is the same everywhere."""
    lines = EQUIVALENT.read_text(encoding="utf-8").splitlines()
    return {significant(line.strip()): line.strip() for line in lines if line.startswith("    ")}


def report(
    everything: dict[str, list[Mutant]], results: Sequence[Outcome], survivors: Path | None, *,
    by_module: bool = True,
) -> bool:
    """Print a row for each package; returns whether less than ``MOST`` survive in all of them."""
    packages: dict[str, list[str]] = defaultdict(list)
    for module, mutants in everything.items():
        if mutants:
            packages[mutants[0].package].append(module)
    same = equivalent().keys()
    print(f"{'package':26} {'mutants':>7} {'sample':>6} {'killed':>6} {'equal':>6} {'alive':>6} "
          f"{'share':>6} {'at most (95 %)':>14}")
    for package, members in [*packages.items(), ("all", [m for p in packages.values() for m in p])]:
        mine = [outcome for outcome in results if _module(outcome) in members]
        alive = [outcome for outcome in mine if outcome.how in ("survived", "error")]
        equal = [outcome for outcome in alive if _same(outcome) in same]
        total = sum(len(everything[m]) for m in members)
        sizes = [({m}, len(everything[m])) for m in members] if by_module else [
            (set(members), total)]
        share, bound = estimate(sizes, mine, same)
        print(f"{package:26} {total:7} {len(mine):6} {len(mine) - len(alive):6} {len(equal):6} "
              f"{len(alive) - len(equal):6} {share:6.1%} {bound:14.1%}")
    how = Counter(outcome.how for outcome in results)
    pages = sum(outcome.by.startswith(PAGES) for outcome in results if outcome.how == "killed")
    print(f"killed at import: {how['import']}; by the timeout: {how['timeout']}; "
          f"errors of the harness: {how['error']}; killed by a page or transcription only: {pages}")
    if survivors is not None:
        survivors.write_text("".join(
            f"{_key(outcome)}\n" + (f"        # {outcome.by}\n" if outcome.by else "")
            for outcome in results
            if outcome.how in ("survived", "error") and _same(outcome) not in same),
            encoding="utf-8")
    return share < MOST


def _module(outcome: Outcome) -> str:
    assert outcome.job.mutant is not None
    return outcome.job.mutant.module


def _key(outcome: Outcome) -> str:
    assert outcome.job.mutant is not None
    return outcome.job.mutant.key


def _same(outcome: Outcome) -> str:
    assert outcome.job.mutant is not None
    return outcome.job.mutant.same


def estimate(
    sizes: Sequence[tuple[Set[str], int]], results: Sequence[Outcome], same: Set[str]
) -> tuple[float, float]:
    """The share of all mutants that survive, and its upper 95 % bound.

    Each module is a stratum, or all of them are one. The variance of a stratum is that of
    (alive + 1) / (sample + 2), so that a module without survivors counts as uncertain, too; one
    that was tried whole is certain.
    """
    total = sum(size for _, size in sizes)
    share = variance = 0.0
    for members, size in sizes:
        mine = [outcome for outcome in results if _module(outcome) in members]
        if not mine:
            continue
        alive = sum(outcome.how in ("survived", "error") and _same(outcome) not in same
                    for outcome in mine)
        share += size / total * alive / len(mine)
        smooth = (alive + 1) / (len(mine) + 2)
        variance += ((size / total) ** 2 * smooth * (1 - smooth) / len(mine)
                     * (1 - len(mine) / size))
    return share, share + 1.645 * math.sqrt(variance)
