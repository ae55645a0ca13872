"""Says at what percentage a job is. urllib.request.

BUG: JSON that arrives cut is not expected; json.JSONDecodeError reaches the caller.
CAUGHT BY: jobs.show invalid-json
DEPTH: 1
PATTERN: raises JSONDecodeError
"""

from __future__ import annotations

import http.client
import json
from urllib.request import Request, urlopen

from fake_ims import FakeIMS, sweep


class JobError(Exception):
    pass


class Jobs:
    def __init__(self, url: str, token: str, project: str) -> None:
        self._url = url
        self._project = project
        self._headers = {"X-Auth-Token": token, "Content-Type": "application/json"}

    def start(self, body: object) -> str:
        answer = self._ask("POST", "/v2/cloudimages/action", json.dumps(body).encode())
        try:
            return str(json.loads(answer)["job_id"])
        except ValueError as error:
            raise JobError(f"the answer to the start of a job is no JSON: {error}") from error

    def percent(self, job_id: str) -> int:
        job = json.loads(self._ask("GET", f"/v1/{self._project}/jobs/{job_id}"))
        if job["status"] == "FAIL":
            raise JobError(f"{job_id}: {job['error_code']} {job['fail_reason']}")
        return int(job["entities"]["process_percent"])

    def _ask(self, method: str, path: str, body: bytes | None = None) -> bytes:
        request = Request(self._url + path, body, self._headers, method=method)
        try:
            with urlopen(request, timeout=20) as response:
                return bytes(response.read())
        except (OSError, http.client.HTTPException) as error:
            raise JobError(f"{method} {path}: {error!r}") from error


@sweep(operations=("jobs.show",))
def test_percent(fake_ims: FakeIMS) -> None:
    fake_ims.world.buckets["disks"].put("centos.qcow2", size=2**30)
    jobs = Jobs(fake_ims.url, fake_ims.token, fake_ims.project_id)
    job_id = jobs.start({"name": "disk", "image_url": "disks:centos.qcow2", "min_disk": 40,
                         "os_version": "CentOS 7.2 64bit"})
    assert jobs.percent(job_id) == 100
