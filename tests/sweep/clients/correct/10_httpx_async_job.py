"""Imports a file from a bucket: starts the job, waits for it, and looks at the image itself.

httpx, async. The start of a job is not repeated: nobody could tell two apart. Polls are, for ten
minutes.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import pytest

from fake_ims import FakeIMS, sweep


class ImportFailed(Exception):
    """The import failed, or nobody knows whether it did; the text says which."""


class Importer:
    def __init__(self, client: httpx.AsyncClient, project: str) -> None:
        self._client = client
        self._project = project

    async def run(self, name: str, source: str) -> str:
        body = {"name": name, "image_url": source, "min_disk": 40, "os_version": "CentOS 7.2 64bit"}
        try:
            response = await self._client.post("/v2/cloudimages/action", json=body)
            job_id = self._parsed(response)["job_id"]
        except (httpx.TransportError, ValueError) as error:
            raise ImportFailed(f"the import of {source} may have begun; look for an image "
                               f"named {name!r}: {error!r}") from error
        image_id = await self._finished(str(job_id))
        image = await self._get(f"/v2/images/{image_id}")
        if image["status"] != "active":
            raise ImportFailed(f"job {job_id} says SUCCESS, but image {image_id} is "
                               f"{image['status']}")
        return image_id

    async def _finished(self, job_id: str) -> str:
        deadline = time.monotonic() + 600
        while time.monotonic() < deadline:
            job = await self._get(f"/v1/{self._project}/jobs/{job_id}")
            if job["status"] == "SUCCESS":
                return str(job["entities"]["image_id"])
            if job["status"] == "FAIL":
                raise ImportFailed(f"job {job_id}: {job['error_code']} {job['fail_reason']}")
            await asyncio.sleep(10)
        raise ImportFailed(f"job {job_id} was not finished within ten minutes")

    async def _get(self, path: str) -> Any:
        for attempt in range(6):
            wait = 2.0 ** (attempt + 1)
            try:
                response = await self._client.get(path)
                if response.status_code not in (429, 502, 503, 504) or attempt == 5:
                    return self._parsed(response)
                asked = response.headers.get("Retry-After", "")
                wait = max(wait, float(asked) if asked.isdecimal() else 0)
            except (httpx.TransportError, ValueError) as error:
                if attempt == 5:
                    raise ImportFailed(f"GET {path}: {error!r}") from error
            await asyncio.sleep(wait)
        raise AssertionError("unreachable")

    @staticmethod
    def _parsed(response: httpx.Response) -> Any:
        if response.status_code != 200:
            raise ImportFailed(f"{response.request.method} {response.request.url.path}: "
                               f"{response.status_code} {response.text[:200]}")
        return response.json()


@pytest.mark.fake_ims(jobs="60s")
@sweep(survive=("503", "503-30s", "429*", "reset-before", "reset-after", "no-answer", "garbage",
                "truncated", "invalid-json"), operations=("jobs.show", "images.show"))
async def test_import(fake_ims: FakeIMS) -> None:
    fake_ims.world.buckets["disks"].put("centos.qcow2", size=2**30)
    async with httpx.AsyncClient(base_url=fake_ims.url, headers=fake_ims.headers,
                                 timeout=20) as client:
        image_id = await Importer(client, fake_ims.project_id).run("centos", "disks:centos.qcow2")
    assert fake_ims.images[image_id].status == "active"
