"""What reports keep of a run: requests around the failure, and no secrets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from runs import case_of, run
from wire import Wire

from fake_ims import FakeIMS
from fake_ims.sweeping.case import CLEAN, Case
from fake_ims.sweeping.options import Settings
from fake_ims.sweeping.outcome import Outcome
from fake_ims.sweeping.report import Swept, document, junit, page, terminal
from fake_ims.sweeping.report.shown import AROUND, Hider, around, requests
from fake_ims.sweeping.sweep import Ran, Sweep

PASSWORD = "correct-horse-battery"  # of the default user, if a test logs in with it


class ClientError(Exception):
    """An exception as a client package has it."""


ClientError.__module__ = "some_client.errors"


def uploads(fake: FakeIMS, wire: Wire) -> None:
    image = wire.post("/v2/images", {"name": "a"}).json["id"]
    wire.put(f"/v2/images/{image}/file", bytes(range(256)),
             {"Content-Type": "application/octet-stream"})


def test_headers_and_bodies_are_kept_on_demand() -> None:
    steps = run(uploads).steps
    create, upload = requests(steps, bodies=True)
    assert create["sent"].startswith("POST /v2/images\n")
    assert '"name": "a"' in create["sent"]
    assert create["got"].startswith("201\n")
    assert "X-Auth-Token: REDACTED" in create["sent"]
    assert upload["sent"].endswith("\n\n<256 bytes>")
    assert [(one["sent"], one["got"]) for one in requests(steps, bodies=False)] == [("", "")] * 2


@pytest.mark.parametrize(("failure", "told", "planted"), [
    ("1:images.create:reset-after", "no response\n(the service itself answered 201)", 0),
    ("1:images.create:503-after", "503\n(the service itself answered 201)", 0),
    ("1:images.create:503", "503\n", 0),
])
def test_what_the_service_did_is_told_beside_what_the_client_got(
    failure: str, told: str, planted: int
) -> None:
    def creates(fake: FakeIMS, wire: Wire) -> None:
        wire.post("/v2/images", {"name": "a"})

    clean = run(creates)
    (create,) = requests(run(creates, case_of(clean, failure)).steps, bodies=True)
    assert create["got"].startswith(told)
    assert create["planted"] == [failure.rpartition(":")[2]]


def test_a_long_body_is_cut() -> None:
    def adds(fake: FakeIMS, wire: Wire) -> None:
        for number in range(20):
            fake.images.add(name=f"image {number}")
        wire.get("/v2/images")

    (listed,) = requests(run(adds).steps, bodies=True)
    assert len(listed["got"]) < 3000
    assert listed["got"].endswith(" bytes)")


def test_a_client_without_end_fills_no_report() -> None:
    def polls(fake: FakeIMS, wire: Wire) -> None:
        for _ in range(4 * AROUND):
            wire.get("/v2/images")

    steps = run(polls).steps
    assert [step.position for step in around(steps, 2)] == list(range(1, AROUND + 3))
    assert [step.position for step in around(steps, 2 * AROUND)] == list(
        range(AROUND + 1, 3 * AROUND + 1))


def leaks(fake: FakeIMS, wire: Wire) -> None:
    """Log in, and quote all that is secret in the error."""
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": "user", "domain": {"name": "Default"}, "password": PASSWORD}}}}}
    wire.post("/v3/auth/tokens", body)
    if wire.get("/v2/images").status != 200:
        token = fake.headers["X-Auth-Token"]
        {}[f"no images for {token} and password={PASSWORD} \ud800"]


def sweep_of(case: Case | None = None) -> tuple[Swept, str]:
    seen: list[str] = []

    def ran(case: Case) -> Ran:
        def program(fake: FakeIMS, wire: Wire) -> None:
            seen.append(fake.headers["X-Auth-Token"])
            leaks(fake, wire)

        outcome: Outcome = run(program, case)
        text = "" if outcome.error is None else (
            f"> headers = {{'X-Auth-Token': '{seen[-1]}'}}\nE {outcome.error}")
        return Ran(outcome, text)

    sweep = Sweep("t.py::test", Settings(), ran, lambda case: f"pytest {case.id}")
    clean = ran(CLEAN)
    swept = sweep.begin(clean)
    sweep.named("2:images.list:503", clean, swept)
    return swept, seen[-1]


def test_no_report_has_a_secret() -> None:
    swept, token = sweep_of()
    (found,) = swept["results"]
    assert found["word"] == "wrong"
    assert "no images for REDACTED and password=REDACTED" in found["why"]
    assert "'X-Auth-Token': 'REDACTED" in found["traceback"]
    assert "REDACTED" in found["requests"][0]["sent"]
    for told in (document.as_json([swept], 0), page.as_page([swept], 0),
                 junit.as_junit([swept], 0), "\n".join(terminal.lines([swept]))):
        assert "REDACTED" in told
        assert token not in told
        assert PASSWORD not in told
        told.encode()  # no lone surrogates


def test_a_result_is_json_for_a_worker_of_xdist(tmp_path: Path) -> None:
    swept, _ = sweep_of()
    assert json.loads(json.dumps(swept)) == swept


def test_a_text_without_secrets_stays_as_it_is() -> None:
    text = "E   assert 1 == 2\n\n    at client.py:7 \u00fc"
    assert Hider([]).text(text) == text
