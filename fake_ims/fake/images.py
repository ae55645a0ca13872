"""``fake.images``: images, as a test creates, reads and changes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from ..domain.handle import Handle
from ..domain.lifecycle import KILLED_BY_TEST
from ..errors import UnknownImageError, UsageError, unknown

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..contract.model import ImageStatus, MemberStatus, Visibility
    from ..domain.image import Image
    from ..server.bridge import Bridge
    from ..server.state import Service
    from .image_attributes import ImageAttributes, NewImage

T = TypeVar("T")

_LISTED = 10  # images in an error message
_SHOWN = 3  # images in a repr


class ImageHandle(Handle):
    """One image of the fake. Each attribute returns the current value.

    A deleted image keeps its last values, with ``status`` ``deleted``, and cannot be changed:
    changes raise ``UnknownImageError``. After ``reset()``, reading raises it, too. Reading a
    handle does not count for ``saving=polls(3)``. ``handle["name"]`` returns any attribute as a
    response shows it.
    """

    __slots__ = ("_held",)

    def __init__(self, service: Service, bridge: Bridge, image: Image) -> None:
        # One attribute is faster to set and to read than three.
        self._held = service, bridge, image

    @property
    def _service(self) -> Service:
        return self._held[0]

    @property
    def _image(self) -> Image:
        return self._held[2]

    @property
    def id(self) -> str:
        """The image's id."""
        return self._image.id

    @property
    def name(self) -> str | None:
        """The image's name."""
        return self._look(lambda image: image.name)

    @property
    def status(self) -> ImageStatus:
        """``queued``, ``saving``, ``active``, ``killed``, ``deleted``, ..."""
        return cast("ImageStatus", self._look(lambda image: image.status))

    @property
    def visibility(self) -> Visibility:
        """``private``, ``shared``, ``community`` or ``public``."""
        return cast("Visibility", self._look(lambda image: image.visibility))

    @property
    def owner(self) -> str | None:
        """Id of the project that owns it."""
        return self._look(lambda image: image.owner)

    @property
    def size(self) -> int | None:
        """Size of its data in bytes; None without data."""
        return self._look(lambda image: image.size)

    @property
    def checksum(self) -> str | None:
        """MD5 of its data as hex; None without data."""
        return self._look(lambda image: image.checksum)

    @property
    def protected(self) -> bool:
        """Whether clients cannot delete it."""
        return self._look(lambda image: image.protected)

    @property
    def tags(self) -> list[str]:
        """Its tags, in order."""
        return self._look(lambda image: list(image.tags))

    @property
    def members(self) -> dict[str, MemberStatus]:
        """The projects that it is shared with, and their statuses: ``{"p2": "accepted"}``."""
        return self._look(lambda image: {key: cast("MemberStatus", one.status)
                                         for key, one in image.members.items()})

    @property
    def data(self) -> bytes | None:
        """Its bytes; None without data."""
        return self._look(self._service.images.data_of)

    @property
    def kill_reason(self) -> str:
        """Why it was killed; empty if it was not."""
        return self._look(lambda image: image.kill_reason)

    @property
    def attributes(self) -> dict[str, object]:
        """All attributes, as a response shows them to the owner."""
        return self._look(self._service.images.view)

    def __getitem__(self, name: str) -> object:
        """Return an attribute as a response shows it, such as ``image["__os_type"]``.

        Raises:
            UsageError: the image does not have the attribute.
        """
        attributes = self.attributes
        if name not in attributes:
            raise unknown(f"attribute of image {self.id}:", name, attributes)
        return attributes[name]

    def activate(self) -> None:
        """Make it ``active`` now, without waiting for its lifecycle. Missing data becomes empty.

        Raises:
            UsageError: the image is killed.
        """
        self._act(self._service.images.activate)

    def kill(self, reason: str = KILLED_BY_TEST) -> None:
        """Make it ``killed`` now: its data is deleted, its record stays. An import fails as the
        service lets it fail, and the image is not ``killed``."""
        self._act(lambda image: self._service.images.kill(image, reason))

    def delete(self) -> None:
        """Delete it, even if it is protected, at once or after ``lifecycle.deleting``. An image in
        ``pending_delete`` is deleted at once."""
        self._act(self._service.images.remove)

    def set(self, /, **attributes: Unpack[ImageAttributes]) -> None:
        """Change attributes in any status.

        Args:
            attributes: as for ``fake.images.add``, except for ``id`` and instants.

        Raises:
            UsageError: an attribute or value is not allowed, or an attribute is misspelt.
        """
        self._act(lambda image: self._service.images.change(image, attributes))

    def show(self, /, **values: Any) -> None:
        """Let responses show other values than the image's own, as other clouds may answer.

        The rest of the response stays live: status, filters, pages and patches work as before,
        with the image's own values. Values of earlier calls stay.

        Args:
            values: any name and any value of JSON: ``show(os_hidden="true", direct_url="rbd://x",
                locations=[])``. ``...`` leaves the attribute out. Without arguments, responses
                show the image's own values again.

        Raises:
            UsageError: a value cannot be written as JSON.
        """
        self._act(lambda image: self._service.images.override(image, values))

    def _look(self, what: Callable[[Image], T]) -> T:
        service, bridge, image = self._held

        def work() -> T:
            service.transitions.settle()
            store = service.store
            if store.get(image.id) not in (image, None) or not store.knows(image.id):
                raise UnknownImageError(f"image {image.id} was removed by reset()")
            return what(image)

        return bridge.run(work)

    def _act(self, what: Callable[[Image], T]) -> T:
        def work(image: Image) -> T:
            if self._service.store.get(image.id) is not image:
                raise UnknownImageError(f"image {image.id} is deleted")
            return what(image)
        return self._look(work)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ImageHandle) and self._image is other._image

    def __hash__(self) -> int:
        return hash(self._image)

    def __repr__(self) -> str:
        image = self._image  # no bridge: a repr must work in every thread and after the end
        return f"<image {image.id} {image.name!r} {image.status}>"


