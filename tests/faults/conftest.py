"""A tiny harness: requests that never were, sent through the faults as the pipeline would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from sockets import left

from fake_ims.api.hold import Hold
from fake_ims.api.pause import pause
from fake_ims.contract.model import ErrorCode
from fake_ims.contract.operations import BY_ID
from fake_ims.domain.clock import Clock
from fake_ims.faults import Faults
from fake_ims.journal import Draft
from fake_ims.profiles.answer import Answer


class Harness:
    """Faults, a store of image names, and a way to send requests through them."""

    def __init__(self) -> None:
        self.faults = Faults(Clock())
        self.names: dict[str, str] = {}
        self.worked = 0
        self.pause = pause
        self.bodies_read = 0
        self.exchange = Draft(0, "GET", "/", "")

    def send(
        self,
        operation: str = "images.list",
        *,
        method: str | None = None,
        path: str | None = None,
        project: str | None = "p1",
        body: object = None,
        **params: str,
    ) -> Answer:
        """The answer to a request; raises ConnectionCut where the client would get none."""
        row = BY_ID.get(operation)
        method = method or (row.method if row else "GET")
        path = path or (row.path.format(**{"image_id": "i1", **params}) if row else "/nowhere")
        if row and "{image_id}" in row.path:
            params.setdefault("image_id", "i1")
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.exchange = Draft(0, method, path, "", operation)

        async def read() -> bytes:
            self.bodies_read += 1
            return raw

        call: Any = SimpleNamespace(
            operation=row, method=method, path=path, params=params, exchange=self.exchange,
            caller=SimpleNamespace(project_id=project, user_id="u1") if project else None,
            has_body=body is not None, read=read, pause=self.pause, hold=Hold(),
            service=SimpleNamespace(store=self), errors=self,
        )
        return asyncio.run(self._pipeline(call))

    async def _pipeline(self, call: Any) -> Answer:
        strike = await self.faults.strike(call) if self.faults.any else None
        answer = await strike.before() if strike else None
        if answer is None:
            answer = await (strike.work(self._work) if strike else self._work())
        return await strike.after(answer) if strike else answer

    async def _work(self) -> Answer:
        self.worked += 1
        return Answer(200, b"{}", "application/json", {"X-Own": "1"})

    def statuses(self, count: int, operation: str = "images.list") -> list[int]:
        """The statuses of so many requests in a row."""
        return [self.send(operation).status for _ in range(count)]

    # What the service's store and its errors are asked.

    def get(self, image_id: str) -> object:
        name = self.names.get(image_id)
        return None if name is None else SimpleNamespace(name=name)

    def fault_answer(self, call: Any, status: int, error: ErrorCode | None) -> Answer:
        text = error.code if error else "default"
        return Answer(status, text.encode(), "application/json", {"retry-after": "own"})


@pytest.fixture
def harness() -> Harness:
    return Harness()


@pytest.fixture
def faults(harness: Harness) -> Faults:
    return harness.faults


@pytest.fixture
def send(harness: Harness) -> Callable[..., Answer]:
    return harness.send


@pytest.fixture
def nothing_left() -> Iterator[None]:
    """Neither thread nor descriptor is left behind by the test."""
    threads, files = left()
    yield
    after, open_files = left()
    assert after <= threads
    assert open_files <= files  # an earlier test's may have been closed meanwhile
