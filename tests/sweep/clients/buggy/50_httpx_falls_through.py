"""Reads the name of an image. httpx, async; four tries.

BUG: after the last try the function ends without a result and without an error: None.
CAUGHT BY: images.show 503-lasting
DEPTH: 1
PATTERN: silent swallowing of errors
"""

from __future__ import annotations

import asyncio

import httpx

from fake_ims import FakeIMS, sweep


class NameUnknown(Exception):
    pass


async def name_of(client: httpx.AsyncClient, image_id: str) -> str | None:
    for attempt in range(4):
        try:
            response = await client.get(f"/v2/images/{image_id}")
            if response.status_code not in (429, 503):
                response.raise_for_status()
                return str(response.json()["name"])
        except (httpx.HTTPError, ValueError) as error:
            raise NameUnknown(f"{image_id}: {error!r}") from error
        await asyncio.sleep(7 + 2 ** attempt)


@sweep(survive=("503", "429*"))
async def test_name(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="disk")
    async with httpx.AsyncClient(base_url=fake_ims.url, headers=fake_ims.headers,
                                 timeout=20) as client:
        assert await name_of(client, image.id) == "disk"
