"""Which error codes a test really saw on the wire, by a rule of the service and by no fault.

``docs/error-codes.md`` claims for each code a test that shows it. Each test is held to what is
claimed of it when it runs, alone or among others, in any order and in any process: a code that is
claimed and not answered fails it, and so does a code that the page says no rule answers.
``--codes-to=FILE`` writes down what was seen instead, for ``docs/make_error_codes.py``.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from fake_ims.journal import Exchange

ROOT = Path(__file__).parent.parent
_CODE = re.compile(r"IMG\.\d{4}\Z")
_IN_CASE = re.compile(r"IMG\.\d{4}")


class Seen:
    """The codes of one test.

    Attributes:
        by_rule: codes that answers have had.
        asked: codes that the test has told jobs to fail with.
    """

    def __init__(self) -> None:
        self.by_rule: set[str] = set()
        self.asked: set[str] = set()

    def answered(self, exchange: Exchange) -> None:
        """Take in an answer, unless a fault has touched it."""
        body = exchange.response_body
        if exchange.faults or b"IMG." not in body or len(body) < exchange.response_size:
            return
        try:
            document = json.loads(body)
        except ValueError:
            return
        self.by_rule.update(self._codes(document))

    def _codes(self, document: Any) -> Iterator[str]:
        if not isinstance(document, dict):
            return
        error = document.get("error")
        found = error.get("code") if isinstance(error, dict) else document.get("error_code")
        if isinstance(found, str) and _CODE.match(found) and (
                isinstance(error, dict) or found not in self.asked):
            yield found
        entities = document.get("entities")
        if isinstance(entities, dict):
            for result in (*entities.get("results", ()), *entities.get("sub_jobs_result", ())):
                yield from self._codes(result)


SEEN = Seen()


def named(nodeid: str) -> str:
    """What the page calls a test: of a case that is named by its code, function and code.

    So cases can come and go beside it.
    """
    function, _, case = nodeid.partition("[")
    code = _IN_CASE.search(case)
    return f"{function}[{code[0]}]" if code else nodeid


COLLECTED: pytest.StashKey[set[str]] = pytest.StashKey()


@cache
def maker() -> ModuleType:
    """The module that makes the page."""
    spec = importlib.util.spec_from_file_location("make_error_codes",
                                                  ROOT / "docs" / "make_error_codes.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _listen() -> None:
    """Let every journal of this process tell of its exchanges, and every job of its orders."""
    from fake_ims.domain import jobs
    from fake_ims.journal import Journal

    record, failure = Journal.record, jobs._failure

    def recording(self: Journal, exchange: Exchange) -> Exchange:
        SEEN.answered(exchange)
        return record(self, exchange)

    def ordered(code: str, reason: str | None) -> tuple[str, str]:
        SEEN.asked.add(code)
        return failure(code, reason)

    Journal.record = recording
    jobs._failure = ordered


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--codes-to", metavar="FILE",
                     help="write the error codes that each test sees to a file")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    config.stash[COLLECTED] = {named(item.nodeid) for item in items}
    # Not later: the fixture "pytester" forgets, after its test, the modules that were imported in
    # it, and with them what listens there.
    _listen()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    SEEN.by_rule.clear()
    SEEN.asked.clear()
    result = yield
    target = pyfuncitem.config.getoption("--codes-to")
    if target:
        with Path(target).open("a", encoding="utf-8") as file:
            file.writelines(f"{code} {named(pyfuncitem.nodeid)}\n" for code in sorted(SEEN.by_rule))
        return result
    claims: dict[str, str] = maker().claims()
    name = named(pyfuncitem.nodeid)
    wanted = {code for code, nodeid in claims.items() if nodeid == name}
    assert wanted <= SEEN.by_rule, (
        f"docs/error-codes.md says that this test shows {sorted(wanted - SEEN.by_rule)}")
    assert claims.keys() >= SEEN.by_rule, (
        f"{sorted(SEEN.by_rule - claims.keys())} answered by a rule, which docs/error-codes.md "
        "does not say; run: python docs/make_error_codes.py")
    return result