class Images(Handle):
    """``fake.images``: adds images without a client, and finds them.

    Iterate over it (oldest first), or use ``len()`` and ``in`` with an id or a handle.
    """

    _INTERNAL: ClassVar[frozenset[str]] = frozenset({"page"})

    def __init__(self, service: Service, bridge: Bridge) -> None:
        self._service = service
        self._bridge = bridge

    def add(self, /, **attributes: Unpack[NewImage]) -> ImageHandle:
        """Add an image, without the service's policies and lifecycle.

        Args:
            attributes: attributes by their JSON names. The usual ones: ``name``, ``status``
                (default ``active``), ``visibility``, ``owner`` (project id; default
                ``fake.project_id``), ``data`` (bytes), ``members`` (project ids, or project id to
                status: ``{"p2": "accepted"}``), ``tags``, ``disk_format``, ``min_disk`` (GB),
                ``min_ram`` (MB), ``protected``, ``id``, ``created_at`` and ``updated_at`` (seconds
                since the epoch). Vendor attributes and free properties go into ``properties``:
                ``properties={"__os_version": "Ubuntu 22.04 server 64bit", "mine": "x"}``. They
                are also accepted as keywords, if their names do not resemble an attribute.
                ``show={"locations": []}`` is ``image.show(locations=[])``.

        Returns:
            The new image.

        Raises:
            UsageError: an attribute or value is not allowed, or an attribute is misspelt.
        """
        return self._bridge.run(lambda: self._handle(self._service.images.seed(attributes)))

    def __getitem__(self, key: str | ImageHandle) -> ImageHandle:
        """Return the image with this id. Deleted images are not found.

        Raises:
            UnknownImageError: the image does not exist; the message lists the existing images.
        """
        image_id = key.id if isinstance(key, ImageHandle) else key
        service, bridge = self._service, self._bridge

        def work() -> ImageHandle:
            service.transitions.settle()
            image = service.store.get(image_id)
            if image is None:
                raise UnknownImageError(f"no image has the id {image_id!r}; {self._known()}")
            return ImageHandle(service, bridge, image)

        return bridge.run(work)

    def named(self, name: str) -> ImageHandle:
        """Return the image with this name.

        Raises:
            UnknownImageError: the image does not exist; the message lists the existing images.
            UsageError: several images have this name.
        """
        def work() -> ImageHandle:
            found = [image for image in self._all() if image.name == name]
            if not found:
                raise UnknownImageError(f"no image is named {name!r}; {self._known()}")
            if len(found) > 1:
                ids = ", ".join(image.id for image in found)
                raise UsageError(f"{len(found)} images are named {name!r}: {ids}; use an id")
            return self._handle(found[0])

        return self._bridge.run(work)

    def page(self, count: int, marker: str | None = None) -> list[ImageHandle]:
        """Return some images, oldest first. The cost follows their number.

        Args:
            count: how many at most.
            marker: id of the image before the first of them, which may be deleted; None to begin
                with the oldest.

        Raises:
            UnknownImageError: no image has or had that id.
        """
        def work() -> list[ImageHandle]:
            self._service.transitions.settle()
            store = self._service.store
            after = None
            if marker is not None:
                after = store.get(marker) or store.deleted(marker)
                if after is None:
                    raise UnknownImageError(f"no image has the id {marker!r}")
            return [self._handle(image) for image in store.oldest(count, after)]

        return self._bridge.run(work)

    def clear(self) -> None:
        """Delete all images at once, without ``lifecycle.deleting``."""
        def work() -> None:
            store, images = self._service.store, self._service.images
            for image in self._all():
                images.remove(image)
                if store.get(image.id) is image:  # pending_delete: the second call deletes it
                    images.remove(image)

        self._bridge.run(work)

    def __iter__(self) -> Iterator[ImageHandle]:
        return iter(self._bridge.run(lambda: [self._handle(image) for image in self._all()]))

    def __len__(self) -> int:
        def work() -> int:
            self._service.transitions.settle()
            return len(self._service.store)

        return self._bridge.run(work)

    def __bool__(self) -> bool:
        return len(self) > 0

    def __contains__(self, key: object) -> bool:
        image_id = key.id if isinstance(key, ImageHandle) else key
        if not isinstance(image_id, str):
            return False

        def work() -> bool:
            self._service.transitions.settle()
            return self._service.store.get(image_id) is not None

        return self._bridge.run(work)

    def _told(self) -> str:
        images = self._service.store.all()  # no bridge: a repr must work in every thread
        shown = [f"{image.name or image.id} {image.status}" for image in images[:_SHOWN]]
        more = ["…"] if len(images) > _SHOWN else []
        return f"{len(images)}" + (f" ({', '.join(shown + more)})" if shown else "")

    # In the thread that owns the state:

    def _handle(self, image: Image) -> ImageHandle:
        return ImageHandle(self._service, self._bridge, image)

    def _all(self) -> list[Image]:
        self._service.transitions.settle()
        return self._service.store.all()

    def _known(self) -> str:
        images = self._service.store.all()
        if not images:
            return "no images exist"
        listed = ", ".join(f"{image.id} ({image.name!r})" for image in images[-_LISTED:])
        if len(images) > _LISTED:
            return f"the newest of {len(images)}: {listed}"
        return f"existing images: {listed}"
