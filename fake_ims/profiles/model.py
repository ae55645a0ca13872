"""The interface of a profile: limits as data, and the few functions in which services differ."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ..contract.model import ErrorCode
from ..contract.model import Profile as ProfileName

if TYPE_CHECKING:
    from ..api.call import Call
    from ..contract.options import Options
    from ..domain.image import Image
    from ..domain.refusal import ImsError, Refused
    from ..server.state import Service
    from .answer import Answer


@dataclass(frozen=True, slots=True)
class NewImage:
    """The checked body of a create request, with defaults."""

    attributes: dict[str, Any]
    properties: dict[str, str]
    tags: list[str]  # as sent, equal ones too


class Profile(Hashable, Protocol):
    """A service that the fake can play.

    Attributes:
        name: ``otc`` or ``openstack``.
        options: the values of Glance's options.
        defaults: base attributes of a new image.
        has_quota: whether the number of a project's images is limited (``World.quota``).
        refuses_bodies: whether an unexpected request body is an error.
        lists_killed: whether lists show killed images.
        hides_unregistered: whether lists show images with ``__isregistered`` ``false`` to admins
            only.
        offers_next_when_full: whether a full page links to the next one, even if that is empty.
        verifies_images: whether the signature of an image's data is verified.
        measures_disks: whether an upload sets ``virtual_size``, also if any format is accepted.
        kills_aborted_uploads: whether an incomplete upload kills the image.
        shares_private_images: whether adding a member to a private image shares it.
        takes_signatures: whether it has an API gateway that accepts requests signed with AK/SK.
        path_encoding: encoding of percent-encoded bytes in a path.
        domain: id and name of the default domain.
        domain_is_implied: whether a log-in may name a project without a domain, to mean the
            user's domain.
        opens_own_domain: whether each user gets a token of their domain, even without roles.
        open_rules: identity operations that every user may call for themselves, although Keystone
            requires an admin.
    """

    name: ProfileName
    options: Options
    defaults: Mapping[str, object]
    has_quota: bool
    refuses_bodies: bool
    lists_killed: bool
    hides_unregistered: bool
    offers_next_when_full: bool
    measures_disks: bool
    verifies_images: bool
    kills_aborted_uploads: bool
    shares_private_images: bool
    takes_signatures: bool
    path_encoding: str
    domain: tuple[str, str]
    domain_is_implied: bool
    opens_own_domain: bool
    open_rules: frozenset[str]

    def route(self, call: Call, segments: list[str]) -> tuple[str, list[str]]:
        """Return the method, and the segments of a path in the form of the contract."""

    def show_version(self, call: Call) -> Answer:
        """Return the response to ``GET /{version}``.

        Raises:
            Refused: the version does not exist.
        """

    def new_image(self, document: object) -> NewImage:
        """Read the body of a create request.

        Raises:
            Refused, ImsError: the body breaks a rule.
        """

    def check_new_image(self, new: NewImage) -> None:
        """Make the checks that follow the check of permissions.

        Raises:
            Refused, ImsError: the body breaks a rule.
        """

    def adorn(self, image: Image) -> None:
        """Set the attributes that the service derives for a new image."""

    def derive(self, image: Image, known_version: str | None = None) -> None:
        """Derive those attributes again after a change.

        Args:
            image: the image.
            known_version: its previous ``__os_version``; None for a new image.
        """

    def activated(self, image: Image, now: float) -> None:
        """Update an image that has become active."""

    def emptied(self, image: Image) -> None:
        """Update an image that has lost its data."""

    def check_properties(self, properties: Mapping[str, str]) -> None:
        """Check vendor attributes.

        Raises:
            ImsError: an attribute is invalid.
        """

    def check_change(
        self, attributes: Mapping[str, object], properties: Mapping[str, str]
    ) -> None:
        """Check the result of a patch: the attributes that it sets, and all properties.

        Raises:
            Refused, ImsError: the result breaks a rule.
        """

    def check_tag(self, tag: str) -> None:
        """Check a tag of the path.

        Raises:
            Refused, ImsError: the tag is invalid.
        """

    def tag_forms(self, tag: str) -> tuple[str, ...]:
        """Return the tags of images that a filter by this tag matches."""

    def check_new_member(self, service: Service, image: Image, project_id: str) -> None:
        """Check that an image may be shared with a project.

        Raises:
            Refused, ImsError: sharing is not allowed.
        """

    def check_acceptance(
        self, service: Service, image: Image, status: object, vault_id: object
    ) -> None:
        """Check that a member may set its status.

        Raises:
            ImsError: accepting is not allowed.
        """

    def view(self, image: Image, admin: bool = False) -> dict[str, object]:
        """Return the image as a response shows it, to an admin or to others."""

    def locations(self, image: Image) -> list[dict[str, Any]]:
        """Return the locations of an image's data, as ``GET /v2/images/{id}/locations`` does."""

    def create_headers(self, image: Image, base_url: str) -> dict[str, str]:
        """Return headers of the response to a create request."""

    def refuse(self, call: Call, refused: Refused) -> Answer:
        """Return the error response for a row of ``contract.refusals``."""

    def error(self, call: Call, error: ImsError) -> Answer:
        """Return the error response for an IMS error code."""

    def fault_answer(self, call: Call, status: int, error: ErrorCode | None) -> Answer:
        """Return the error response that a fault asks for."""

    def versions(self, base_url: str) -> dict[str, list[dict[str, Any]]]:
        """Return the version list."""
