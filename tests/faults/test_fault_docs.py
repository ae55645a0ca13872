"""docs/faults.md: its tables are those of the code, and its examples run."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from doc_examples import DOCS, asking, examples, run
from wire import Wire

from fake_ims import FakeIMS

TESTS = Path(__file__).parents[1]
PAGE = (DOCS / "faults.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", examples("faults.md"))
def test_the_examples_run(fake_ims: FakeIMS, wire: Wire, code: str) -> None:
    run("faults.md", code, fake=fake_ims, ask=asking(wire))


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
