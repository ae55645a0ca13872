"""Deletes all images with a tag and waits until they are gone.

urllib.request, sync. A 404 may mean that an earlier try has done it, so it looks whether the image
is gone. Raises if an image is still there after two minutes.
"""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from typing import Any

from fake_ims import FakeIMS, sweep


class CleaningFailed(Exception):
    """Some images are left."""


class Gone(Exception):
    """404."""


class Cleaner:
    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    def clean(self, tag: str) -> list[str]:
        ids: list[str] = []
        path = f"/v2/images?tag={tag}"
        while path:
            page = self._ask("GET", path)
            ids += [image["id"] for image in page["images"] if image["id"] not in ids]
            path = page.get("next")
        for image_id in ids:
            self._delete(image_id)
        return ids

    def _delete(self, image_id: str) -> None:
        deadline = time.monotonic() + 120
        asked = False
        while time.monotonic() < deadline:
            try:
                if not asked:
                    self._ask("DELETE", f"/v2/images/{image_id}")
                    asked = True
            except Gone:
                pass
            try:
                self._ask("GET", f"/v2/images/{image_id}")
            except Gone:
                return
            time.sleep(4)
        raise CleaningFailed(f"image {image_id} is still there")

    def _ask(self, method: str, path: str) -> Any:
        problem = ""
        wait = 0.0
        for attempt in range(6):
            time.sleep(wait)
            wait = 3.0 * 2 ** attempt
            request = urllib.request.Request(self._url + path, method=method,
                                             headers={"X-Auth-Token": self._token})
            cause: Exception
            try:
                with urllib.request.urlopen(request, timeout=15) as response:
                    return json.loads(response.read() or b"null")
            except urllib.error.HTTPError as error:
                cause, problem = error, f"{error.code} {error.read()[:200]!r}"
                error.close()
                if error.code == 404:
                    raise Gone(path) from error
                if error.code not in (429, 502, 503, 504):
                    break
                asked = error.headers.get("Retry-After") or ""
                wait = max(wait, float(asked)) if asked.isdecimal() else wait
            except (OSError, http.client.HTTPException, ValueError) as error:
                cause, problem = error, repr(error)
        raise CleaningFailed(f"{method} {path}: {problem}") from cause


@sweep(survive=("503", "503-retry-after", "503-30s", "503-after", "429*", "reset-before",
                "reset-after", "no-answer", "no-answer-after", "garbage", "gateway-page",
                "deleted-meanwhile", "outage-30s", "small-pages"))
def test_clean(fake_ims: FakeIMS) -> None:
    for number in range(2):
        fake_ims.images.add(name=f"old-{number}", tags=["old"])
    kept = fake_ims.images.add(name="new")
    Cleaner(fake_ims.url, fake_ims.token).clean("old")
    assert [image.id for image in fake_ims.images] == [kept.id]
