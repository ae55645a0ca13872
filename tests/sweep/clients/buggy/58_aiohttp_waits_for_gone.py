"""Deletes an image and waits until it is gone. aiohttp, time-outs for each request.

BUG: it waits for the end of a delete without a deadline.
CAUGHT BY: images.delete slow-delete
DEPTH: 1
PATTERN: never gives up
"""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from fake_ims import FakeIMS


class DeleteError(Exception):
    pass


async def delete(session: aiohttp.ClientSession, image_id: str) -> None:
    path = f"/v2/images/{image_id}"
    try:
        async with session.delete(path) as response:
            if response.status != 204:
                raise DeleteError(f"DELETE {path}: {response.status}")
        while True:
            async with session.get(path) as response:
                if response.status == 404:
                    return
                if response.status != 200:
                    raise DeleteError(f"GET {path}: {response.status}")
            await asyncio.sleep(1)
    except (aiohttp.ClientError, asyncio.TimeoutError) as error:
        raise DeleteError(f"{path}: {error!r}") from error


@pytest.mark.fake_ims(deleting="3s")
async def test_delete(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="old")
    async with aiohttp.ClientSession(fake_ims.url, headers=fake_ims.headers,
                                     timeout=aiohttp.ClientTimeout(total=20)) as session:
        await delete(session, image.id)
    assert image.id not in fake_ims.images
