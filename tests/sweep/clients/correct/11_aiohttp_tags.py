"""Sets and removes tags of several images at once; what is asked for is what is there after.

aiohttp, async, a group of tasks. Both requests may be repeated, and
aiohttp repeats them by itself, too: after a 404 it looks whether the tag is gone.
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from fake_ims import FakeIMS, sweep

BUSY = (429, 502, 503, 504)


class TagError(Exception):
    """At least one image has other tags than asked for."""


async def change(session: aiohttp.ClientSession, method: str, image_id: str, tag: str) -> None:
    path = f"/v2/images/{image_id}/tags/{tag}"
    for attempt in range(6):
        wait = 2.0 ** (attempt + 1)
        try:
            async with session.request(method, path) as response:
                if response.status == 204:
                    return
                problem: Exception = TagError(f"{method} {path}: {response.status} "
                                              f"{(await response.text())[:200]}")
                if response.status == 404 and method == "DELETE" and not await has(
                        session, image_id, tag):
                    return
                if response.status not in BUSY:
                    raise problem
                asked = response.headers.get("Retry-After", "")
                wait = max(wait, float(asked) if asked.isdecimal() else 0)
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
            problem = error
        if attempt < 5:
            await asyncio.sleep(wait)
    raise TagError(f"{method} {path}, six times: {problem!r}") from problem


async def has(session: aiohttp.ClientSession, image_id: str, tag: str) -> bool:
    async with session.get(f"/v2/images/{image_id}") as response:
        if response.status in BUSY:
            response.raise_for_status()  # the loop tries all of it again
        if response.status != 200:
            raise TagError(f"image {image_id} cannot be read: {response.status}")
        return tag in (await response.json())["tags"]


async def retag(session: aiohttp.ClientSession, ids: list[str], old: str, new: str) -> None:
    outcomes = await asyncio.gather(
        *(change(session, "PUT", one, new) for one in ids), return_exceptions=True)
    _complain(outcomes)
    outcomes = await asyncio.gather(
        *(change(session, "DELETE", one, old) for one in ids), return_exceptions=True)
    _complain(outcomes)


def _complain(outcomes: list[Any]) -> None:
    errors = [one for one in outcomes if isinstance(one, BaseException)]
    if errors:
        raise TagError("; ".join(map(str, errors))) from errors[0]


@sweep(survive=("503", "503-retry-after", "503-30s", "503-after", "429*", "reset-before",
                "reset-after", "no-answer", "no-answer-after", "garbage", "gateway-page",
                "outage-30s"))
async def test_retag(fake_ims: FakeIMS) -> None:
    images = [fake_ims.images.add(name=f"disk-{number}", tags=["test"]) for number in range(2)]
    async with aiohttp.ClientSession(fake_ims.url, headers=fake_ims.headers,
                                     timeout=aiohttp.ClientTimeout(total=15)) as session:
        await retag(session, [image.id for image in images], "test", "released")
    assert [image.tags for image in images] == [["released"], ["released"]]
