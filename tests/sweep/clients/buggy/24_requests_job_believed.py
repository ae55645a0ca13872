"""Makes a data disk image from a file in a bucket. requests; polls the job for ten minutes.

BUG: it believes the job's SUCCESS and does not look at the image.
CAUGHT BY: cloudimages.create_data_image job-lies
DEPTH: 1
PATTERN: error of a dependency turned into a wrong success
"""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from fake_ims import FakeIMS


class ImportFailed(Exception):
    pass


class Importer:
    def __init__(self, url: str, token: str, project: str) -> None:
        self._url = url
        self._project = project
        self._session = requests.Session()
        self._session.headers["X-Auth-Token"] = token

    def run(self, **body: Any) -> str:
        job_id = self._ask("POST", "/v1/cloudimages/dataimages/action", json=body)["job_id"]
        deadline = time.monotonic() + 600
        while time.monotonic() < deadline:
            job = self._ask("GET", f"/v1/{self._project}/jobs/{job_id}")
            if job["status"] == "SUCCESS":
                return str(job["entities"]["image_id"])
            if job["status"] == "FAIL":
                raise ImportFailed(f"job {job_id}: {job['error_code']}")
            time.sleep(10)
        raise ImportFailed(f"job {job_id} takes longer than ten minutes")

    def _ask(self, method: str, path: str, **more: Any) -> Any:
        try:
            response = self._session.request(method, self._url + path, timeout=20, **more)
            response.raise_for_status()
            return response.json()
        except requests.RequestException as error:
            raise ImportFailed(f"{method} {path}: {error}") from error


@pytest.mark.fake_ims(jobs="30s")
def test_import(fake_ims: FakeIMS) -> None:
    fake_ims.world.buckets["disks"].put("data.qcow2", size=2**30)
    image_id = Importer(fake_ims.url, fake_ims.token, fake_ims.project_id).run(
        name="data", image_url="disks:data.qcow2", min_disk=40, os_type="Linux")
    assert fake_ims.images[image_id].status == "active"
