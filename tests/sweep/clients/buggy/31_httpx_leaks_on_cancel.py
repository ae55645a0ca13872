"""Makes an image with data, all of it within 40 s. httpx, async, wait_for.

BUG: the clean-up is in ``except Exception``, and being cancelled is none: the image stays.
CAUGHT BY: images.upload no-answer
DEPTH: 1
PATTERN: leaks on cancel
"""

from __future__ import annotations

import asyncio
import uuid

import httpx

from fake_ims import FakeIMS


class UploadError(Exception):
    pass


async def upload(client: httpx.AsyncClient, name: str, data: bytes) -> str:
    try:
        return await asyncio.wait_for(_upload(client, name, data), 40)
    except (TimeoutError, asyncio.TimeoutError) as error:
        raise UploadError(f"{name}: not done within 40 s") from error


async def _upload(client: httpx.AsyncClient, name: str, data: bytes) -> str:
    image_id = str(uuid.uuid4())
    path = f"/v2/images/{image_id}"
    try:
        response = await client.post("/v2/images", json={
            "id": image_id, "name": name, "disk_format": "raw", "container_format": "bare"})
        response.raise_for_status()
        try:
            response = await client.put(f"{path}/file", content=data,
                                        headers={"Content-Type": "application/octet-stream"})
            response.raise_for_status()
        except httpx.HTTPError:
            if await _status(client, path) == "queued":
                raise
        if (status := await _status(client, path)) != "active":
            raise UploadError(f"{image_id} is {status}")
    except Exception as error:
        await _remove(client, path, error)
        raise UploadError(f"{name}: {error!r}") from error
    return image_id


async def _status(client: httpx.AsyncClient, path: str) -> str:
    response = await client.get(path)
    response.raise_for_status()
    return str(response.json()["status"])


async def _remove(client: httpx.AsyncClient, path: str, reason: Exception) -> None:
    try:
        response = await client.delete(path, timeout=20)
        if response.status_code != 404:
            response.raise_for_status()
    except httpx.HTTPError as error:
        raise UploadError(f"{reason!r}; {path} may be left: {error!r}") from reason


async def test_upload(fake_ims: FakeIMS) -> None:
    async with httpx.AsyncClient(base_url=fake_ims.url, headers=fake_ims.headers,
                                 timeout=None) as client:
        image_id = await upload(client, "disk", b"bytes")
    assert fake_ims.images[image_id].status == "active"
