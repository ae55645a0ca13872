"""The 177 error codes: each by asking, and those that a rule raises by a test that sees it."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
from codes_seen import COLLECTED, SEEN
from codes_seen import maker as make_error_codes

from fake_ims.contract.errors import ERRORS

from .conftest import Ims

TESTS = Path(__file__).parents[1]


@pytest.fixture
def maker() -> ModuleType:
    return make_error_codes()


@pytest.mark.parametrize("code", ERRORS)
def test_a_request_is_refused_with_the_code_that_is_asked_for(ims: Ims, code: str) -> None:
    ims.fake.faults.add("cloudimages.quota", error_code=code, times=1)
    document = ims.ask("GET /v1/cloudimages/quota", status=ERRORS[code].status)
    assert document == {"error": {"code": code, "message": ERRORS[code].message}}
    assert not SEEN.by_rule


@pytest.mark.parametrize("code", ERRORS)
def test_a_job_fails_with_the_code_that_is_asked_for(ims: Ims, code: str) -> None:
    ims.fake.jobs.fail_next(code)
    job = ims.job("POST /v1/cloudimages/members",
                  {"images": [ims.fake.images.add(name="i").id], "projects": ["p2"]})
    document = ims.ask(f"GET /v1/{ims.fake.project_id}/jobs/{job.id}", status=200)
    assert document["status"] == "FAIL"
    assert document["error_code"] == code
    assert document["fail_reason"] == ERRORS[code].message
    assert not SEEN.by_rule


def test_a_code_that_a_rule_answers_is_seen(ims: Ims) -> None:
    ims.refused("POST /v1/cloudimages/members")
    assert SEEN.by_rule == {"IMG.0007"}


def test_each_code_that_the_code_names_is_shown_by_a_test(maker: ModuleType) -> None:
    claims = maker.claims()
    assert not [code for code, modules in maker.raised().items() if modules and code not in claims]


def test_no_rule_raises_a_code_for_a_reason(maker: ModuleType) -> None:
    assert set(maker.REASONS) == set(ERRORS) - set(maker.claims())


def test_the_tests_that_the_page_names_are_there(
    maker: ModuleType, request: pytest.FixtureRequest
) -> None:
    collected = request.config.stash[COLLECTED]
    files = {nodeid.partition("::")[0] for nodeid in collected}
    # Of a file that was asked for in parts, only the function can be looked for.
    parts = any("::" in argument for argument in request.config.args)
    for nodeid in maker.claims().values():
        file, _, name = nodeid.partition("::")
        source = (TESTS.parent / file).read_text(encoding="utf-8")
        assert f"def {name.partition('[')[0]}(" in source, nodeid
        assert parts or file not in files or nodeid in collected, nodeid


def test_the_page_is_up_to_date(maker: ModuleType) -> None:
    assert maker.TARGET.read_text(encoding="utf-8") == maker.text(maker.claims()), (
        "run: python docs/make_error_codes.py")
