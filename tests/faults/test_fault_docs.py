"""docs/faults.md: its tables are those of the code, and its examples run."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wire import OCTETS, Wire

from fake_ims import FakeIMS

TESTS = Path(__file__).parents[1]
DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "faults.md").read_text(encoding="utf-8")


def examples() -> list[Any]:
    """Each block of Python, named by its heading and line."""
    found = []
    for block in re.finditer(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        line = PAGE.count("\n", 0, block.start()) + 2
        heading = PAGE[:block.start()].rpartition("\n#")[2].split("\n")[0].strip("# ")
        code = "\n" * (line - 1) + block[1]  # so that a traceback names the page's line
        found.append(pytest.param(code, id=f"{heading}:{line}"))
    return found


@pytest.fixture
def ask(wire: Wire) -> Callable[..., int | str]:
    """What the page says that it is."""
    def ask(request: str, body: object = None, **headers: str) -> int | str:
        method, path = request.split(" ", 1)
        if isinstance(body, bytes):
            headers = {"Content-Type": OCTETS, **headers}
        try:
            return wire.send(method, path, body, headers).status
        except ConnectionError:
            return "cut"

    return ask


@pytest.mark.parametrize("code", examples())
def test_the_examples_run(fake_ims: FakeIMS, ask: Callable[..., int | str], code: str) -> None:
    exec(compile(code, str(DOCS / "faults.md"), "exec"), {"fake": fake_ims, "ask": ask})


def test_the_tests_that_it_names_are_there() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))
    there = set(re.findall(r"^(?:async )?def (test_\w+)", code, re.MULTILINE))
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert named
    assert named <= there, sorted(named - there)


def test_the_tables_are_current() -> None:
    spec = importlib.util.spec_from_file_location("make_faults", DOCS / "make_faults.py")
    assert spec is not None
    assert spec.loader is not None
    make_faults = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_faults)
    assert make_faults.text() == PAGE, "run: python docs/make_faults.py"
