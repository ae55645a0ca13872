"""Run tests against one mutant after another, each in a child process of its own.

``warm`` collects all tests once, and forks for each mutant. The child gives the changed function
its new code and runs the tests. ``cold`` forks before the fake is imported, and the child imports
the changed module: for what runs at import, such as tables and defaults. No file is written.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NoReturn

import pytest
from executed_lines import import_everything, pytest_options
from mutations import Mutant, code_of, compiled

#: What the tests import, loaded before the first fork. Plugins of pytest load themselves.
PRELOAD = ("aiohttp.web", "msgspec", "openstack", "keystoneauth1.session", "httpx", "requests",
           "freezegun", "glanceclient", "asyncio", "concurrent.futures", "tomllib", "decimal",
           "http.client", "email.message", "importlib.metadata", "sqlite3", "xml.etree.ElementTree")

#: Seconds without a sign of life after which a mutant is tried once more, with the second number
#: of seconds. If it stands still again, it counts as killed by the timeout. No test that it is
#: tried with takes longer than three seconds, but a busy machine lets all of them wait.
STANDSTILL = (15.0, 60.0)

_CACHE = type(lru_cache(abs))


@dataclass(frozen=True)
class Job:
    """A mutant, or None to see the tests pass without one, and the tests to run with it."""

    mutant: Mutant | None
    tests: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """How it went.

    ``killed`` by a test, at ``import`` or by the ``timeout``, or ``survived``. ``error`` is one of
    this harness, and no verdict.
    """

    job: Job
    how: str
    by: str = ""


class Verdict:
    """The pytest plugin of a child: the first failure ends the process."""

    def __init__(self, pipe: int, only: Sequence[str] = ()) -> None:
        self._pipe = pipe
        self._only = {test: place for place, test in enumerate(only)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the tests wanted; a changed table can have taken some away, which proves nothing."""
        items[:] = sorted((item for item in items if item.nodeid in self._only),
                          key=lambda item: self._only[item.nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.end("killed", report.nodeid)
        os.write(self._pipe, b".")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.end("import", report.nodeid)
        os.write(self._pipe, b".")

    def end(self, how: str, by: str = "") -> NoReturn:
        os.write(self._pipe, json.dumps([how, by]).encode())
        os._exit(0)


def cold(root: Path, jobs: list[Job]) -> Iterator[Outcome]:
    """Run the jobs; the calling process must not have imported the fake."""
    _preload()

    def child(job: Job, pipe: int) -> None:
        if job.mutant is not None:
            _import_changed(root, job.mutant)
        verdict = Verdict(pipe, job.tests)
        files = dict.fromkeys(str(root / test.partition("::")[0]) for test in job.tests)
        status = pytest.main([*pytest_options(root)[:-1], *files], plugins=[verdict])
        verdict.end("survived" if status in (0, pytest.ExitCode.NO_TESTS_COLLECTED) else "import",
                    str(status))

    for job in jobs:
        yield _in_child(root, job, child)


def warm(root: Path, jobs: list[Job]) -> Iterator[Outcome]:
    """Run the jobs; the mutants of all of them lie in functions that no import has called."""
    files = sorted({str(root / test.partition("::")[0]) for job in jobs for test in job.tests})
    _preload()
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        os.close(reading)
        _silence()
        status = pytest.main([*pytest_options(root)[:-1], *files],
                             plugins=[_Warm(root, jobs, writing)])
        os._exit(int(status))
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as lines:
        for line in lines:
            number, how, by = json.loads(line)
            yield Outcome(jobs[number], how, by)
    os.waitpid(process, 0)


class _Warm:
    """The pytest plugin of the process that has collected everything."""

    def __init__(self, root: Path, jobs: list[Job], pipe: int) -> None:
        self._root, self._jobs, self._pipe = root, jobs, pipe

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        import_everything()
        items = {item.nodeid: item for item in session.items}
        gc.unfreeze()  # conftest.py has hidden the functions from the collector
        functions, caches = _functions(self._root), _caches()
        gc.collect()
        gc.freeze()

        def child(job: Job, pipe: int) -> None:
            verdict = Verdict(pipe)
            session.config.pluginmanager.register(verdict)
            if job.mutant is not None:
                _give_new_code(self._root, job.mutant, functions)
                for cache in caches:  # what collecting has filled would hide the change
                    cache.cache_clear()
            chosen = [items[test] for test in job.tests]
            for item, after in zip(chosen, [*chosen[1:], None], strict=True):
                session.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
            verdict.end("survived")

        for number, job in enumerate(self._jobs):
            outcome = _in_child(self._root, job, child)
            os.write(self._pipe, (json.dumps([number, outcome.how, outcome.by]) + "\n").encode())
        return True


def _preload() -> None:
    for module in PRELOAD:
        with contextlib.suppress(ImportError):
            importlib.import_module(module)


def _silence() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)


def _in_child(root: Path, job: Job, work: Callable[[Job, int], None]) -> Outcome:
    """Fork, do the work there, and wait for what it says; give it a second chance if it hangs."""
    for standstill in STANDSTILL:
        outcome = _once(root, job, work, standstill)
        if outcome.how != "timeout":
            break
    return outcome


def _once(
    root: Path, job: Job, work: Callable[[Job, int], None], standstill: float
) -> Outcome:
    scratch = tempfile.mkdtemp(prefix="mutant-")
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        try:
            os.setpgid(0, 0)
            os.close(reading)
            _silence()
            os.chdir(root)
            os.environ["TMPDIR"] = os.environ["PYTEST_DEBUG_TEMPROOT"] = scratch
            tempfile.tempdir = None
            work(job, writing)
        except BaseException as error:
            os.write(writing, json.dumps(["error", repr(error)[:200]]).encode())
        finally:
            os._exit(1)
    os.close(writing)
    with contextlib.suppress(OSError):
        os.setpgid(process, process)
    said = b""
    while True:
        ready, _, _ = select.select([reading], [], [], standstill)
        part = os.read(reading, 65536) if ready else b""
        # A dot is the sign of life: after each file of tests, and each phase of a test.
        said = (said + part).lstrip(b".")
        if not part or said.endswith(b"]"):
            break
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)
    os.close(reading)
    shutil.rmtree(scratch, ignore_errors=True)
    if said:
        return Outcome(job, *json.loads(said))
    return Outcome(job, "timeout" if not ready else "killed", "" if not ready else "died")


