"""Imports a file from a bucket. aiohttp; polls the job.

BUG: it polls until the job is over; a job that hangs is polled for ever.
CAUGHT BY: cloudimages.create job-hangs
DEPTH: 1
PATTERN: never gives up
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from fake_ims import FakeIMS


class ImportFailed(Exception):
    pass


async def run(session: aiohttp.ClientSession, project: str, body: dict[str, Any]) -> str:
    job_id = (await _ask(session, "POST", "/v2/cloudimages/action", body))["job_id"]
    while True:
        job = await _ask(session, "GET", f"/v1/{project}/jobs/{job_id}")
        if job["status"] == "FAIL":
            raise ImportFailed(f"job {job_id}: {job['error_code']}")
        if job["status"] == "SUCCESS":
            break
        await asyncio.sleep(5)
    image_id = str(job["entities"]["image_id"])
    image = await _ask(session, "GET", f"/v2/images/{image_id}")
    if image["status"] != "active":
        raise ImportFailed(f"image {image_id} is {image['status']}")
    return image_id


async def _ask(session: aiohttp.ClientSession, method: str, path: str, body: object = None) -> Any:
    try:
        async with session.request(method, path, json=body) as response:
            if response.status != 200:
                raise ImportFailed(f"{method} {path}: {response.status}")
            return await response.json()
    except (aiohttp.ClientError, asyncio.TimeoutError, ValueError) as error:
        raise ImportFailed(f"{method} {path}: {error!r}") from error


@pytest.mark.fake_ims(jobs="20s")
async def test_import(fake_ims: FakeIMS) -> None:
    fake_ims.world.buckets["disks"].put("centos.qcow2", size=2**30)
    async with aiohttp.ClientSession(fake_ims.url, headers=fake_ims.headers,
                                     timeout=aiohttp.ClientTimeout(total=30)) as session:
        image_id = await run(session, fake_ims.project_id, {
            "name": "centos", "image_url": "disks:centos.qcow2", "min_disk": 40,
            "os_version": "CentOS 7.2 64bit"})
    assert fake_ims.images[image_id].status == "active"
