"""Connections that wait, hang or dribble: they hold up nobody, and nothing of them is left.

Durations are an hour, so that a test ends only if something else than the time ends the wait.
"""

from __future__ import annotations

import asyncio
import gc
from contextlib import nullcontext
from threading import get_ident
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from freezegun import freeze_time
from sockets import DEADLINE, RESET, Client, ask
from waiting import loop_time, take_turns, until, until_in_loop

from fake_ims import FakeIMS
from fake_ims.faults.departure import _Watch

LIST = "GET /v2/images?limit=1"
CREATE = "POST /v2/images"
BODY = b'{"name": "a"}'

#: Settings of a fault that keeps its client waiting, and the request that it does so to.
WAITING: dict[str, tuple[dict[str, Any], str]] = {
    "delay": ({"delay": "1h"}, LIST),
    "delay, uniform": ({"delay": {"uniform": ["1h", "2h"]}}, LIST),
    "delay, log-normal": ({"delay": {"lognormal": {"median": "1h", "sigma": 0.1}}}, LIST),
    "delay after": ({"delay": "1h", "moment": "after"}, CREATE),
    "delay in the middle": ({"delay": "1h", "moment": "middle"}, CREATE),
    "status after a delay": ({"delay": "1h", "status": 503, "moment": "after"}, CREATE),
    "first byte": ({"first_byte": "1h"}, LIST),
    "first byte of the body": ({"first_byte": {"body": "1h"}}, LIST),
    "dribble down": ({"dribble": {"down": 0.001}}, LIST),
    "dribble up": ({"dribble": {"up": 0.001}}, CREATE),
    "hang": ({"hang": True}, LIST),
    "hang on a body": ({"hang": True}, CREATE),
    "hang after": ({"hang": True, "moment": "after"}, CREATE),
    "half close": ({"half_close": True}, LIST),
    "half close after": ({"half_close": True, "moment": "after"}, CREATE),
    "together": ({"dribble": {"down": 0.001}, "truncate": 10, "content_type": "text/odd"}, LIST),
}
KINDS = pytest.mark.parametrize("kind", list(WAITING))
#: Those that nothing is left of when the client goes away; the others still do their work.
ENDS_WITH_CLIENT = [kind for kind in WAITING if "delay" not in kind and kind != "dribble up"]


def begin(fake: FakeIMS, kind: str) -> Client:
    """A client that waits, for a fault that is set for one request."""
    settings, line = WAITING[kind]
    fault = fake.faults.add("images.*", times=1, **settings)
    client = Client(fake)
    client.send(line, BODY if line == CREATE else b"", None, "Content-Type: application/json")
    until(fake, lambda: fault.hits)
    return client


def waits(fake: FakeIMS, client: Client) -> None:
    """The response is held up, and nothing more of it has been sent."""
    until(fake, lambda: fake._service._waiting)
    take_turns(fake)  # by now the timer runs, too
    assert client.is_quiet()


@KINDS
def test_others_are_answered_meanwhile(kind: str, nothing_left: None) -> None:
    with FakeIMS() as fake, begin(fake, kind):
        assert ask(fake, LIST).startswith(b"HTTP/1.1 200 ")
        assert ask(fake, "GET /v2/schemas/image").startswith(b"HTTP/1.1 200 ")


@KINDS
def test_a_reset_ends_it(kind: str, nothing_left: None) -> None:
    with FakeIMS() as fake, begin(fake, kind) as client:
        fake.reset()
        client.rest()  # the connection is over, in whatever way
        assert ask(fake, LIST).startswith(b"HTTP/1.1 200 ")
        assert (len(fake.requests), len(fake.images)) == (1, 0)


@KINDS
def test_a_stop_ends_it(kind: str, nothing_left: None) -> None:
    fake = FakeIMS().start()
    with begin(fake, kind) as client:
        fake.stop()
        client.rest()


