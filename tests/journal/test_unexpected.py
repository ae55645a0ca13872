"""What no client should send, and strict mode."""

from __future__ import annotations

import contextlib

import pytest
from waiting import until_in_loop
from wire import Wire

from fake_ims import FakeIMS
from fake_ims.domain.callers import AuthMode


def told(fake: FakeIMS) -> str:
    return "\n".join(fake.requests.unexpected())


def test_what_is_expected(fake_ims: FakeIMS, wire: Wire) -> None:
    wire.post("/v2/images", {"name": "a", "anything": "becomes a property"})
    wire.get("/v2/images", anything="filters")
    wire.get("/v2/cloudimages", limit=1, __os_type="Linux")
    fake_ims.requests.assert_no_unexpected()


def test_paths_that_the_contract_does_not_know(fake_ims: FakeIMS, wire: Wire) -> None:
    wire.get("/v2/nothing/x/y/z")
    with pytest.raises(AssertionError, match="the service has no such operation"):
        fake_ims.requests.assert_no_unexpected()


def test_what_the_service_does_not_look_at(fake_ims: FakeIMS, wire: Wire) -> None:
    body = {"name": "a", "instance_id": "11111111-1111-4111-8111-111111111111", "min_dsk": 40,
            "image_tags": [{"key": "a", "value": "b", "valeu": "c"}]}
    assert wire.post("/v2/cloudimages/action", body).status == 200
    wire.get("/v2/cloudimages", limti=2)
    text = told(fake_ims)
    assert "ignores the field 'min_dsk' in the body" in text
    assert "ignores the field 'image_tags.valeu' in the body" in text
    assert "ignores the query parameter 'limti'" in text
    assert text.count("the service ignores") == 3


def test_a_refused_request_is_told_by_its_answer(fake_ims: FakeIMS, wire: Wire) -> None:
    assert wire.post("/v2/cloudimages/action", {"nmae": "a"}).status == 400
    fake_ims.requests.assert_no_unexpected()


def test_deprecated_operations(fake_ims: FakeIMS, wire: Wire) -> None:
    wire.get("/v1.1/images/detail")
    assert "is deprecated" in told(fake_ims)


def test_a_token_of_an_earlier_test(fake_ims: FakeIMS, wire: Wire) -> None:
    stranger = fake_ims.tenant("p2")
    late = wire.caller(stranger)
    fake_ims.reset(strict=True)
    late.get("/v2/images")
    wire.caller(fake_ims).get("/v2/images")
    assert [one.late for one in fake_ims.requests] == [True, False]
    assert "this request belongs to an earlier test" in told(fake_ims)
    fake_ims.reset()
    late.get("/v2/images")
    assert told(fake_ims) == ""


@pytest.mark.parametrize("auth", ["any", "issued"])
def test_a_request_of_an_earlier_test_is_told_whoever_sends_it(auth: AuthMode) -> None:
    with FakeIMS(auth=auth, strict=True) as fake:
        domain = {"name": fake.user_domain_name}
        log_in = Wire(fake.url, {}).post("/v3/auth/tokens", {"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": fake.username, "password": fake.password, "domain": domain}}},
            "scope": {"project": {"name": fake.project_name, "domain": domain}}}})
        tokens = [fake.token, fake.tenant("p2").token, log_in.headers["X-Subject-Token"]]
        for _ in range(3):  # also some tests later
            fake.reset()
        for token in tokens:
            reply = Wire(fake.url, {"X-Auth-Token": token}).post("/v2/images", {"name": "late"})
            assert reply.status == (401 if auth == "issued" else 201)
            assert fake.requests.last.late
        assert len([one for one in fake.complaints() if "to an earlier test" in one]) == 3
        for token in (fake.token, fake.lasting_token):
            assert Wire(fake.url, {"X-Auth-Token": token}).get("/v2/images").status == 200
            assert not fake.requests.last.late


@pytest.mark.fake_ims(auth="triple", strict=True)
def test_a_token_that_is_an_identity_tells_nothing_of_the_test(
    fake_ims: FakeIMS, wire: Wire
) -> None:
    late = wire.caller(fake_ims.tenant("p2"))
    fake_ims.reset(auth="triple", strict=True)
    assert late.get("/v2/images").status == 200
    assert not fake_ims.requests.last.late


async def test_a_request_that_a_reset_cuts_off() -> None:
    import asyncio

    import aiohttp

    async with FakeIMS(strict=True) as fake, aiohttp.ClientSession() as session:
        fake.faults.add("images.list", hang=True)
        asking = asyncio.ensure_future(session.get(f"{fake.url}/v2/images", headers=fake.headers))
        await until_in_loop(lambda: next(iter(fake.faults)).hits)
        fake.reset()
        with contextlib.suppress(aiohttp.ClientError):  # its session may try once more
            await asking
        assert next(one.late for one in fake.requests)


def test_complaints(fake_ims: FakeIMS, wire: Wire) -> None:
    fake_ims.faults.add("images.create", status=503)
    wire.get("/v2/nothing/x/y/z")
    first, second = fake_ims.complaints()
    assert "the service has no such operation" in first
    assert second == "this fault never fired: images.create returns 503"
    assert not fake_ims.strict
