"""Shares an image with a project, which accepts it; with python-glanceclient.

python-glanceclient, sync, keystoneauth session with a time-out. A member that is there already is
what was wanted: 409 is no error.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from glanceclient import Client, exc
from keystoneauth1 import exceptions, session, token_endpoint

from fake_ims import FakeIMS, sweep


class ShareError(Exception):
    """The image is not shared as asked."""


# CommunicationError of glanceclient is no ClientException of it.
FAILURES = (exc.ClientException, exc.BaseException, exceptions.ClientException, OSError,
            ValueError)


def repeated(work: Callable[[], Any], done: tuple[int, ...] = ()) -> Any:
    """Repeat a request that may be repeated; statuses in ``done`` mean that it is done."""
    for attempt in range(6):
        try:
            return work()
        except FAILURES as error:
            status = getattr(error, "code", None) or getattr(error, "http_status", None)
            if status in done:
                return None
            known = isinstance(status, int) and 400 <= status < 500 and status != 429
            if attempt == 5 or known:
                raise ShareError(f"{type(error).__name__}: {error}") from error
            time.sleep(6 + 2.0 ** attempt)
    return None


def client(url: str, token: str) -> Any:
    return Client("2", session=session.Session(token_endpoint.Token(url, token), timeout=20))


def share(owner: Any, member: Any, image_id: str, project: str) -> None:
    repeated(lambda: owner.image_members.create(image_id, project), done=(409,))
    repeated(lambda: member.image_members.update(image_id, project, "accepted"))
    members = repeated(lambda: list(owner.image_members.list(image_id)))
    if {one["member_id"]: one["status"] for one in members}.get(project) != "accepted":
        raise ShareError(f"{project} is no member of {image_id}")


@sweep(survive=("503", "503-30s", "503-after", "429", "reset-before", "reset-after",
                "gateway-page"))
def test_share(fake_ims: FakeIMS) -> None:
    image = fake_ims.images.add(name="disk", visibility="private", data=b"bytes")
    other = fake_ims.tenant("p2")
    share(client(fake_ims.url, fake_ims.token), client(fake_ims.url, other.token), image.id, "p2")
    assert image.members == {"p2": "accepted"}
