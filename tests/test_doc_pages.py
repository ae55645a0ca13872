"""journal, control, imports, identity in docs/: examples run, what they name is there."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
from doc_examples import DOCS, asking, examples, run
from wire import Wire

from fake_ims import FakeIMS

TESTS = Path(__file__).parent


# openstacksdk warns of what it will drop itself, whatever it is asked to do.
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize(("page", "code"), [
    pytest.param(page, *example.values, id=f"{page}:{example.id}")
    for page in ("journal.md", "control.md", "identity.md") for example in examples(page)
])
def test_the_examples_run(fake_ims: FakeIMS, wire: Wire, page: str, code: str) -> None:
    if "import openstack" in code:
        pytest.importorskip("openstack")
    run(page, code, fake=fake_ims, ask=asking(wire))


@pytest.mark.parametrize("code", examples("imports.md"))
def test_the_examples_of_imports_run(code: str) -> None:
    run("imports.md", code)


def test_the_tests_that_the_journal_page_names_are_there() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("test_*.py"))
    there = set(re.findall(r"^(?:async )?def (test_\w+)", code, re.MULTILINE))
    named = set(re.findall(r"`(test_\w+)`", (DOCS / "journal.md").read_text(encoding="utf-8")))
    assert named
    assert named <= there, sorted(named - there)


def test_the_table_of_the_control_api_is_current() -> None:
    spec = importlib.util.spec_from_file_location("make_control", DOCS / "make_control.py")
    assert spec is not None
    assert spec.loader is not None
    make_control = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_control)
    assert make_control.text() == make_control.TARGET.read_text(encoding="utf-8"), (
        "run: python docs/make_control.py")
