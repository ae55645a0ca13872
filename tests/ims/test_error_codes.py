"""The 177 error codes: each by asking, and those that a rule raises by a test of that rule."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from fake_ims.contract.errors import ERRORS

from .conftest import Ims

MAKER = Path(__file__).parents[2] / "docs" / "make_error_codes.py"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_error_codes", MAKER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("code", ERRORS)
def test_a_request_is_refused_with_the_code_that_is_asked_for(ims: Ims, code: str) -> None:
    ims.fake.faults.add("cloudimages.quota", error=code, times=1)
    document = ims.ask("GET /v1/cloudimages/quota", status=ERRORS[code].status)
    assert document == {"error": {"code": code, "message": ERRORS[code].message}}


@pytest.mark.parametrize("code", ERRORS)
def test_a_job_fails_with_the_code_that_is_asked_for(ims: Ims, code: str) -> None:
    ims.fake.jobs.fail_next(code)
    job = ims.job("POST /v1/cloudimages/members",
                  {"images": [ims.fake.images.add(name="i").id], "projects": ["p2"]})
    document = ims.ask(f"GET /v1/{ims.fake.project_id}/jobs/{job.id}", status=200)
    assert document["status"] == "FAIL"
    assert document["error_code"] == code
    assert document["fail_reason"] == ERRORS[code].message


def test_each_code_that_a_rule_raises_is_shown_by_a_test(maker: ModuleType) -> None:
    tests = maker.tested()
    assert not [code for code, modules in maker.raised().items() if modules and not tests[code]]


def test_the_page_is_up_to_date(maker: ModuleType) -> None:
    assert maker.TARGET.read_text(encoding="utf-8") == maker.text(), (
        "run: python docs/make_error_codes.py")
