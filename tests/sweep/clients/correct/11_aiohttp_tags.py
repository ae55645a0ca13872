"""Sets and removes tags of several images at once; what is asked for is what is there after.

aiohttp, async, a group of tasks. Both requests may be repeated; if the
removal of a tag is, 404 means that the first try has done it.
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from fake_ims import FakeIMS, sweep


class TagError(Exception):
    """At least one image has other tags than asked for."""


async def change(session: aiohttp.ClientSession, method: str, image_id: str, tag: str) -> None:
    path = f"/v2/images/{image_id}/tags/{tag}"
    for attempt in range(6):
        done = (204, 404) if method == "DELETE" and attempt else (204,)
        wait = 2.0 ** (attempt + 1)
        try:
            async with session.request(method, path) as response:
                if response.status in done:
                    return
                problem: Exception = TagError(f"{method} {path}: {response.status} "
                                              f"{(await response.text())[:200]}")
                if response.status not in (429, 502, 503, 504):
                    raise problem
                asked = response.headers.get("Retry-After", "")
                wait = max(wait, float(asked) if asked.isdecimal() else 0)
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            problem = error
        if attempt < 5:
            await asyncio.sleep(wait)
    raise TagError(f"{method} {path}, six times: {problem!r}") from problem


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
