"""aiohttp, httpx and requests, without an SDK."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack
from typing import Any

import conversation
import httpx
import pytest
import requests
from conversation import STATUSES, Connect, each_profile
from plain import Answer, Plain
from urllib3.util import Retry

from fake_ims import FakeIMS


class Requests(Plain):
    """requests, with a session."""

    def __init__(self, stack: ExitStack, *who: Any) -> None:
        self.error = requests.HTTPError
        self.session = stack.enter_context(requests.Session())
        super().__init__(*who)

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        answer = self.session.request(method, url, headers=headers, data=body, timeout=30)
        answer.raise_for_status()
        return Answer(answer.content, answer.headers)

    @staticmethod
    def status_of(error: Any) -> tuple[int, str | None]:
        return error.response.status_code, error.response.headers.get("Retry-After")


class Httpx(Plain):
    """httpx, with a client."""

    def __init__(self, stack: ExitStack, *who: Any) -> None:
        self.error = httpx.HTTPStatusError
        self.client = stack.enter_context(httpx.Client())
        super().__init__(*who)

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        answer = self.client.request(method, url, headers=headers, content=body)
        answer.raise_for_status()
        return Answer(answer.content, answer.headers)

    @staticmethod
    def status_of(error: Any) -> tuple[int, str | None]:
        return error.response.status_code, error.response.headers.get("Retry-After")


class Aiohttp(Plain):
    """aiohttp, with a session in a loop of its own."""

    def __init__(self, stack: ExitStack, *who: Any) -> None:
        import aiohttp

        self.error = aiohttp.ClientResponseError
        loop = asyncio.new_event_loop()
        stack.callback(loop.close)
        self.run: Callable[[Coroutine[Any, Any, Any]], Any] = loop.run_until_complete

        async def session() -> aiohttp.ClientSession:
            return aiohttp.ClientSession(raise_for_status=True)

        self.session = self.run(session())
        stack.callback(lambda: self.run(self.session.close()))
        super().__init__(*who)

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        async def send() -> Answer:
            async with self.session.request(method, url, headers=headers, data=body) as answer:
                return Answer(await answer.read(), answer.headers)

        answer: Answer = self.run(send())
        return answer

    @staticmethod
    def status_of(error: Any) -> tuple[int, str | None]:
        return error.status, error.headers.get("Retry-After")


@pytest.fixture(params=[Aiohttp, Httpx, Requests], ids=lambda kind: kind.__name__.lower())
def connect(
    request: pytest.FixtureRequest, fake_ims: FakeIMS, fake_ims_env: dict[str, str]
) -> Iterator[Connect]:
    with ExitStack() as stack:
        def connect(user: str = "", project: str = "", **env: str) -> Any:
            return request.param(stack, fake_ims_env | env, user, project)

        yield connect


@each_profile
def test_the_life_of_an_image(fake_ims: FakeIMS, connect: Connect, profile: str) -> None:
    conversation.life_of_an_image(fake_ims, connect)


@each_profile
def test_pages(fake_ims: FakeIMS, connect: Connect, profile: str) -> None:
    conversation.lists_by_pages(fake_ims, connect)


@each_profile
@pytest.mark.parametrize("status", STATUSES)
def test_errors(fake_ims: FakeIMS, connect: Connect, profile: str, status: int) -> None:
    client = connect()
    with pytest.raises(client.error) as caught:
        conversation.fails(fake_ims, client, status)
    assert client.status_of(caught.value) == (status, "7" if status == 429 else None)


@each_profile
def test_a_wrong_password(fake_ims: FakeIMS, connect: Connect, profile: str) -> None:
    error = connect().error
    with pytest.raises(error):
        connect(OS_PASSWORD="wrong")
    assert fake_ims.requests.last.status == 401


@each_profile
def test_an_expired_token_is_refused(fake_ims: FakeIMS, connect: Connect, profile: str) -> None:
    client = connect()
    fake_ims.clock.advance("25h")
    with pytest.raises(client.error) as caught:
        client.names()
    assert client.status_of(caught.value)[0] == 401


@each_profile
def test_requests_waits_as_it_is_told(fake_ims: FakeIMS, profile: str) -> None:
    """With urllib3's own retries, which honour ``Retry-After``."""
    fake_ims.faults.add("images.list", status=429, retry_after=0, times=2)
    with requests.Session() as session:
        session.mount("http://", requests.adapters.HTTPAdapter(
            max_retries=Retry(3, status_forcelist=[429, 503])))
        answer = session.get(f"{fake_ims.url}/v2/images", headers=fake_ims.headers, timeout=30)
    assert answer.json()["images"] == []
    assert [one.status for one in fake_ims.requests] == [429, 429, 200]
