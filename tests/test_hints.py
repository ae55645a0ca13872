"""What people write, and what error texts say that they mean."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from fake_ims import FakeIMS, UsageError
from fake_ims.contract.nearest import unknown_operation
from fake_ims.contract.operations import BY_ID
from fake_ims.errors.hints import HINTS, VERBS
from fake_ims.faults.registry import SETTINGS
from fake_ims.journal import filters


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeIMS]:
    with FakeIMS() as one:
        yield one


OPERATIONS = [
    ("createImage", "'images.create'"),
    ("create_image", "'images.create'"),
    ("images.craete", "'images.create'"),
    ("image.create", "'images.create'"),
    ("ImageCreate", "'images.create'"),
    ("listImages", "'images.list'"),
    ("list_images", "'images.list'"),
    ("getImages", "'images.list'"),
    ("getImage", "'images.show'"),
    ("get_image", "'images.show'"),
    ("removeImage", "'images.delete'"),
    ("images.remove", "'images.delete'"),
    ("patchImage", "'images.update'"),
    ("uploadImage", "'images.upload'"),
    ("addMember", "'members.add'"),
    ("showJob", "'jobs.show'"),
    ("POST /v2/images", "'images.create'"),
    ("post /v2/images/", "'images.create'"),
    ("GET /v2/images?limit=2", "'images.list'"),
    ("GET http://127.0.0.1:9292/v2/images", "'images.list'"),
    ("GET /v2/images/8d2f1a60-0000-4000-8000-000000000001", "'images.show'"),
    ("PUT /v2/images/{image_id}/file", "'images.upload'"),
    ("/v2/images", "'images.create' or 'images.list'"),
    ("GET /v2/schemas/image", "'schemas.image'"),
]


@pytest.mark.parametrize(("given", "meant"), OPERATIONS)
def test_an_operation_that_is_written_otherwise(fake: FakeIMS, given: str, meant: str) -> None:
    text = f"did you mean {meant}?"
    assert text in str(unknown_operation(given, list(BY_ID)))
    for use in (lambda: fake.faults.add(given, status=503),
                lambda: fake.requests.where(operation=given),
                lambda: fake.requests.assert_called(given),
                lambda: fake.requests.assert_order(given, "images.list"),
                lambda: fake.load({"faults": [{"operation": given, "status": 503}]}),
                lambda: fake.load({"expect": [{"operation": given}]})):
        with pytest.raises(UsageError) as refused:
            use()
        assert text in str(refused.value)
    answer = requests.post(f"{fake.url}/_fake_ims/faults", timeout=20,
                           json={"operation": given, "status": 503})
    assert answer.status_code == 400
    assert text in answer.text


def test_what_means_no_operation() -> None:
    assert "known: versions.list" not in str(unknown_operation("zzz", list(BY_ID)))
    assert "known: " in str(unknown_operation("zzz", list(BY_ID)))
    assert "did you mean" not in str(unknown_operation("BREW /coffee", list(BY_ID)))


SETTINGS_MEANT = [
    ("code", "'status' (an HTTP status) or 'error_code' (such as 'IMG.0144')"),
    ("nth", "'every' (each Nth request), 'after' (once so many have passed) or 'attempt' (at the "
     "Nth attempt of one request)"),
    ("drop", "'reset_connection'"), ("disconnect", "'reset_connection'"),
    ("reset", "'reset_connection'"), ("target", "'operation'"),
    ("header", "'request_headers' (which requests) or 'response_headers' (what is answered)"),
    ("headers", "'request_headers' (which requests) or 'response_headers' (what is answered)"),
    ("query", "'request_query'"),
    ("body", "'request_body' (which requests) or 'response_body' (what is answered)"),
    ("json", "'request_body' (which requests) or 'response_body' (what is answered)"),
    ("error", "'error_code' (such as 'IMG.0144') or 'status' (an HTTP status)"),
    ("latency", "'delay'"), ("sleep", "'delay'"),
    ("timeout", "'delay' (the answer comes late) or 'hang' (it never comes)"),
    ("kills", "'kill'"), ("saves_in", "'saving'"), ("staus", "'status'"),
]


@pytest.mark.parametrize(("given", "meant"), SETTINGS_MEANT)
def test_a_setting_that_is_called_otherwise(fake: FakeIMS, given: str, meant: str) -> None:
    text = f"did you mean {meant}?"
    with pytest.raises(UsageError) as refused:
        fake.faults.add("images.create", **{given: 3})  # type: ignore[misc]
    assert text in str(refused.value)
    with pytest.raises(UsageError) as refused:
        fake.load({"faults": [{"operation": "images.create", given: 3}]})
    assert f"faults[0].{given}: unknown key {given!r}; {text}" in str(refused.value)
    answer = requests.post(f"{fake.url}/_fake_ims/faults", timeout=20,
                           json={"operation": "images.create", given: 3})
    assert answer.status_code == 400
    assert text in answer.json()["error"]["message"]


@pytest.mark.parametrize(("given", "meant"), [
    ("code", "'status' (an HTTP status)"), ("header", "'request_headers' (which requests)"),
    ("target", "'operation'"), ("nth", "'attempt' (at the Nth attempt of one request)"),
])
def test_a_condition_that_is_called_otherwise(fake: FakeIMS, given: str, meant: str) -> None:
    with pytest.raises(UsageError) as refused:
        fake.requests.where(**{given: 3})
    assert f"did you mean {meant}?" in str(refused.value)


def test_hints_lead_to_what_there_is() -> None:
    for given, found in HINTS.items():
        assert given not in SETTINGS, f"{given!r} is a setting; nobody gets this hint"
        assert found
        assert {name for name, _ in found} <= {*SETTINGS, *filters.names()}, given
    ids = {word for name in BY_ID for word in name.split(".")}
    for verbs in VERBS.values():
        assert set(verbs) <= ids


@pytest.mark.parametrize("given", ["IMG.56", "IMG56", "img.0056", "0056", "56", "img-56",
                                   "IMG 0056"])
def test_an_error_code_that_is_written_otherwise(fake: FakeIMS, given: str) -> None:
    text = "did you mean 'IMG.0056'?"
    for use in (lambda: fake.faults.add("images.create", error_code=given),
                lambda: fake.faults.add("cloudimages.create", job_fails=given),
                lambda: fake.jobs.fail_next(given),
                lambda: fake.load({"faults": [{"error_code": given}]}),
                lambda: fake.load({"job_failures": [{"error_code": given}]})):
        with pytest.raises(UsageError) as refused:
            use()
        assert text in str(refused.value)
    with pytest.raises(UsageError, match=r"did you mean 'IMG\.0056'"):
        fake.faults.add("images.create", error_code=56)  # type: ignore[arg-type]


@pytest.mark.parametrize("given", ["poll(3)", "poll 3", "polls 3", "Polls[3]", "polls:3"])
def test_polls_that_are_written_otherwise(fake: FakeIMS, given: str) -> None:
    with pytest.raises(UsageError, match=r"did you mean 'polls\(3\)'\?"):
        fake.lifecycle.saving = given
    with pytest.raises(UsageError, match=r"did you mean 'polls\(3\)'\?"):
        FakeIMS(saving=given)
    with pytest.raises(UsageError, match=r"polls\(3\)"):
        fake.load({"settings": {"saving": given}})
