"""Profile ``otc``: Open Telekom Cloud's IMS, as described in its API reference."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from ..contract.attributes import BY_NAME, EXCLUDES, base_names
from ..contract.errors import ERRORS
from ..contract.model import ErrorCode
from ..contract.model import Profile as ProfileName
from ..contract.options import Options, defaults
from ..contract.os_versions import OTHER_LINUX, guessed, operating_system
from ..contract.parameters.common import VAULT
from ..contract.schema import image_properties
from ..contract.statuses import CODE_OF, STATUSES
from ..contract.validation import Mismatch, check, matches
from ..domain import locations, sharing
from ..domain.clock import isotime
from ..domain.image import is_whole
from ..domain.minimum_sizes import check_memory, check_size
from ..domain.patch import RESERVED, RESERVED_PREFIX
from ..domain.refusal import ImsError, Refused
from ..domain.tag_pairs import MAX_TAG, is_native, is_tag
from .answer import JSON, Answer
from .model import NewImage

if TYPE_CHECKING:
    from ..api.call import Call
    from ..domain.image import Image
    from ..server.state import Service

MAX_NAME = 255
MIN_DISK_RANGE = (1, 1024)
# Chapter Image Attributes: letters, digits, hyphens, periods, underscores and inner spaces.
_NAME = re.compile(r"[A-Za-z0-9._-](?:[A-Za-z0-9._ -]*[A-Za-z0-9._-])?\Z")
# Chapter Image Tag Format.
_KEY = re.compile(r"[A-Za-z0-9_-]+\Z")
_BASE_NAMES = base_names("otc")
_READ_ONLY = frozenset(name for name, row in BY_NAME.items() if row.read_only)
_RESERVED = RESERVED | {"locations"}
_CREATABLE_FORMATS = ("zvhd2", "vhd", "raw", "qcow2")
_VERSIONS = (("v2.2", "CURRENT", "v2"), ("v2.1", "SUPPORTED", "v2"), ("v2.0", "SUPPORTED", "v2"),
             ("v1.1", "DEPRECATED", "v1"), ("v1.0", "DEPRECATED", "v1"))
_TYPES = {"public": "gold", "shared": "shared"}
# Codes for schema mismatches of these attributes. All others have IMG.0001.
_SCHEMA_CODES = {"disk_format": "IMG.0072", "min_disk": "IMG.0055", "min_ram": "IMG.0055",
                 "tags": "IMG.0115", "name": "IMG.0062", "__os_version": "IMG.0056"}


class Otc:
    """The Image Management Service."""

    name: ProfileName = "otc"
    defaults: Mapping[str, object] = {
        row.name: row.otc_default
        for row in BY_NAME.values()
        if row.base and row.otc_default is not None
    }
    has_quota = True
    refuses_bodies = False
    lists_killed = True
    hides_unregistered = True
    offers_next_when_full = False
    measures_disks = False
    verifies_images = False
    kills_aborted_uploads = True
    shares_private_images = True
    takes_signatures = True
    path_encoding = "utf-8"
    domain = ("d78cbac186b744899480f25bd0220001", "OTC00000000001000000001")
    domain_is_implied = True
    # IAM's reference: any token may list the projects and domains of its user, and the catalog.
    opens_own_domain = True
    open_rules = frozenset({"identity:list_projects", "identity:get_project",
                            "identity:list_services", "identity:get_service",
                            "identity:list_endpoints", "identity:get_endpoint"})

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or defaults("otc")

    def route(self, call: Call, segments: list[str]) -> tuple[str, list[str]]:
        """Return the path as it is. A trailing slash after a version is ignored."""
        if len(segments) == 2 and not segments[1]:
            segments = segments[:1]
        return call.method, segments

    def show_version(self, call: Call) -> Answer:
        """Page *Querying an API Version*: one version by id, or all of a major version."""
        asked = call.params["version"]
        chosen = [row for row in self.versions(call.reached_url)["versions"]
                  if row["id"] == asked or row["links"][0]["href"].endswith(f"/{asked}/")]
        if not chosen:
            raise Refused("route.unknown")
        return Answer(300, msgspec.json.encode({"versions": chosen}), JSON)

    def new_image(self, document: object) -> NewImage:
        """Read the body of a create request (page *Creating Image Metadata*)."""
        if not isinstance(document, dict):
            raise Refused("body.type")
        for name in document:
            if name in _READ_ONLY:
                raise Refused("image.read_only", name=name)
            if name in _RESERVED or name.startswith(RESERVED_PREFIX):
                raise Refused("image.reserved", name=name)
        try:
            check(document, image_properties("otc"))
        except Mismatch as mismatch:
            raise Refused("image.schema", reason=mismatch.reason,
                          attribute=mismatch.path[0]) from None
        attributes = {**self.defaults,
                      **{name: value for name, value in document.items() if name in _BASE_NAMES}}
        properties = {name: value for name, value in document.items() if name not in _BASE_NAMES}
        if attributes["visibility"] != "private":
            raise ImsError("IMG.0001", message="When image metadata is created, visibility can "
                           "only be private.")
        if attributes["disk_format"] not in _CREATABLE_FORMATS:
            raise ImsError("IMG.0072")
        if "name" in document:
            check_name(attributes["name"])
        for name in ("min_disk", "min_ram"):
            check_size(name, attributes[name])
        check_min_disk(attributes["min_disk"])
        tags = list(attributes.pop("tags", ()))
        if not all(map(is_native, tags)):
            raise ImsError("IMG.0115")
        for name in properties:
            if len(name) > 255:
                raise Refused("image.property_name")
        check_memory(attributes["min_ram"], properties.get("max_ram"))
        self.check_properties(properties)
        return NewImage(attributes, properties, tags)

    def check_new_image(self, new: NewImage) -> None:
        """Do nothing: format is checked before permissions, so everything has been checked."""

    def adorn(self, image: Image) -> None:
        """Set the attributes that the service derives for a new image."""
        properties = image.properties
        properties["__image_source_type"] = "uds"
        properties["__image_size"] = "0"
        properties["__isregistered"] = "true"
        properties["virtual_env_type"] = "FusionCompute"
        self.derive(image)

    def derive(self, image: Image, known_version: str | None = None) -> None:
        """Derive attributes from ``__os_version`` and the visibility.

        An unchanged version changes nothing: an image imported with a type and without a version
        keeps its type.
        """
        version = image.properties.setdefault("__os_version", OTHER_LINUX)
        system = None if version == known_version else guessed(version)
        if system is not None:
            image.properties["__os_type"] = system.os_type
            image.properties["__platform"] = system.platform
            image.properties["__os_bit"] = system.os_bit
        image.properties["__imagetype"] = _TYPES.get(image.visibility, "private")

    def activated(self, image: Image, now: float) -> None:
        """Record size, time and origin of an image that has become active."""
        image.properties["__image_size"] = str(image.size or 0)
        image.properties.setdefault("__root_origin", "file")
        image.properties["active_at"] = isotime(now)

    def emptied(self, image: Image) -> None:
        """Remove attributes that described the data."""
        image.properties["__image_size"] = "0"
        for name in ("__root_origin", "active_at"):
            image.properties.pop(name, None)

    def check_properties(self, properties: Mapping[str, str]) -> None:
        """Check vendor attributes: their values, and that they do not exclude each other."""
        for name, value in properties.items():
            row = BY_NAME.get(name)
            if row is None:
                continue
            if name == "__os_version" and operating_system(value) is None:
                raise ImsError("IMG.0056")
            if name == "__description":
                if row.max_length is not None and len(value) > row.max_length:
                    raise ImsError("IMG.0004")
                if row.pattern is not None and not matches(row.pattern, value):
                    raise ImsError("IMG.0054")
            if row.otc_enum is not None and value not in row.otc_enum:
                if name == "hw_firmware_type":
                    raise ImsError("IMG.0141")
                allowed = ", ".join(str(item) for item in row.otc_enum)
                raise ImsError("IMG.0001", message=f"{name} must be one of: {allowed}.")
        for name, others in EXCLUDES.items():
            for other in others:
                if name in properties and other in properties:
                    raise ImsError("IMG.0035", message=f"{name} cannot co-exist with {other}.")

    def check_change(
        self, attributes: Mapping[str, object], properties: Mapping[str, str]
    ) -> None:
        """Check the limits of a create request. Data disk images must stay private."""
        if "name" in attributes:
            check_name(attributes["name"])
        check_min_disk(attributes.get("min_disk"))
        check_memory(attributes.get("min_ram"), properties.get("max_ram"))
        if (attributes.get("visibility") == "public"
                and properties.get("virtual_env_type") == "DataImage"):
            raise ImsError("IMG.0125")
        tags = attributes.get("tags")
        if isinstance(tags, list) and not all(map(is_tag, tags)):
            raise ImsError("IMG.0115")
        self.check_properties(properties)

    def check_tag(self, tag: str) -> None:
        """Page *Adding a Tag*: "this API can only be used to add a tag key"."""
        if len(tag) > MAX_TAG or not _KEY.match(tag):
            raise ImsError("IMG.0115")

    def tag_forms(self, tag: str) -> tuple[str, ...]:
        """Return the tag and, as *Querying Images* says, its older form ``key.value``."""
        return (tag, tag.replace("=", ".", 1)) if "=" in tag else (tag,)

    def check_new_member(self, service: Service, image: Image, project_id: str) -> None:
        """Check the rules of sharing, and the number of members of a full-ECS image."""
        sharing.check_new_member(service, image, project_id)
        count = len(image.members)
        if is_whole(image) and count >= sharing.WHOLE_IMAGE_MEMBERS:
            raise Refused("member.too_many", image_id=image.id, attempted=count + 1,
                          maximum=sharing.WHOLE_IMAGE_MEMBERS)

    def check_acceptance(
        self, service: Service, image: Image, status: object, vault_id: object
    ) -> None:
        """Check the rules of accepting a shared image."""
        from ..domain.ims.reading import read  # few requests need it

        vault: str | None = read((VAULT,), {"vault_id": vault_id})["vault_id"]
        sharing.check_acceptance(service, [image], status, vault)

    def view(self, image: Image, admin: bool = False) -> dict[str, object]:
        """Return the image as JSON has it, the same for everybody, without unknown values."""
        path = f"/v2/images/{image.id}"
        document: dict[str, object] = {
            "schema": "/v2/schemas/image",
            "min_disk": int(image.min_disk),  # JSON may have it as 100.0
            "created_at": isotime(image.created_at),
            "container_format": image.container_format,
            "file": f"{path}/file",
            "updated_at": isotime(image.updated_at),
            "protected": image.protected,
            "id": image.id,
            "min_ram": int(image.min_ram),
            "owner": image.owner,
            "visibility": image.visibility,
            "tags": list(image.tags),
            "name": image.name or "",
            "self": path,
            "disk_format": image.disk_format,
            "status": image.status,
            **locations.shown(image, self.options, admin),
            **image.properties,
        }
        if image.owner is None:
            del document["owner"]
        if image.data is not None and image.status not in ("saving", "importing"):
            document["checksum"] = image.checksum
            document["size"] = image.size
            document["virtual_size"] = image.virtual_size
        return document

    def locations(self, image: Image) -> list[dict[str, Any]]:
        """Return the locations of an image's data."""
        return locations.of(image, self.options)

    def create_headers(self, image: Image, base_url: str) -> dict[str, str]:
        """Return the image's URL."""
        return {"Location": f"{base_url}/v2/images/{image.id}"}

    def refuse(self, call: Call, refused: Refused) -> Answer:
        """Return the reference's error body, with the service's code and Glance's message."""
        row = refused.row
        text, code = refused.text, row.code
        if row.key == "image.schema":
            own = _SCHEMA_CODES.get(str(refused.arguments["attribute"]))
            reason = str(refused.arguments["reason"]).split("\n", 1)[0]
            code, text = (own, ERRORS[own].message) if own else (code, reason)
        if row.status == 405:
            text = f"The method {call.method} is not allowed for this resource."
        answer = _answer(row.status, code, text or ERRORS[code].message)
        answer.headers.update(refused.headers)
        return answer

    def error(self, call: Call, error: ImsError) -> Answer:
        """Return the reference's error body."""
        return _answer(error.status, error.code, error.message)

    def fault_answer(self, call: Call, status: int, error: ErrorCode | None) -> Answer:
        """Return the reference's error body, with a code that has the status."""
        if error is not None:
            return _answer(status, error.code, error.message)
        return _answer(status, CODE_OF[status], STATUSES[status][1] or STATUSES[status][0])

    def versions(self, base_url: str) -> dict[str, list[dict[str, Any]]]:
        """Return the version list of the page *Querying API Versions*."""
        return {"versions": [
            {"id": number, "status": status,
             "links": [{"rel": "self", "href": f"{base_url}/{path}/"}]}
            for number, status, path in _VERSIONS
        ]}


def _answer(status: int, code: str, message: str) -> Answer:
    body = msgspec.json.encode({"error": {"message": message, "code": code}})
    return Answer(status, body, JSON)


def check_name(name: object) -> None:
    """Check an image's name (chapter *Image Attributes*; 255 characters by the create page).

    Raises:
        ImsError: ``IMG.0062`` (length) or ``IMG.0003`` (characters).
    """
    if not isinstance(name, str) or not 1 <= len(name) <= MAX_NAME:
        raise ImsError("IMG.0062")
    if not _NAME.match(name):
        raise ImsError("IMG.0003")


def check_min_disk(value: object) -> None:
    """Check ``min_disk``: 1 to 1,024 GB. 0, which clients send for "not set", is the default.

    Raises:
        ImsError: ``IMG.0055``.
    """
    if value and not MIN_DISK_RANGE[0] <= int(str(value).partition(".")[0]) <= MIN_DISK_RANGE[1]:
        raise ImsError("IMG.0055")


OTC = Otc()
