"""Imports a file from a bucket. httpx; polls the job for ten minutes.

BUG: a job that is over counts as done, whether it says SUCCESS or FAIL.
CAUGHT BY: cloudimages.create job-fails
DEPTH: 1
PATTERN: does not check the job's result
"""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from fake_ims import FakeIMS


class ImportFailed(Exception):
    pass


def run(client: httpx.Client, project: str, body: dict[str, Any]) -> None:
    job_id = _ask(client, "POST", "/v2/cloudimages/action", body)["job_id"]
    for _ in range(60):
        job = _ask(client, "GET", f"/v1/{project}/jobs/{job_id}")
        if job["status"] not in ("INIT", "RUNNING"):
            break
        time.sleep(10)
    else:
        raise ImportFailed(f"job {job_id} takes longer than ten minutes")


def _ask(client: httpx.Client, method: str, path: str, body: object = None) -> Any:
    try:
        response = client.request(method, path, json=body)
        response.raise_for_status()
        return response.json()
    except (httpx.HTTPError, ValueError) as error:
        raise ImportFailed(f"{method} {path}: {error!r}") from error


@pytest.mark.fake_ims(jobs="30s")
def test_import(fake_ims: FakeIMS) -> None:
    fake_ims.world.buckets["disks"].put("centos.qcow2", size=2**30)
    with httpx.Client(base_url=fake_ims.url, headers=fake_ims.headers, timeout=20) as client:
        run(client, fake_ims.project_id, {
            "name": "centos", "image_url": "disks:centos.qcow2", "min_disk": 40,
            "os_version": "CentOS 7.2 64bit"})
    assert [image.status for image in fake_ims.images] == ["active"]
