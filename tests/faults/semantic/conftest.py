"""What tests of semantic effects share: the fake, its faults, and one caller on both faces."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from wire import Wire

from fake_ims import FakeIMS
from fake_ims.faults import Faults

#: Makes an image by the IMS APIs, in a world that finds whatever is named.
FROM_FILE: tuple[str, dict[str, object]] = ("/v2/cloudimages/action", {
    "name": "made", "image_url": "ims:disk.qcow2", "min_disk": 40,
    "os_version": "CentOS 7.0 64bit"})


@pytest.fixture
def faults(fake_ims: FakeIMS) -> Faults:
    return fake_ims.faults


@pytest.fixture
def from_file() -> tuple[str, dict[str, object]]:
    """Path and body of a request that makes an image by the IMS APIs."""
    return FROM_FILE


@pytest.fixture
def begin(wire: Wire) -> Callable[[], str]:
    """Begins a job that makes an image; gives its id."""

    def begin() -> str:
        reply = wire.post(*FROM_FILE)
        assert reply.status == 200, reply
        return str(reply.json["job_id"])

    return begin


@pytest.fixture
def look(wire: Wire, fake_ims: FakeIMS) -> Callable[[str], Any]:
    """What a client sees of a job."""

    def look(job_id: str) -> Any:
        reply = wire.get(f"/v1/{fake_ims.project_id}/jobs/{job_id}")
        assert reply.status == 200, reply
        return reply.json

    return look
