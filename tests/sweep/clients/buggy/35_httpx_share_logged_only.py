"""Shares an image with several projects at once. httpx, async.

BUG: a project that could not be added is logged, and the caller is told that all is well.
CAUGHT BY: members.add 403
DEPTH: 1
PATTERN: silent swallowing of errors
"""

from __future__ import annotations

import asyncio
import logging

import httpx

from fake_ims import FakeIMS

LOG = logging.getLogger(__name__)


async def share(client: httpx.AsyncClient, image_id: str, projects: list[str]) -> None:
    await asyncio.gather(*(_add(client, image_id, project) for project in projects))


async def _add(client: httpx.AsyncClient, image_id: str, project: str) -> None:
    try:
        response = await client.post(f"/v2/images/{image_id}/members", json={"member": project})
        response.raise_for_status()
    except httpx.HTTPError as error:
        LOG.error("%s could not be added to %s: %r", project, image_id, error)


async def test_share(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="disk", visibility="private", data=b"bytes")
    async with httpx.AsyncClient(base_url=fake_ims.url, headers=fake_ims.headers,
                                 timeout=20) as client:
        await share(client, image.id, ["p2", "p3"])
    assert set(image.members) == {"p2", "p3"}