@KINDS
def test_under_freezegun(kind: str, nothing_left: None) -> None:
    with freeze_time("2020-01-01"), FakeIMS() as fake:
        with begin(fake, kind) as client:
            assert ask(fake, "GET /v2/schemas/image").startswith(b"HTTP/1.1 200 ")
            fake.reset()
            client.rest()
        with begin(fake, kind) as client:
            fake.stop()
            client.rest()


@pytest.mark.parametrize("kind", ENDS_WITH_CLIENT)
def test_it_ends_when_the_client_leaves(kind: str, nothing_left: None) -> None:
    with FakeIMS() as fake:
        service = fake._service
        with begin(fake, kind):
            until(fake, lambda: service._waiting)
        until(fake, lambda: not service._waiting)
        until(fake, lambda: len(fake.requests))
        exchange = fake.requests.last
        assert exchange.faults
        if kind in ("first byte of the body", "dribble down", "together"):
            # The headers went out, and no more than a byte of the body.
            assert (exchange.status, len(exchange.response_body) <= 1) == (200, True)
        else:
            assert (exchange.status, exchange.response_body) == (0, b"")
        assert exchange.response_size == len(exchange.response_body)
        assert exchange.request_body == (BODY if WAITING[kind][1] == CREATE else b"")


def test_what_was_sent_of_a_body_without_a_length(nothing_left: None) -> None:
    with FakeIMS() as fake:
        service = fake._service
        fake.faults.add("images.list", dribble={"down": 0.001}, http10=True)
        with Client(fake) as client:
            client.send().until(b"\r\n\r\n")
            until(fake, lambda: service._waiting)
        until(fake, lambda: not service._waiting)
        until(fake, lambda: len(fake.requests))
        exchange = fake.requests.last
        assert (exchange.status, exchange.response_size) == (200, len(exchange.response_body))
        assert exchange.response_size <= 1


def test_a_delayed_request_does_its_work_though_the_client_has_left(nothing_left: None) -> None:
    with loop_time() as clock, FakeIMS() as fake:
        fault = fake.faults.add("images.create", delay="1h")
        with Client(fake) as client:
            client.send(CREATE, BODY, None, "Content-Type: application/json")
            until(fake, lambda: fault.hits)
            waits(fake, client)
        clock.move(fake, 3599)
        assert not len(fake.images)
        clock.move(fake, 1)
        until(fake, lambda: len(fake.images))


@pytest.mark.parametrize(("settings", "images"), [
    ({"hang": True}, 0), ({"hang": True, "moment": "after"}, 1),
    ({"half_close": True}, 0), ({"half_close": True, "moment": "after"}, 1),
    ({"delay": "1h"}, 0), ({"delay": "1h", "moment": "after"}, 1),
    ({"delay": "1h", "moment": "middle"}, 0), ({"first_byte": "1h"}, 1),
    ({"status": 503, "moment": "after"}, 1), ({"reset_connection": "after"}, 1),
    ({"reset_connection": "before"}, 0),
])
def test_whether_the_work_is_done(settings: dict[str, Any], images: int) -> None:
    with FakeIMS() as fake:
        fault = fake.faults.add("images.create", **settings)
        with Client(fake) as client:
            client.send(CREATE, BODY, None, "Content-Type: application/json")
            until(fake, lambda: fault.hits)
            until(fake, lambda: len(fake.images) == images)


def test_a_delay_in_the_middle_of_a_body_that_nobody_reads(nothing_left: None) -> None:
    with FakeIMS() as fake:
        service = fake._service
        fake.faults.add("images.upload", delay="1h", moment="middle")
        with Client(fake) as client:
            client.send("PUT /v2/images/none/file", b"x" * 100)  # refused for its media type
            until(fake, lambda: service._waiting)
            fake.reset()
            client.rest()


def test_half_of_the_connection_stays_open(nothing_left: None) -> None:
    with FakeIMS() as fake:
        with begin(fake, "half close") as client:
            assert client.rest() == b""  # an end, no reset
            for _ in range(3):
                client.sock.sendall(b"x")  # a closed connection would answer with a reset
            assert client.rest() == b""
            assert not len(fake.requests)
        until(fake, lambda: len(fake.requests))
        assert fake.requests.last.status == 0


