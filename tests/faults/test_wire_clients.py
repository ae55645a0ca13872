"""What real clients make of what is broken on the wire: their own exceptions, never a hang."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import httpx
import pytest
import requests
import urllib3

from fake_ims import FakeIMS
from fake_ims.sweeping.compressed import CompressedTime

# Some clients leave a socket to the garbage collector when they cannot read an answer.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

TIMEOUT = 60  # seconds; of compressed time where a client waits for what never comes


def by_http_client(fake: FakeIMS) -> object:
    connection = http.client.HTTPConnection(urlsplit(fake.url).netloc, timeout=TIMEOUT)
    try:
        connection.request("GET", "/v2/images", headers=fake.headers)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def by_requests(fake: FakeIMS) -> object:
    with requests.Session() as session:
        answer = session.get(f"{fake.url}/v2/images", headers=fake.headers, timeout=TIMEOUT)
        return answer.json()


def by_urllib3(fake: FakeIMS) -> object:
    with urllib3.PoolManager(retries=urllib3.Retry(1)) as pool:
        return pool.request("GET", f"{fake.url}/v2/images", headers=fake.headers,
                            timeout=TIMEOUT).json()


def by_httpx(fake: FakeIMS) -> object:
    with httpx.Client(follow_redirects=True, timeout=TIMEOUT) as client:
        return client.get(f"{fake.url}/v2/images", headers=fake.headers).json()


def by_aiohttp(fake: FakeIMS) -> object:
    async def main() -> object:
        limits = aiohttp.ClientTimeout(total=3600, sock_read=TIMEOUT)
        async with (
            aiohttp.ClientSession(timeout=limits) as session,
            session.get(f"{fake.url}/v2/images", headers=fake.headers) as answer,
        ):
            return await answer.json()

    return asyncio.run(main())


CLIENTS: dict[str, Callable[[FakeIMS], object]] = {
    "http.client": by_http_client, "requests": by_requests, "urllib3": by_urllib3,
    "httpx": by_httpx, "aiohttp": by_aiohttp,
}

#: For each fault on a list, what each client (in the order above) raises, or that it takes it for
#: an answer. Those that JSON alone finds out would otherwise have been taken for whole.
OUTCOMES: dict[str, tuple[dict[str, Any], tuple[str, str, str, str, str]]] = {
    "reset": ({"reset_connection": "before"}, (
        "ConnectionResetError", "ConnectionError", "MaxRetryError", "ReadError", "ClientOSError")),
    "half close": ({"half_close": True}, (
        "RemoteDisconnected", "ConnectionError", "MaxRetryError",
        "RemoteProtocolError", "ServerDisconnectedError")),
    "hang": ({"hang": True}, (
        "TimeoutError", "ReadTimeout", "MaxRetryError", "ReadTimeout", "SocketTimeoutError")),
    "refuse": ({"refuse": True}, (
        "ConnectionRefusedError", "ConnectionError", "MaxRetryError",
        "ConnectError", "ClientConnectorError")),
    "first byte": ({"first_byte": "1h"}, (
        "TimeoutError", "ReadTimeout", "MaxRetryError", "ReadTimeout", "SocketTimeoutError")),
    "first byte of the body": ({"first_byte": {"body": "1h"}}, (
        "TimeoutError", "ConnectionError", "MaxRetryError", "ReadTimeout", "SocketTimeoutError")),
    "dribble": ({"dribble": {"down": 0.01}}, (
        "TimeoutError", "ConnectionError", "MaxRetryError", "ReadTimeout", "SocketTimeoutError")),
    "truncate": ({"truncate": 10}, (
        "IncompleteRead", "ChunkedEncodingError", "MaxRetryError",
        "RemoteProtocolError", "ClientPayloadError")),
    "length too large": ({"wrong_length": 5}, (
        "TimeoutError", "ConnectionError", "MaxRetryError", "ReadTimeout", "SocketTimeoutError")),
    "length too small": ({"wrong_length": -5}, (
        "JSONDecodeError", "JSONDecodeError", "JSONDecodeError",
        "JSONDecodeError", "ClientResponseError")),
    "garbage": ({"garbage": True}, (
        "BadStatusLine", "ConnectionError", "MaxRetryError",
        "RemoteProtocolError", "ClientResponseError")),
    "JSON, cut": ({"invalid_json": "cut"}, (
        "JSONDecodeError", "JSONDecodeError", "JSONDecodeError",
        "JSONDecodeError", "JSONDecodeError")),
    "JSON, stray byte": ({"invalid_json": "stray"}, (
        "JSONDecodeError", "JSONDecodeError", "JSONDecodeError",
        "JSONDecodeError", "JSONDecodeError")),
    "chunks, size": ({"invalid_chunks": "size"}, (
        "IncompleteRead", "ChunkedEncodingError", "MaxRetryError",
        "RemoteProtocolError", "ClientResponseError")),
    "chunks, overrun": ({"invalid_chunks": "overrun"}, (
        "IncompleteRead", "ChunkedEncodingError", "MaxRetryError",
        "RemoteProtocolError", "ClientResponseError")),
    "chunks, no end": ({"invalid_chunks": "no-end"}, (
        "IncompleteRead", "ChunkedEncodingError", "MaxRetryError",
        "RemoteProtocolError", "ClientPayloadError")),
    "HTTP/1.0": ({"http10": True}, (
        "answered", "answered", "answered", "answered", "answered")),
    "HTTP/1.0, cut": ({"http10": True, "truncate": 10}, (
        "JSONDecodeError", "JSONDecodeError", "JSONDecodeError",
        "JSONDecodeError", "JSONDecodeError")),
    "redirect to itself": ({"redirect_loop": "itself"}, (
        "JSONDecodeError", "TooManyRedirects", "MaxRetryError",
        "TooManyRedirects", "TooManyRedirects")),
    "redirect to and fro": ({"redirect_loop": "two"}, (
        "JSONDecodeError", "TooManyRedirects", "MaxRetryError",
        "TooManyRedirects", "TooManyRedirects")),
    "content type": ({"content_type": "text/html"}, (
        "answered", "answered", "answered", "answered", "ContentTypeError")),
    "gateway's page": ({"gateway_page": 502}, (
        "JSONDecodeError", "JSONDecodeError", "JSONDecodeError",
        "JSONDecodeError", "ContentTypeError")),
    "status 599": ({"raw": {"status": 599, "body": []}}, (
        "answered", "answered", "answered", "answered", "answered")),
}


def outcome(client: Callable[[FakeIMS], object], fake: FakeIMS) -> list[str]:
    """Names of what it raises and of what that is a kind of; or that it is answered."""
    try:
        client(fake)
    except Exception as error:
        return [kind.__name__ for kind in type(error).__mro__]
    return ["answered"]


def time_of(outcomes: tuple[str, ...], fake: FakeIMS) -> AbstractContextManager[object]:
    """Compressed time for clients that wait in vain, so that their time-out is due when nothing
    else can happen, however slow the machine is; real time for the others."""
    if outcomes[0] != "TimeoutError":
        return nullcontext()
    time = CompressedTime(stuck=pytest.fail)
    time.add_fake(urlsplit(fake.url).port or 0)
    return time


@pytest.mark.parametrize("client", list(CLIENTS))
@pytest.mark.parametrize("kind", list(OUTCOMES))
def test_a_client_sees(fake_ims: FakeIMS, client: str, kind: str) -> None:
    settings, outcomes = OUTCOMES[kind]
    expected = outcomes[list(CLIENTS).index(client)]
    with fake_ims.faults.add(None if kind == "refuse" else "images.list", **settings) as fault:
        with time_of(outcomes, fake_ims):
            assert expected in outcome(CLIENTS[client], fake_ims)
        assert fault.hits
    assert CLIENTS["http.client"](fake_ims)


def test_a_poisoned_connection_spoils_the_next_answer(fake_ims: FakeIMS) -> None:
    connection = http.client.HTTPConnection(urlsplit(fake_ims.url).netloc, timeout=TIMEOUT)
    image = fake_ims.images.add(name="a", data=bytes(500_000))
    fake_ims.faults.add("images.download", wrong_length=-400_000)
    connection.request("GET", f"/v2/images/{image.id}/file", headers=fake_ims.headers)
    assert len(connection.getresponse().read()) == 100_000
    connection.request("GET", "/v2/images", headers=fake_ims.headers)
    with pytest.raises(http.client.HTTPException):
        connection.getresponse()
    connection.close()


def test_a_client_that_tries_again_comes_through(fake_ims: FakeIMS) -> None:
    for settings in ({"reset_connection": "before"}, {"truncate": 10}, {"garbage": True},
                     {"gateway_page": 503}, {"raw": {"status": 520}}, {"half_close": True}):
        fault = fake_ims.faults.add("images.list", times=2, **settings)
        retries = urllib3.Retry(3, status_forcelist=[503, 520], other=3)
        with urllib3.PoolManager(retries=retries) as pool:
            answer = pool.request("GET", f"{fake_ims.url}/v2/images", headers=fake_ims.headers)
        assert (answer.status, fault.hits) == (200, 2)


def test_aiohttp_sends_a_get_again_and_no_post(fake_ims: FakeIMS) -> None:
    fault = fake_ims.faults.add("images.*", half_close=True, times=1)
    assert outcome(by_aiohttp, fake_ims) == ["answered"]
    assert (fault.hits, len(fake_ims.requests)) == (1, 2)

    async def post() -> None:
        async with (
            aiohttp.ClientSession(headers=fake_ims.headers) as session,
            session.post(f"{fake_ims.url}/v2/images", json={"name": "a"}),
        ):
            pass

    fake_ims.faults.add("images.*", half_close=True, times=1)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        asyncio.run(post())
