"""What each client is asked to do: a client is wrapped so that all can be asked the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest

from fake_ims import FakeIMS, polls

PROFILES = ("otc", "openstack")
each_profile = pytest.mark.parametrize("profile", [
    pytest.param(name, marks=pytest.mark.fake_ims(profile=name, auth="issued"))
    for name in PROFILES])
DATA = bytes(range(256)) * 1000
NOWHERE = "11111111-2222-3333-4444-555555555555"
STATUSES = (401, 403, 404, 409, 413, 429, 503)


class Client(Protocol):
    """One client, logged in."""

    def create(self, name: str) -> str:
        """Makes an image of format raw in a bare container; gives its id."""

    def upload(self, image_id: str, data: bytes) -> None: ...

    def status(self, image_id: str) -> str: ...

    def names(self, page: int | None = None, **filters: str) -> list[str]:
        """All pages."""

    def rename(self, image_id: str, name: str) -> None: ...

    def tag(self, image_id: str, tag: str) -> None: ...

    def untag(self, image_id: str, tag: str) -> None: ...

    def share(self, image_id: str, project_id: str) -> None: ...

    def accept(self, image_id: str, project_id: str) -> None: ...

    def members(self, image_id: str) -> dict[str, str]: ...

    def download(self, image_id: str) -> bytes: ...

    def delete(self, image_id: str) -> None: ...


# How a module logs in: as the default user, or as another of a project.
Connect = Callable[..., Any]


def life_of_an_image(fake: FakeIMS, connect: Connect) -> None:
    """Create, upload, wait, list, change, tag, share, accept, download, delete."""
    fake.identity.add_user("bob", project="p2")
    fake.lifecycle.saving = polls(2)
    client: Client = connect()
    image_id = client.create("disk")
    assert fake.images[image_id].owner == fake.project_id
    assert client.status(image_id) == "queued"
    client.upload(image_id, DATA)
    assert list(wait_for_active(client, image_id))[-1] == "active"
    assert fake.images[image_id].checksum == hashlib.md5(DATA).hexdigest()

    client.rename(image_id, "renamed")
    assert client.names(name="renamed", status="active") == ["renamed"]
    assert client.names(name="disk") == []
    client.tag(image_id, "blue")
    client.tag(image_id, "green")
    client.untag(image_id, "green")
    assert list(fake.images[image_id].tags) == ["blue"]
    assert client.names(tag="blue") == ["renamed"]
    assert client.names(tag="green") == []

    member: Client = connect(user="bob", project="p2")
    assert member.names() == []
    client.share(image_id, "p2")
    assert client.members(image_id) == {"p2": "pending"}
    member.accept(image_id, "p2")
    assert client.members(image_id) == {"p2": "accepted"}
    assert member.names() == ["renamed"]
    assert member.download(image_id) == client.download(image_id) == DATA

    client.delete(image_id)
    assert client.names() == []
    assert not [image for image in fake.images if image.id == image_id]


def wait_for_active(client: Client, image_id: str) -> Iterator[str]:
    """The statuses that a client sees that waits."""
    for _ in range(10):
        yield (status := client.status(image_id))
        if status == "active":
            return
    raise AssertionError("it never becomes active")


def lists_by_pages(fake: FakeIMS, connect: Connect) -> None:
    """More images than a page has; the client follows ``next``."""
    made = [fake.images.add(name=f"i{number}", disk_format="raw", container_format="bare").name
            for number in range(7)]
    client: Client = connect()
    assert client.names(page=3) == made[::-1]
    assert len(fake.requests.of("images.list")) >= 3


def fails(fake: FakeIMS, client: Client, status: int) -> None:
    """Do what the service answers with this status, of its own or as a fault has it."""
    image_id = fake.images.add(name="a", disk_format="raw", container_format="bare",
                               protected=status == 403).id
    if status == 403:
        client.delete(image_id)
    elif status == 404:
        client.status(NOWHERE)
    elif status == 409:
        client.share(image_id, "p2")
        client.share(image_id, "p2")
    else:
        fake.faults.add("images.show", status=status, retry_after=7 if status == 429 else None)
        client.status(image_id)


def raises(
    fake: FakeIMS, connect: Connect, status: int, error: type[Exception], **settings: Any
) -> Any:
    """The client's own exception for a status; exactly this one."""
    client: Client = connect(**settings)
    with pytest.raises(error) as caught:
        fails(fake, client, status)
    assert type(caught.value) is error
    assert fake.requests.last.status == status
    return caught.value
