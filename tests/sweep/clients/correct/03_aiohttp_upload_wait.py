"""Uploads and waits until the image is active; a service that saves for 30 s.

aiohttp, async, one deadline for all of it. Gives the id itself; the clean-up runs on
cancellation too.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from fake_ims import FakeIMS, sweep


class ImageError(Exception):
    """The image did not become what was asked for."""


class Refused(ImageError):
    def __init__(self, what: str, status: int, text: str) -> None:
        super().__init__(f"{what}: {status} {text[:200]}")
        self.status = status


class Unseen(ImageError):
    """The data has arrived, but nobody knows what became of it."""


LOST = (aiohttp.ClientError, asyncio.TimeoutError, ValueError)


class Images:
    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def make(self, name: str, data: bytes, within: float = 240) -> str:
        image_id = str(uuid.uuid4())
        try:
            await asyncio.wait_for(self._steps(image_id, name, data), within)
        except BaseException as error:
            # An image that is still saving when the time is over will not be good. One whose
            # data has arrived stays, if only the look at it failed.
            if not isinstance(error, Unseen):
                await asyncio.shield(self._remove(image_id, error))
            if isinstance(error, LOST):
                raise ImageError(f"image {image_id}: {error!r}") from error
            raise
        return image_id

    async def _steps(self, image_id: str, name: str, data: bytes) -> None:
        await self._steady(lambda: self._create(image_id, name))
        await self._steady(lambda: self._upload(image_id, data))
        while True:
            try:
                status = await self._status(image_id)
            except (*LOST, ImageError) as error:
                raise Unseen(f"image {image_id} has its data, and cannot be read: {error}"
                             ) from error
            if status == "active":
                return
            if status == "killed":
                raise ImageError(f"the service killed image {image_id}")
            await asyncio.sleep(3)

    async def _create(self, image_id: str, name: str) -> None:
        body = {"id": image_id, "name": name, "disk_format": "raw", "container_format": "bare"}
        try:
            await self._ask("POST", "/v2/images", json=body)
        except Refused as error:
            # 409: an earlier try got through, and only its answer was lost.
            if error.status != 409 or await self._status(image_id) != "queued":
                raise

    async def _upload(self, image_id: str, data: bytes) -> None:
        headers = {"Content-Type": "application/octet-stream"}
        try:
            await self._ask("PUT", f"/v2/images/{image_id}/file", data=data, headers=headers)
        except (*LOST, ImageError):
            if await self._status(image_id) == "queued":
                raise

    async def _status(self, image_id: str) -> str:
        image = await self._steady(lambda: self._ask("GET", f"/v2/images/{image_id}"))
        return str(image["status"])

    async def _remove(self, image_id: str, reason: BaseException) -> None:
        async def delete() -> None:
            try:
                await self._ask("DELETE", f"/v2/images/{image_id}")
            except Refused as error:
                if error.status != 404:
                    raise

        try:
            await self._steady(delete, tries=4)
        except (*LOST, ImageError) as error:
            raise ImageError(f"{reason!r}, and image {image_id} may be left: {error}") from reason

    async def _steady(self, work: Callable[[], Awaitable[Any]], tries: int = 7) -> Any:
        for attempt in range(1, tries + 1):
            try:
                return await work()
            except Refused as error:
                if error.status not in (429, 502, 503, 504) or attempt == tries:
                    raise
            except LOST:
                if attempt == tries:
                    raise
            await asyncio.sleep(min(2.0 ** attempt, 15) + 6)
        return None

    async def _ask(self, method: str, path: str, **more: Any) -> Any:
        async with self._session.request(method, path, **more) as response:
            if response.status >= 400:
                raise Refused(f"{method} {path}", response.status, await response.text())
            return await response.json() if response.status in (200, 201) else None


@pytest.mark.fake_ims(saving="30s")
@sweep(survive=("503", "503-retry-after", "429", "429-retry-after", "503-30s", "reset-before",
                "reset-after", "garbage", "gateway-page", "no-answer", "outage-30s"))
async def test_a_disk(fake_ims: FakeIMS) -> None:
    async with aiohttp.ClientSession(fake_ims.url, headers=fake_ims.headers,
                                     timeout=aiohttp.ClientTimeout(total=20)) as session:
        image_id = await Images(session).make("disk", b"bytes of a disk")
    assert fake_ims.images[image_id].status == "active"
