"""Fills an image record and waits until it is active. aiohttp, time-outs for each request.

BUG: it polls until "active" comes, whatever else comes, and has no deadline.
CAUGHT BY: images.upload killed
DEPTH: 1
PATTERN: never gives up
"""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from fake_ims import FakeIMS


class FillError(Exception):
    pass


async def fill(session: aiohttp.ClientSession, image_id: str, data: bytes) -> None:
    path = f"/v2/images/{image_id}"
    try:
        async with session.put(f"{path}/file", data=data,
                               headers={"Content-Type": "application/octet-stream"}) as response:
            if response.status != 204:
                raise FillError(f"PUT {path}/file: {response.status}")
        while True:
            async with session.get(path) as response:
                if response.status != 200:
                    raise FillError(f"GET {path}: {response.status}")
                if (await response.json())["status"] == "active":
                    return
            await asyncio.sleep(2)
    except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
        raise FillError(f"{path}: {error!r}") from error


@pytest.mark.fake_ims(saving="5s")
async def test_fill(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="disk", status="queued", disk_format="raw",
                                container_format="bare")
    async with aiohttp.ClientSession(fake_ims.url, headers=fake_ims.headers,
                                     timeout=aiohttp.ClientTimeout(total=30)) as session:
        await fill(session, image.id, b"bytes")
    assert image.status == "active"