def test_a_hanging_upload_is_taken_in(nothing_left: None) -> None:
    with FakeIMS() as fake:
        fake.faults.add("images.upload", hang=True)
        image = fake.images.add(name="a", status="queued")
        with Client(fake) as client:
            client.send(f"PUT /v2/images/{image.id}/file", bytes(5_000_000), None,
                        "Content-Type: application/octet-stream")
        until(fake, lambda: len(fake.requests))
        exchange = fake.requests.last
        assert (exchange.status, exchange.request_size, image.status) == (0, 5_000_000, "queued")
        assert exchange.request_truncated


# order of what is sent


def test_a_call_of_python_does_not_wake_a_loop_that_waits_for_a_moment() -> None:
    with loop_time(), FakeIMS() as fake, Client(fake) as client:
        fake.faults.add("images.list", delay="500ms")
        waits(fake, client.send())
        until(fake, lambda: fake.peek(lambda _: get_ident()) == get_ident(), turns=1000)


def test_the_first_byte_comes_late_though_the_work_is_done() -> None:
    with loop_time() as clock, FakeIMS() as fake:
        fake.faults.add("images.create", first_byte="1h")
        with Client(fake) as client:
            client.send(CREATE, BODY, None, "Content-Type: application/json")
            until(fake, lambda: len(fake.requests))
            waits(fake, client)
            clock.move(fake, 3599)
            waits(fake, client)
            clock.move(fake, 1)
            assert client.answer()[0] == 201


def test_the_headers_come_before_the_body() -> None:
    with loop_time() as clock, FakeIMS() as fake:
        fake.faults.add("images.list", first_byte={"body": "1h"})
        with Client(fake) as client:
            _, headers = client.send().head()
            waits(fake, client)
            clock.move(fake, 3599)
            waits(fake, client)
            clock.move(fake, 1)
            assert len(client.exactly(int(headers["content-length"])))


def test_a_dribbled_answer_comes_in_pieces() -> None:
    with loop_time() as clock, FakeIMS() as fake:
        fake.faults.add("images.list", dribble={"down": 500})
        with Client(fake) as client:
            _, headers = client.send().head()
            left = int(headers["content-length"])
            assert left > 50
            while left > 25:  # a twentieth of a second's
                client.exactly(25)
                waits(fake, client)
                clock.move(fake, 0.04)
                waits(fake, client)
                clock.move(fake, 0.01)
                left -= 25
            client.exactly(left)


def test_a_dribbled_download_is_the_same() -> None:
    data = bytes(range(256)) * 40
    with FakeIMS() as fake:
        image = fake.images.add(name="a", data=data)
        fake.faults.add("images.download", dribble=200_000)
        assert ask(fake, f"GET /v2/images/{image.id}/file").endswith(b"\r\n\r\n" + data)


def test_a_dribbled_upload_arrives() -> None:
    with FakeIMS() as fake:
        image = fake.images.add(name="a", status="queued")
        fake.faults.add("images.upload", dribble={"up": 200_000})
        with Client(fake) as client:
            client.send(f"PUT /v2/images/{image.id}/file", b"x" * 20_000, None,
                        "Content-Type: application/octet-stream")
            assert client.answer()[0] == 204
        assert (image.status, image.size) == ("active", 20_000)


def test_a_reset_in_the_middle_of_a_dribbled_upload(nothing_left: None) -> None:
    with FakeIMS() as fake:
        image = fake.images.add(name="a", status="queued")
        fault = fake.faults.add("images.upload", dribble={"up": 1})
        with Client(fake) as client:
            client.send(f"PUT /v2/images/{image.id}/file", b"x" * 20_000, None,
                        "Content-Type: application/octet-stream")
            until(fake, lambda: fault.hits)
            fake.reset()
            assert client.rest() == RESET
        assert (len(fake.requests), len(fake.images)) == (0, 0)


