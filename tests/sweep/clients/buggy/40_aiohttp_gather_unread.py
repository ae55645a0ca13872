"""Protects several images from being deleted. aiohttp, all at once.

BUG: gather collects the exceptions, and nobody looks at them.
CAUGHT BY: images.update 503
DEPTH: 1
PATTERN: silent swallowing of errors
"""

from __future__ import annotations

import asyncio
import json

import aiohttp

from fake_ims import FakeIMS


class ProtectError(Exception):
    pass


async def protect(session: aiohttp.ClientSession, ids: list[str]) -> None:
    await asyncio.gather(*(_protect(session, image_id) for image_id in ids),
                         return_exceptions=True)


async def _protect(session: aiohttp.ClientSession, image_id: str) -> None:
    changes = json.dumps([{"op": "replace", "path": "/protected", "value": True}])
    try:
        async with session.patch(f"/v2/images/{image_id}", data=changes, headers={
                "Content-Type": "application/openstack-images-v2.1-json-patch"}) as response:
            if response.status != 200:
                raise ProtectError(f"{image_id}: {response.status}")
    except (aiohttp.ClientError, asyncio.TimeoutError) as error:
        raise ProtectError(f"{image_id}: {error!r}") from error


async def test_protect(fake_ims: FakeIMS) -> None:
    images = [fake_ims.images.add(name=name) for name in ("a", "b")]
    async with aiohttp.ClientSession(fake_ims.url, headers=fake_ims.headers,
                                     timeout=aiohttp.ClientTimeout(total=15)) as session:
        await protect(session, [image.id for image in images])
    assert all(image.protected for image in images)
