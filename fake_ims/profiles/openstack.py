"""Profile ``openstack``: plain Glance v2, as a current release responds (source: a real one)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..contract.attributes import BASE_NAMES
from ..contract.model import ErrorCode
from ..contract.model import Profile as ProfileName
from ..contract.options import Options, defaults
from ..contract.schema import image_properties
from ..contract.statuses import STATUSES
from ..contract.validation import Mismatch, check
from ..domain import locations
from ..domain.clock import isotime
from ..domain.minimum_sizes import check_size
from ..domain.patch import RESERVED, RESERVED_PREFIX
from ..domain.refusal import ImsError, Refused
from .answer import Answer
from .glance_errors import render
from .model import NewImage

if TYPE_CHECKING:
    from ..api.call import Call
    from ..domain.image import Image
    from ..server.state import Service

# Glance refuses these before all others, and the remaining ones last.
_READ_ONLY_FIRST = ("direct_url", "self", "file", "schema", "stores")
_READ_ONLY_LAST = ("created_at", "updated_at", "status", "checksum", "size", "virtual_size")
_IGNORED = ("os_hash_algo", "os_hash_value")
_MEDIA_TYPE = "application/vnd.openstack.images-"


class OpenStack:
    """Glance: by default with one store."""

    name: ProfileName = "openstack"
    defaults: Mapping[str, object] = {}
    has_quota = False
    refuses_bodies = True
    lists_killed = False
    hides_unregistered = False
    offers_next_when_full = True
    measures_disks = True
    verifies_images = True
    kills_aborted_uploads = False
    shares_private_images = False
    takes_signatures = False
    # A WSGI server decodes paths as Latin-1, and Glance does not change that.
    path_encoding = "latin-1"
    domain = ("default", "Default")
    domain_is_implied = False
    opens_own_domain = False
    open_rules: frozenset[str] = frozenset()

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or defaults("openstack")
        self._versions = _versions(self.options)
        self._prefixes = frozenset({"v2", *(f"v{number}" for number in self._versions)})

    def route(self, call: Call, segments: list[str]) -> tuple[str, list[str]]:
        """Map every 2.x prefix to v2. An unknown prefix gives the version list."""
        if segments == ["healthcheck"]:
            return "GET", segments
        while len(segments) > 1 and not segments[0]:
            segments = segments[1:]
        if segments[0] == "versions":
            return "GET", ["versions"]
        if call.method == "OPTIONS":
            return "OPTIONS", [""]
        accept = call.headers.get("Accept", "")
        if accept.startswith(_MEDIA_TYPE):
            segments = [accept[len(_MEDIA_TYPE):], *segments]
        if segments[0] not in self._prefixes:
            return "GET", [""]
        if len(segments) == 1:
            return "GET", ["v2"]
        # Adjacent slashes count as one, except at the end.
        inner = [segment for segment in segments[1:-1] if segment]
        return call.method, ["v2", *inner, segments[-1]]

    def show_version(self, call: Call) -> Answer:
        """Redirect ``/v2`` to ``/v2/``, for requests with a token."""
        call.service.tokens.identify(call.headers.get("X-Auth-Token"), call.service.clock.now())
        return Answer(302, content_type="text/plain; charset=utf8",
                      headers={"Location": f"{call.reached_url}/v2/"})

    def new_image(self, document: object) -> NewImage:
        """Read the body of a create request, in the order of Glance's checks."""
        if not isinstance(document, dict):
            # A real Glance fails with 500 here (docs/decisions.md).
            raise Refused("body.type")
        for name in _READ_ONLY_FIRST:
            if name in document:
                raise Refused("image.read_only", name=name)
        try:
            check(document, image_properties("openstack"))
        except Mismatch as mismatch:
            raise Refused("image.schema", reason=mismatch.reason) from None
        attributes = {name: value for name, value in document.items()
                      if name in BASE_NAMES and name not in _IGNORED}
        tags = list(attributes.pop("tags", ()))
        properties = {name: value for name, value in document.items() if name not in BASE_NAMES}
        for name in properties:
            if len(name) > 255:
                raise Refused("image.property_name")
            if name in RESERVED or name.startswith(RESERVED_PREFIX):
                raise Refused("image.reserved_at_create", name=name)
        return NewImage(attributes, properties, tags)

    def check_new_image(self, new: NewImage) -> None:
        """Make the checks that Glance makes after the check of permissions."""
        for name in _READ_ONLY_LAST:
            if name in new.attributes:
                raise Refused("image.read_only", name=name)
        if "locations" in new.attributes:
            raise Refused("image.reserved", name="locations")
        for name in ("min_disk", "min_ram"):
            check_size(name, new.attributes.get(name))
        self.check_change({**new.attributes, "tags": new.tags}, new.properties)

    def adorn(self, image: Image) -> None:
        """Do nothing: Glance derives no attributes."""

    def derive(self, image: Image, known_version: str | None = None) -> None:
        """Do nothing: Glance derives no attributes."""

    def activated(self, image: Image, now: float) -> None:
        """Do nothing: Glance sets no attributes."""

    def emptied(self, image: Image) -> None:
        """Do nothing: Glance sets no attributes."""

    def check_properties(self, properties: Mapping[str, str]) -> None:
        """Accept any property."""

    def check_change(
        self, attributes: Mapping[str, object], properties: Mapping[str, str]
    ) -> None:
        """Refuse characters beyond the basic plane, which Glance's database cannot store."""
        for attribute in ("name", "owner"):
            text = attributes.get(attribute)
            if isinstance(text, str) and _four_bytes(text):
                raise Refused("image.four_bytes", what=attribute.title())
        tags = attributes.get("tags")
        if isinstance(tags, list) and any(_four_bytes(tag) for tag in tags):
            raise Refused("image.four_bytes_value")
        for key, value in properties.items():
            if _four_bytes(key):
                raise Refused("image.four_bytes_name")
            if _four_bytes(value):
                raise Refused("image.four_bytes", what=key.title())

    def check_tag(self, tag: str) -> None:
        """Check that a tag has at most 255 characters."""
        try:
            check({"tags": [tag]}, image_properties("openstack"))
        except Mismatch as mismatch:
            raise Refused("image.schema", reason=mismatch.reason) from None

    def tag_forms(self, tag: str) -> tuple[str, ...]:
        """Return the tag itself."""
        return (tag,)

    def check_new_member(self, service: Service, image: Image, project_id: str) -> None:
        """Check that the database can store the project id."""
        if _four_bytes(project_id):
            raise Refused("image.four_bytes", what="Member")

    def check_acceptance(
        self, service: Service, image: Image, status: object, vault_id: object
    ) -> None:
        """Do nothing: Glance has no such rules."""

    def view(self, image: Image, admin: bool = False) -> dict[str, object]:
        """Return the image as JSON has it: properties, then the base attributes."""
        path = f"/v2/images/{image.id}"
        # Glance knows nothing of the data before all of it is stored.
        known = image.status != "saving"
        document: dict[str, object] = {
            **image.properties,
            "name": image.name,
            "disk_format": image.disk_format,
            "container_format": image.container_format,
            "visibility": image.visibility,
            "size": image.size if known else None,
            "virtual_size": image.virtual_size if known else None,
            "status": image.status,
            "checksum": image.checksum if known else None,
            "protected": image.protected,
            "min_ram": image.min_ram,
            "min_disk": image.min_disk,
            "owner": image.owner,
            "os_hidden": image.os_hidden,
            "os_hash_algo": image.os_hash_algo if known else None,
            "os_hash_value": image.os_hash_value if known else None,
            "id": image.id,
            "created_at": isotime(image.created_at),
            "updated_at": isotime(image.updated_at),
            **locations.shown(image, self.options, admin),
            "tags": list(image.tags),
            "self": path,
            "file": f"{path}/file",
            "schema": "/v2/schemas/image",
        }
        if known and image.stores and (admin or image.status != "deactivated"):
            document["stores"] = ",".join(image.stores)
        return document

    def locations(self, image: Image) -> list[dict[str, Any]]:
        """Return the locations of an image's data."""
        return locations.of(image, self.options)

    def create_headers(self, image: Image, base_url: str) -> dict[str, str]:
        """Return the image's URL, the import methods and the stores."""
        headers = {"Location": f"{base_url}/v2/images/{image.id}"}
        if self.options.enabled_import_methods:
            headers["OpenStack-image-import-methods"] = ",".join(
                self.options.enabled_import_methods)
        if self.options.stores:
            headers["OpenStack-image-store-ids"] = ",".join(self.options.stores)
        return headers

    def refuse(self, call: Call, refused: Refused) -> Answer:
        """Return Glance's error body, in the format of ``Accept``."""
        row = refused.row
        explanation, detail = refused.text, ""
        if row.detail or row.status == 415:
            explanation, detail = STATUSES[row.status][1], refused.text
        answer = render(row.status, explanation, detail, accept=call.headers.get("Accept"),
                        method=call.method, media_type=call.headers.get("Content-Type"))
        answer.headers.update(refused.headers)
        if row.status == 401:
            answer.headers["WWW-Authenticate"] = f'Keystone uri="{call.mount_url}/v3"'
        return answer

    def error(self, call: Call, error: ImsError) -> Answer:
        """Return an IMS error code in Glance's format."""
        return render(error.status, error.message, accept=call.headers.get("Accept"),
                      method=call.method)

    def fault_answer(self, call: Call, status: int, error: ErrorCode | None) -> Answer:
        """Return Glance's default error body for the status."""
        explanation = error.message if error else STATUSES[status][1]
        return render(status, explanation, accept=call.headers.get("Accept"), method=call.method,
                      media_type=call.headers.get("Content-Type"))

    def versions(self, base_url: str) -> dict[str, list[dict[str, Any]]]:
        """Return the version list."""
        newest = max(self._versions, key=lambda number: int(number[2:]))
        return {"versions": [
            {"id": f"v{number}", "status": "CURRENT" if number == newest else "SUPPORTED",
             "links": [{"rel": "self", "href": f"{base_url}/v2/"}]}
            for number in self._versions
        ]}


def _versions(options: Options) -> list[str]:
    """The versions of the API, in Glance's order. Stores and the cache have versions of their own.
    """
    cached, stores = options.image_cache_dir, options.stores
    minor = [18, 17, 16, 15, 14] if cached else [15]
    minor += [13, 12, 11, 10, 9, 8] if stores else [9]
    minor += [] if cached else [17]
    return [f"2.{number}" for number in (*minor, 7, 6, 5, 4, 3, 2, 1, 0)]


def _four_bytes(text: str) -> bool:
    return not text.isascii() and max(text) > "\uffff"
