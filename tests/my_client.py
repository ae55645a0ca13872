"""What stands in for the reader's own client in the README: the least that its tests need."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from typing import Any

RETRIED = (429, 503)


class ImageFailed(Exception):
    """The image ended killed."""


class JobFailed(Exception):
    """The job ended FAIL; its text is the error code."""


def ask(url: str, token: str, method: str, path: str, body: object = None) -> Any:
    """The JSON of a response; a request that the service is too busy for is sent again."""
    headers = {"X-Auth-Token": token, "Content-Type": "application/json"}
    if isinstance(body, bytes):
        data, headers["Content-Type"] = body, "application/octet-stream"
    else:
        data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data, headers, method=method)
    for attempts_left in (3, 2, 1, 0):
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                return json.loads(response.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                if error.code not in RETRIED or not attempts_left:
                    raise
    return None


def create(url: str, token: str, **attributes: object) -> str:
    """The id of a new image."""
    return str(ask(url, token, "POST", "/v2/images", attributes)["id"])


def upload(url: str, token: str) -> str:
    """The id of a new image with data.

    Raises:
        ImageFailed: the service killed it.
    """
    image_id = create(url, token, name="disk", disk_format="raw", container_format="bare")
    ask(url, token, "PUT", f"/v2/images/{image_id}/file", b"the bytes of a disk")
    if ask(url, token, "GET", f"/v2/images/{image_id}")["status"] == "killed":
        raise ImageFailed(image_id)
    return image_id


def start_import(url: str, token: str, image_url: str) -> str:
    """The id of the job that imports a file from a bucket."""
    body = {"name": "disk", "image_url": image_url, "min_disk": 40,
            "os_version": "CentOS 7.2 64bit"}
    return str(ask(url, token, "POST", "/v2/cloudimages/action", body)["job_id"])


def wait_for_job(url: str, token: str, project_id: str, job_id: str) -> None:
    """Wait until a job is over.

    Raises:
        JobFailed: it failed.
    """
    while True:
        job = ask(url, token, "GET", f"/v1/{project_id}/jobs/{job_id}")
        if job["status"] == "FAIL":
            raise JobFailed(job["error_code"])
        if job["status"] == "SUCCESS":
            return
        time.sleep(1)  # as real clients wait; no test of ours gets here


def find(url: str, token: str, image_id: str) -> Any:
    """The image of an id; None if the caller sees none."""
    try:
        return ask(url, token, "GET", f"/v2/images/{image_id}")
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise
