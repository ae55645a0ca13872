"""Downloads an image in pieces. httpx, async.

BUG: it compares the number of bytes, and not the checksum.
CAUGHT BY: images.download corrupt
DEPTH: 1
PATTERN: does not check the checksum
"""

from __future__ import annotations

import httpx

from fake_ims import FakeIMS


class DownloadError(Exception):
    pass


async def download(client: httpx.AsyncClient, image_id: str) -> bytes:
    data = bytearray()
    try:
        response = await client.get(f"/v2/images/{image_id}")
        response.raise_for_status()
        size = response.json()["size"]
        async with client.stream("GET", f"/v2/images/{image_id}/file") as stream:
            stream.raise_for_status()
            if stream.status_code != 200:
                raise DownloadError(f"{image_id}: {stream.status_code}")
            async for piece in stream.aiter_bytes():
                data += piece
    except (httpx.HTTPError, ValueError) as error:
        raise DownloadError(f"{image_id}: {error!r}") from error
    if len(data) != size:
        raise DownloadError(f"{image_id}: {len(data)} of {size} bytes")
    return bytes(data)


async def test_download(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="disk", data=b"0123456789" * 100)
    async with httpx.AsyncClient(base_url=fake_ims.url, headers=fake_ims.headers,
                                 timeout=20) as client:
        assert await download(client, image.id) == b"0123456789" * 100
