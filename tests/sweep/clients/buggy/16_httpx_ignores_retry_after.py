"""Reads the members of an image. httpx; tries again after half a second, five times.

BUG: it does not wait as long as Retry-After says.
CAUGHT BY: members.list 429-retry-after
DEPTH: 1
PATTERN: ignores Retry-After
"""

from __future__ import annotations

import time

import httpx

from fake_ims import FakeIMS, sweep


class MembersError(Exception):
    pass


def members(client: httpx.Client, image_id: str) -> set[str]:
    path = f"/v2/images/{image_id}/members"
    for attempt in range(6):
        try:
            response = client.get(path)
            if response.status_code == 200:
                return {member["member_id"] for member in response.json()["members"]}
        except (httpx.TransportError, ValueError) as error:
            raise MembersError(f"GET {path}: {error!r}") from error
        if response.status_code not in (429, 503):
            break
        if attempt < 5:
            time.sleep(0.5)
    raise MembersError(f"GET {path}: {response.status_code} {response.text[:200]}")


@sweep(survive=("503", "429"))
def test_members(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="disk", visibility="shared", members={"p2": "accepted"})
    with httpx.Client(base_url=fake_ims.url, headers=fake_ims.headers, timeout=10) as client:
        assert members(client, image.id) == {"p2"}
