"""Shares an image with one project. aiohttp.

BUG: aiohttp's five minutes are switched off, and nothing takes their place.
CAUGHT BY: members.add no-answer
DEPTH: 1
PATTERN: missing time-out
"""

from __future__ import annotations

import asyncio

import aiohttp

from fake_ims import FakeIMS


class ShareError(Exception):
    pass


async def share(session: aiohttp.ClientSession, image_id: str, project: str) -> None:
    path = f"/v2/images/{image_id}/members"
    try:
        async with session.post(path, json={"member": project}) as response:
            if response.status != 200:
                raise ShareError(f"POST {path}: {response.status} {await response.text()}")
    except (aiohttp.ClientError, asyncio.TimeoutError) as error:
        raise ShareError(f"POST {path}: {error!r}") from error


async def test_share(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="disk", visibility="private", data=b"bytes")
    async with aiohttp.ClientSession(fake_ims.url, headers=fake_ims.headers,
                                     timeout=aiohttp.ClientTimeout(total=None)) as session:
        await share(session, image.id, "p2")
    assert "p2" in image.members