def _import_changed(root: Path, mutant: Mutant) -> None:
    source = root / "fake_ims" / mutant.module
    code = compiled(source, mutant.module, mutant.number)
    usual = SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, fullname: str) -> CodeType | None:
        return code if Path(loader.path) == source else usual(loader, fullname)

    SourceFileLoader.get_code = get_code  # type: ignore[assignment,method-assign]


def _functions(root: Path) -> dict[tuple[str, int, str], list[FunctionType]]:
    """All functions of the fake that there are, by file, line and name."""
    package = f"{root / 'fake_ims'}{os.sep}"
    found: dict[tuple[str, int, str], list[FunctionType]] = {}
    for thing in gc.get_objects():
        if type(thing) is FunctionType and thing.__code__.co_filename.startswith(package):
            found.setdefault(_code_name(thing.__code__), []).append(thing)
    return found


def _caches() -> list[Any]:
    """All caches of functions of the fake."""
    return [thing for thing in gc.get_objects() if type(thing) is _CACHE
            and str(getattr(thing, "__module__", "")).startswith("fake_ims")]


def _code_name(code: CodeType) -> tuple[str, int, str]:
    return code.co_filename, code.co_firstlineno, code.co_name


def _give_new_code(root: Path, mutant: Mutant, functions: dict[Any, list[FunctionType]]) -> None:
    source = root / "fake_ims" / mutant.module
    name = mutant.function.rpartition(".")[2]
    new = code_of(compiled(source, mutant.module, mutant.number), mutant.first_line, name)
    found = functions[_code_name(new)]
    for code in _with_inner(new):
        # An import may have made inner functions already, as decorators do.
        for function in found if code is new else functions.get(_code_name(code), ()):
            function.__code__ = code


def _with_inner(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _with_inner(constant)
