"""What a profile is: limits as data, and the few functions in which services differ."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ..contract.model import ErrorCode
from ..contract.model import Profile as ProfileName

if TYPE_CHECKING:
    from ..api.call import Call
    from ..domain.image import Image
    from ..domain.refusal import ImsError, Refused
    from .answer import Answer


@dataclass(frozen=True, slots=True)
class NewImage:
    """An image as a create request describes it, checked and with defaults."""

    attributes: dict[str, Any]
    properties: dict[str, str]
    tags: list[str]


class Profile(Hashable, Protocol):
    """A service that the fake can be.

    Attributes:
        name: ``otc`` or ``openstack``.
        page_size: images on a page, unless the client asks for another number.
        max_page: the greatest number of images on a page.
        defaults: base attributes of a new image.
        stores: names of the stores that images lie in; empty if the service shows none.
        import_methods: names of the ways to import; empty if the service has none.
        max_tags: of an image.
        max_properties: of an image.
        max_members: of an image.
        has_quota: whether a project may have only so many images (``World.quota``).
        max_upload: greatest size of an image's data, in bytes.
        refuses_bodies: whether a body where none belongs is an error.
        lists_killed: whether lists show killed images.
        hides_unregistered: whether lists show images with ``__isregistered`` ``false`` to admins
            only.
        offers_next_when_full: whether a full page names a next one, even if that is empty.
        checks_format: whether the bytes of an upload must be of the image's format.
        kills_aborted_uploads: whether an image whose upload broke off is killed.
        shares_private_images: whether adding a member to a private image shares it.
        takes_signatures: whether a gateway in front of it reads requests signed with AK/SK.
        path_encoding: how percent-encoded bytes of a path are read.
        domain: id and name of the default people's domain.
        domain_is_implied: whether a project that a log-in names without a domain is the user's
            domain's.
        open_rules: what identity lets everybody do for himself, where Keystone asks for an admin.
    """

    name: ProfileName
    page_size: int
    max_page: int
    defaults: Mapping[str, object]
    stores: tuple[str, ...]
    import_methods: tuple[str, ...]
    max_tags: int
    max_properties: int
    max_members: int
    has_quota: bool
    max_upload: int
    refuses_bodies: bool
    lists_killed: bool
    hides_unregistered: bool
    offers_next_when_full: bool
    checks_format: bool
    kills_aborted_uploads: bool
    shares_private_images: bool
    takes_signatures: bool
    path_encoding: str
    domain: tuple[str, str]
    domain_is_implied: bool
    open_rules: frozenset[str]

    def route(self, call: Call, segments: list[str]) -> tuple[str, list[str]]:
        """The method and the segments of a path as the contract writes them."""

    def show_version(self, call: Call) -> Answer:
        """The answer of ``GET /{version}``.

        Raises:
            Refused: there is no such version.
        """

    def new_image(self, document: object) -> NewImage:
        """Read the body of a create request.

        Raises:
            Refused, ImsError: it breaks a rule.
        """

    def check_new_image(self, new: NewImage) -> None:
        """Check what is checked only of a caller who may create the image.

        Raises:
            Refused, ImsError: it breaks a rule.
        """

    def adorn(self, image: Image) -> None:
        """Give a new image the attributes that the service derives."""

    def derive(self, image: Image, known_version: str | None = None) -> None:
        """Derive those attributes anew after a change.

        Args:
            image: the image.
            known_version: the ``__os_version`` that it had before; None for a new image.
        """

    def activated(self, image: Image, now: float) -> None:
        """An image has become active."""

    def emptied(self, image: Image) -> None:
        """An image has lost its data."""

    def check_properties(self, properties: Mapping[str, str]) -> None:
        """Check vendor attributes.

        Raises:
            ImsError: one of them cannot be.
        """

    def check_change(
        self, attributes: Mapping[str, object], properties: Mapping[str, str]
    ) -> None:
        """Check what a patch would make of an image: the attributes it sets, all properties.

        Raises:
            Refused, ImsError: it breaks a rule.
        """

    def check_tag(self, tag: str) -> None:
        """Check a tag of the path.

        Raises:
            Refused, ImsError: it cannot be.
        """

    def tag_forms(self, tag: str) -> tuple[str, ...]:
        """The tags of images that a filter by this tag finds."""

    def check_new_member(self, image: Image, project_id: str) -> None:
        """Check whether an image may be shared with a project.

        Raises:
            ImsError: it may not.
        """

    def view(self, image: Image, admin: bool = False) -> dict[str, object]:
        """The image as JSON shows it, to an admin or to others."""

    def create_headers(self, image: Image, base_url: str) -> dict[str, str]:
        """Headers of the answer to a create request."""

    def refuse(self, call: Call, refused: Refused) -> Answer:
        """The answer that says no, by a row of ``contract.refusals``."""

    def error(self, call: Call, error: ImsError) -> Answer:
        """The answer that says no, by an IMS error code."""

    def fault_answer(self, call: Call, status: int, error: ErrorCode | None) -> Answer:
        """The answer of an injected failure."""

    def versions(self, base_url: str) -> dict[str, list[dict[str, Any]]]:
        """The version list."""
