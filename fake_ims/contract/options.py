"""Glance's configuration options that the fake has, by Glance's own names.

A row says what an option is, its default in each profile, and what it does. ``Options`` holds the
values of one service. Source: a real Glance, asked with each option set (``tests/conformance``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from .model import BOTH, OPENSTACK_ONLY, Profile

Kind = Literal["boolean", "integer", "string", "list"]

#: Values of ``enabled_import_methods``.
IMPORT_METHODS = ("glance-direct", "web-download", "copy-image", "glance-download")
#: Types of stores in ``enabled_backends``, as glance_store names them, with the scheme of their
#: URLs.
STORE_SCHEMES = {"file": "file", "filesystem": "file", "http": "http", "rbd": "rbd",
                 "swift": "swift+config", "s3": "s3", "cinder": "cinder",
                 "vmware": "vsphere"}
#: Values of ``hashing_algorithm``: those of Python's hashlib whose digests have a fixed length and
#: fit into ``os_hash_value``.
ALGORITHMS = ("sha512", "sha256", "sha1", "md5", "sha224", "sha384", "sha3_224", "sha3_256",
              "sha3_384", "sha3_512", "blake2b", "blake2s")


@dataclass(frozen=True, slots=True)
class Option:
    """One configuration option.

    Attributes:
        name: its name in ``glance-api.conf``.
        kind: the type of its value.
        says: what it does.
        otc: its value in profile ``otc``, if a test sets none.
        openstack: the same in profile ``openstack``.
        group: its section of ``glance-api.conf``.
        minimum: the smallest integer.
        maximum: the greatest integer.
        choices: the values of a string, or the items of a list; empty if any is allowed.
        profiles: the profiles in which it makes a difference.
        example: a value, as error texts and lists show it.
    """

    name: str
    kind: Kind
    says: str
    otc: object
    openstack: object
    group: str = "DEFAULT"
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    profiles: frozenset[Profile] = BOTH
    example: object = None

    @property
    def numbers(self) -> str:
        """The integers that it accepts, in words."""
        if self.minimum is None or self.minimum < 0:
            return f"an integer up to {self.maximum}"
        return f"an integer from {self.minimum} to {self.maximum}"

    def default(self, profile: Profile) -> Any:
        """Return its value in a profile, if a test sets none."""
        return self.otc if profile == "otc" else self.openstack


def _quota(what: str, otc: int, openstack: int) -> dict[str, Any]:
    return {"kind": "integer", "otc": otc, "openstack": openstack, "minimum": -(2**31),
            "maximum": 2**31 - 1,
            "says": f"maximum number of {what} of an image; a negative number means no limit"}


OPTIONS: tuple[Option, ...] = (
    Option("require_image_format_match", "boolean",
           "refuse data whose format differs from the image's disk_format", False, True,
           group="image_format"),
    Option("show_multiple_locations", "boolean",
           "show the attribute locations, and let clients change it", False, False),
    Option("show_image_direct_url", "boolean",
           "show the attribute direct_url, the URL of the image's data in its store", False,
           False),
    Option("enabled_import_methods", "list",
           "import methods that clients can use; the order is that of responses", (),
           ("glance-direct", "web-download", "copy-image"), choices=IMPORT_METHODS,
           profiles=OPENSTACK_ONLY, example=("glance-direct", "web-download")),
    Option("image_property_quota", **_quota("properties", 128, 128)),
    Option("image_tag_quota", **_quota("tags", 128, 128)),
    Option("image_member_quota", **_quota("members", 256, 128)),
    Option("image_location_quota", **_quota("locations", 10, 10)),
    Option("limit_param_default", "integer",
           "number of items on a page of a list, if the request gives no limit", 25, 25,
           minimum=1, maximum=2**31 - 1),
    Option("api_limit_max", "integer", "maximum number of items on a page of a list", 1000, 1000,
           minimum=1, maximum=2**31 - 1),
    # Page Uploading an Image: smaller than 128 GB.
    Option("image_size_cap", "integer", "maximum size of an image's data in bytes",
           128 * 2**30 - 1, 2**40, minimum=1, maximum=2**63),
    Option("hashing_algorithm", "string", "algorithm of os_hash_value", "sha512", "sha512",
           choices=ALGORITHMS, profiles=OPENSTACK_ONLY),
    Option("enabled_backends", "list",
           "the stores, each as ID:TYPE; an empty list means one store without an id", (),
           ("file:file",), profiles=OPENSTACK_ONLY, example=("fast:file", "slow:rbd")),
    Option("default_backend", "string",
           "id of the store that data goes to if the request names none; by default the first",
           "", "", group="glance_store", profiles=OPENSTACK_ONLY, example="fast"),
    *(Option(f"{word}_{what}", "list",
             f"{what} from which web-download and imports by task {verb} data{more}", (), value,
             group="import_filtering_opts", profiles=OPENSTACK_ONLY, example=example)
      for what, value, example in (
          ("schemes", ("http", "https"), ("https",)),
          ("hosts", (), ("images.example.org",)),
          ("ports", ("80", "443"), ("443", "8080")))
      for word, verb, value, more in (
          ("allowed", "get", value, "; if empty, all that are not disallowed"),
          ("disallowed", "get no", (), "; ignored if some are allowed"))),
    Option("image_cache_dir", "string",
           "switch on the cache API, if not empty; the fake writes nothing there", "", "",
           profiles=OPENSTACK_ONLY, example="/var/lib/glance/image-cache"),
    Option("delayed_delete", "boolean",
           "keep the data of a deleted image until the scrubber removes it", False, False),
)
BY_NAME: dict[str, Option] = {row.name: row for row in OPTIONS}


@dataclass(frozen=True, slots=True)
class Options:
    """The values of all options of one service, one attribute for each row of ``OPTIONS``.

    ``default_backend`` is the id of a store, or empty if the stores have no ids.
    """

    require_image_format_match: bool
    show_multiple_locations: bool
    show_image_direct_url: bool
    enabled_import_methods: tuple[str, ...]
    image_property_quota: int
    image_tag_quota: int
    image_member_quota: int
    image_location_quota: int
    limit_param_default: int
    api_limit_max: int
    image_size_cap: int
    hashing_algorithm: str
    enabled_backends: tuple[str, ...]
    default_backend: str
    allowed_schemes: tuple[str, ...]
    disallowed_schemes: tuple[str, ...]
    allowed_hosts: tuple[str, ...]
    disallowed_hosts: tuple[str, ...]
    allowed_ports: tuple[str, ...]
    disallowed_ports: tuple[str, ...]
    image_cache_dir: str
    delayed_delete: bool

    @property
    def stores(self) -> tuple[str, ...]:
        """The ids of the stores, in their order; empty without ``enabled_backends``."""
        return tuple(item.partition(":")[0] for item in self.enabled_backends)

    def store_type(self, store: str) -> str:
        """Return the type of the store with this id, such as ``file``."""
        return dict(item.split(":", 1) for item in self.enabled_backends)[store]


def exceeds(number: int, quota: int) -> bool:
    """Return whether a number is above a quota. A negative quota means no limit."""
    return 0 <= quota < number


def options(profile: Profile, given: Mapping[str, Any]) -> Options:
    """Return the options of a service: checked values by name, else the profile's defaults."""
    values = {row.name: row.default(profile) for row in OPTIONS} | dict(given)
    found = values["enabled_backends"]
    if found and not values["default_backend"]:
        values["default_backend"] = found[0].partition(":")[0]
    return Options(**values)


@cache
def defaults(profile: Profile) -> Options:
    """Return the options of a service without settings of a test."""
    return options(profile, {})
