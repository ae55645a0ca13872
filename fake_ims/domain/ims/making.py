"""How a job creates an image: it appears when the job starts, and becomes active or killed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..callers import Caller
from ..ids import new_id
from ..image import Image
from ..refusal import ImsError
from ..tag_pairs import merged
from ..world import lookup
from ..world.content import filled

if TYPE_CHECKING:
    from ...server.state import Service
    from ..data import Blob
    from ..world.content import Content


@dataclass(slots=True)
class Plan:
    """An image to create.

    Attributes:
        name: its name.
        owner: id of the project that will own it.
        properties: vendor attributes; they take precedence over derived ones.
        tags: tags in the form that images store.
        min_disk: GB.
        min_ram: MB.
        disk_format: its disk format.
        data: its bytes, those of a file or of another image; None if unknown.
        size: size of the file in bytes, for ``__image_size``.
        from_file: whether it is created from an external file (``__root_origin``).
    """

    name: str
    owner: str | None
    properties: dict[str, str] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    min_disk: int = 0
    min_ram: int = 0
    disk_format: str = "zvhd2"
    data: Content | Blob | None = None
    size: int = 0
    from_file: bool = False


def plan(caller: Caller, body: dict[str, Any], **properties: str | None) -> Plan:
    """Return a plan with the fields that all request bodies share: name, tags, memory, ...

    Args:
        caller: who makes the request; the caller's project will own the image.
        body: the request body, as returned by ``reading.read``.
        properties: vendor attributes; None leaves one out.
    """
    found = {name: value for name, value in properties.items() if value is not None}
    if body.get("description"):
        found["__description"] = body["description"]
    if body.get("max_ram") is not None:
        found["max_ram"] = str(body["max_ram"])
    found["enterprise_project_id"] = body.get("enterprise_project_id") or "0"
    return Plan(body["name"], caller.project_id, found,
                merged(body.get("tags"), body.get("image_tags")),
                min_disk=body.get("min_disk") or 0, min_ram=body.get("min_ram") or 0)


def check_quota(service: Service, caller: Caller, count: int = 1) -> None:
    """Refuse if the project's quota does not allow this many images, or the account cannot pay.

    Raises:
        ImsError: as ``lookup.account``.
        Refused: ``image.quota``; the IMS APIs return 400 with ``IMG.0015`` for it.
    """
    lookup.account(service.world)
    service.images.check_quota(caller.project_id, count)


class MakesImage:
    """The work of a job that creates one image.

    Args:
        service: the service.
        plan: the image to create.
        finally_do: called with the image once it is active; may refuse.
        give_up: called when the job has failed.

    Attributes:
        image: the image; None before it appears.
    """

    def __init__(
        self,
        service: Service,
        plan: Plan,
        finally_do: Callable[[Image], None] | None = None,
        give_up: Callable[[], None] | None = None,
    ) -> None:
        self._service = service
        self.plan = plan
        self._finally_do = finally_do
        self._give_up = give_up
        self.image: Image | None = None

    def start(self, now: float) -> None:
        """Create the image in status ``saving``."""
        plan, service = self.plan, self._service
        image = self.image = Image(
            id=new_id(), owner=plan.owner, created_at=now, updated_at=now,
            sequence=service.store.next_sequence(), name=plan.name, status="saving",
            visibility="private", container_format="bare", disk_format=plan.disk_format,
            min_disk=plan.min_disk, min_ram=plan.min_ram, tags=tuple(plan.tags),
            properties=dict(plan.properties))
        service.profile.adorn(image)
        image.properties.update(plan.properties)
        service.store.add(image)

    def succeed(self, now: float) -> None:
        """Activate the image."""
        image = self._alive()
        if image is None:
            raise ImsError("IMG.0144")
        blob = filled(self._service.store.spool, self.plan.data)
        image.hold(blob)
        image.status = "active"
        self._service.profile.activated(image, now)
        if not self.plan.from_file:
            image.properties.pop("__root_origin", None)
        image.properties["__image_size"] = str(self.plan.size or blob.size)
        image.changed(now)
        if self._finally_do is not None:
            self._finally_do(image)

    def fail(self, now: float, reason: str) -> None:
        """Kill the image."""
        image = self._alive()
        if image is not None:
            self._service.transitions.kill(image, reason, now)
        if self._give_up is not None:
            self._give_up()

    def entities(self) -> dict[str, Any]:
        """Return id and name of the image; only the name before the image exists."""
        found: dict[str, Any] = {"image_name": self.plan.name}
        if self.image is not None:
            found["image_id"] = self.image.id
        return found

    def _alive(self) -> Image | None:
        image = self.image
        if image is None or self._service.store.get(image.id) is not image:
            return None
        return image
