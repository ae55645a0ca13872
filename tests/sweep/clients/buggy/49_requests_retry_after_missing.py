"""Reads the quota. requests; honours Retry-After of a 429.

BUG: it takes it that every 429 has the header; without it, KeyError.
CAUGHT BY: cloudimages.quota 429
DEPTH: 1
PATTERN: raises KeyError
"""

from __future__ import annotations

import time

import requests

from fake_ims import FakeIMS


class QuotaUnknown(Exception):
    pass


def quota(url: str, token: str) -> int:
    for _ in range(4):
        try:
            response = requests.get(f"{url}/v1/cloudimages/quota", timeout=20,
                                    headers={"X-Auth-Token": token})
            if response.status_code == 429:
                time.sleep(int(response.headers["Retry-After"]))
                continue
            response.raise_for_status()
            resources = response.json()["quotas"]["resources"]
        except requests.RequestException as error:
            raise QuotaUnknown(str(error)) from error
        return next(int(one["quota"]) for one in resources if one["type"] == "image")
    raise QuotaUnknown("429, four times")


def test_quota(fake_ims: FakeIMS) -> None:
    assert quota(fake_ims.url, fake_ims.token) > 0
