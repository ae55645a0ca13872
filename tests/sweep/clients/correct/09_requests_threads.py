"""Uploads three parts of a machine in threads; all of them, or an error and none.

requests, a pool of threads, one session for each. If one fails, the others are removed.
"""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from fake_ims import FakeIMS, sweep


class PartsFailed(Exception):
    """Not all parts could be uploaded."""


class Parts:
    def __init__(self, url: str, token: str) -> None:
        self._url = f"{url}/v2/images"
        self._headers = {"X-Auth-Token": token}

    def upload(self, parts: dict[str, bytes]) -> dict[str, str]:
        ids = {name: str(uuid.uuid4()) for name in parts}
        with ThreadPoolExecutor(3) as pool:
            futures = [pool.submit(self._one, ids[name], name, parts[name]) for name in parts]
        errors = [error for future in futures if (error := future.exception()) is not None]
        if not errors:
            return ids
        left = [image_id for image_id in ids.values() if not self._removed(image_id)]
        raise PartsFailed("; ".join(map(str, errors)) + (f"; left: {left}" if left else "")
                          ) from errors[0]

    def _one(self, image_id: str, name: str, data: bytes) -> None:
        body = {"id": image_id, "name": name, "disk_format": "raw", "container_format": "bare"}
        with requests.Session() as session:
            created = self._ask(session, "POST", self._url, json=body)
            if created.status_code not in (201, 409):
                raise PartsFailed(f"{name}: {created.status_code} {created.text}")
            path = f"{self._url}/{image_id}"
            for _ in range(2):  # a second time only if the data has not arrived
                sent = self._ask(session, "PUT", f"{path}/file", data=data,
                                 headers={"Content-Type": "application/octet-stream"})
                if sent.status_code == 204:
                    break
                state = self._ask(session, "GET", path)
                if state.status_code != 200 or state.json()["status"] == "queued":
                    raise PartsFailed(f"{name}: {sent.status_code} {sent.text}")
                break
            state = self._ask(session, "GET", path)
            image: Any = state.json() if state.status_code == 200 else {"status": state.text}
            if image["status"] != "active" or image["size"] != len(data):
                raise PartsFailed(f"{name}: {image['status']}")

    def _removed(self, image_id: str) -> bool:
        try:
            with requests.Session() as session:
                return self._ask(session, "DELETE", f"{self._url}/{image_id}"
                                 ).status_code in (204, 404)
        except PartsFailed:
            return False

    def _ask(self, session: requests.Session, method: str, url: str, **more: Any
             ) -> requests.Response:
        """Each of these may be repeated: the image's id is ours."""
        headers = {**self._headers, **more.pop("headers", {})}
        for attempt in range(6):
            wait = 2.0 ** (attempt + 1)
            try:
                response = session.request(method, url, headers=headers, timeout=30, **more)
                if method == "GET" and response.ok:
                    response.json()
            except requests.RequestException as error:
                if attempt == 5:
                    raise PartsFailed(f"{method} {url}: {error}") from error
            else:
                if response.status_code not in (429, 502, 503, 504) or attempt == 5:
                    return response
                asked = response.headers.get("Retry-After", "")
                wait = max(wait, float(asked) if asked.isdecimal() else 0)
            time.sleep(wait)
        raise AssertionError("unreachable")


@sweep(survive=("503", "503-retry-after", "503-30s", "429", "429-retry-after", "reset-before",
                "reset-after", "503-after", "gateway-page", "garbage", "no-answer",
                "no-answer-after"))
def test_three_parts(fake_ims: FakeIMS) -> None:
    parts = {"kernel": b"kernel", "ramdisk": b"ramdisk", "root": b"root"}
    ids = Parts(fake_ims.url, fake_ims.token).upload(parts)
    assert {name: fake_ims.images[ids[name]].data for name in parts} == parts