def test_a_request_sent_meanwhile_is_answered_next() -> None:
    with loop_time() as clock, FakeIMS() as fake:
        fake.faults.add("images.list", first_byte="1h", times=1)
        with Client(fake) as client:
            client.send()
            waits(fake, client)
            client.send("GET /v2/schemas/image")
            take_turns(fake)
            waits(fake, client)
            clock.move(fake, 3600)
            assert b'"images"' in client.answer()[2]
            assert b'"properties"' in client.answer()[2]


def test_a_client_that_reads_slowly_gets_everything() -> None:
    data = bytes(range(256)) * 2**15  # more than fits into the buffers of the connection
    with FakeIMS() as fake:
        image = fake.images.add(name="a", data=data)
        fake.faults.add("images.download", first_byte="1ms")
        with Client(fake) as client:
            _, headers = client.send(f"GET /v2/images/{image.id}/file").head()
            assert client.exactly(int(headers["content-length"])) == data


def watches() -> list[object]:
    return [thing for thing in gc.get_objects() if isinstance(thing, _Watch)]


def test_nothing_watches_a_connection_after_its_response() -> None:
    with FakeIMS() as fake, Client(fake) as client:
        others = watches()  # of earlier tests, until they are collected
        fake.faults.add("images.list", first_byte="1ms")
        for _ in range(2):
            client.send().answer()
        client.send("GET /v2/schemas/image").answer()  # begins when the one before is over
        assert not [watch for watch in watches() if watch not in others]


# in the loop of the test


async def begin_in_loop(
    fake: FakeIMS, kind: str, session: aiohttp.ClientSession | TestClient[Any, Any], url: str
) -> asyncio.Task[bytes]:
    """The same for a fake in the running loop; by POST, which no client sends again by itself."""
    fault = fake.faults.add("images.*", times=1, **WAITING[kind][0])

    async def read() -> bytes:
        async with session.post(f"{url}/v2/images", json={"name": "a"}) as answer:
            return await answer.read()

    task = asyncio.create_task(read())
    await until_in_loop(lambda: fault.hits)
    return task


@KINDS
@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize("end", ["reset", "stop"])
async def test_in_a_loop(kind: str, frozen: bool, end: str, nothing_left: None) -> None:
    with freeze_time("2020-01-01") if frozen else nullcontext():
        before = asyncio.all_tasks()
        async with FakeIMS() as fake, aiohttp.ClientSession(headers=fake.headers) as session:
            task = await begin_in_loop(fake, kind, session, fake.url)
            async with session.get(f"{fake.url}/v2/schemas/image") as answer:
                assert answer.status == 200
            if end == "reset":
                fake.reset()
            else:
                await fake.__aexit__(None, None, None)
            with pytest.raises(aiohttp.ClientError):
                await task
            if end == "reset":
                async with session.get(f"{fake.url}/v2/images") as answer:
                    assert answer.status == 200
        assert asyncio.all_tasks() == before


async def test_nothing_is_left_of_a_connection_whose_client_has_left() -> None:
    async with FakeIMS() as fake:
        before = asyncio.all_tasks()
        fault = fake.faults.add("images.list", first_byte="1h")
        with Client(fake) as client:
            client.send()
            await until_in_loop(lambda: fault.hits)
        await until_in_loop(lambda: asyncio.all_tasks() == before)


@KINDS
async def test_with_the_client_of_the_plugin(kind: str, fake_ims_client: Any) -> None:
    fake = fake_ims_client.fake
    task = await begin_in_loop(fake, kind, fake_ims_client, "")
    async with fake_ims_client.get("/v2/schemas/image") as answer:
        assert answer.status == 200
    fake.reset()
    with pytest.raises(aiohttp.ClientError):
        await task


@KINDS
async def test_another_server_does_not_wait_at_its_end(kind: str) -> None:
    before = asyncio.all_tasks()
    fake = FakeIMS()
    client = TestClient(TestServer(fake.app), headers=fake.headers)
    await client.start_server()
    task = await begin_in_loop(fake, kind, client, "")
    # The server ends first, while the client still waits.
    await asyncio.wait_for(client.server.close(), DEADLINE)
    with pytest.raises(aiohttp.ClientError):
        await task
    await client.close()
    assert asyncio.all_tasks() == before
