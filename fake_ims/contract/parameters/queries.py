"""Parameters in queries and paths.

The pages *Querying Images* of both APIs have nearly the same filters. The table of attributes
says how a filter compares an attribute.
"""

from __future__ import annotations

from dataclasses import replace

from ..attributes import BY_NAME, SORT_KEYS
from ..model import Parameter

MAX_MEMBERS_PAGE = 1000
LIST_PAGE = TAGS_PAGE = 500
_MAX_PAGES = 10**9

# Error codes for invalid values of these filters. Invalid values of other filters match nothing.
_REFUSED = {"visibility": "IMG.0001", "protected": "IMG.0001"}


def _by_attribute(name: str) -> Parameter:
    row = BY_NAME[name]
    boolean = "boolean" in row.types
    enum = tuple(value for value in row.otc_enum or () if value is not None)
    return Parameter(name, "boolean" if boolean else "string", enum=enum,
                     invalid=_REFUSED.get(name, ""))


def _filters(*names: str) -> tuple[Parameter, ...]:
    return tuple(_by_attribute(name) for name in names)


_ATTRIBUTES = _filters(
    "__isregistered", "__imagetype", "protected", "visibility", "owner", "id", "status", "name",
    "container_format", "disk_format", "min_ram", "min_disk", "__os_bit", "__platform",
    "__os_type", "__support_kvm", "__support_xen", "__support_largememory",
    "__support_diskintensive", "__support_highperformance", "__support_xen_gpu_type",
    "__support_kvm_gpu_type", "__support_xen_hana", "__support_kvm_infiniband",
)
_OTHERS = (
    Parameter("tag", invalid=""),
    Parameter("member_status", enum=("accepted", "rejected", "pending")),
    *(Parameter(name) for name in ("created_at", "updated_at")),
)
_ORDER = (
    Parameter("marker", invalid="IMG.0144"),
    Parameter("sort_key", enum=SORT_KEYS),
    Parameter("sort_dir", enum=("asc", "desc")),
)
# Only the IMS APIs refuse an unknown type.
IMAGE_TYPE = replace(_by_attribute("__imagetype"), invalid="IMG.0024")
WHOLE_IMAGE = Parameter("__whole_image", "boolean")
PROJECT = Parameter("enterprise_project_id", rule="project", invalid="IMG.0155")
ARCHITECTURE = Parameter("architecture", enum=("x86", "arm"), invalid="IMG.0212", source="client")
FLAVOR = Parameter("flavor_id", invalid="IMG.0192", source="client")
# Filters of the IMS APIs. The rest of the query is read as in the native API.
OWN_FILTERS = (WHOLE_IMAGE, PROJECT, ARCHITECTURE, FLAVOR)
_IMS_FILTERS = (
    *(IMAGE_TYPE if row.name == IMAGE_TYPE.name else row for row in _ATTRIBUTES),
    *_filters("__system__cmkid", "virtual_env_type"), *_OTHERS, *_ORDER, *OWN_FILTERS,
)

IMAGES = (*_ATTRIBUTES, *_OTHERS, *_ORDER, Parameter("limit", "integer", minimum=0))
CLOUDIMAGES = (*_IMS_FILTERS, Parameter("limit", "integer", minimum=0, default=LIST_PAGE))
TAGS_LIMIT = Parameter("limit", "integer", minimum=1, maximum=_MAX_PAGES, default=TAGS_PAGE)
TAGS_NUMBER = Parameter("page", "integer", minimum=1, maximum=_MAX_PAGES, default=1)
TAGS = (*_IMS_FILTERS, TAGS_LIMIT, TAGS_NUMBER)

DETAIL_V1 = (
    *_filters("name", "container_format", "disk_format", "status"),
    Parameter("size_min", "integer"), Parameter("size_max", "integer"),
    Parameter("limit", "integer", minimum=0), Parameter("marker", invalid="IMG.0144"),
    Parameter("changes-since"),
)

# Only in Huawei's own client.
OS_VERSIONS = (Parameter("tag", enum=("x86", "arm", "uefi", "bms"), default="x86",
                         source="client"),)
MEMBERS = (
    Parameter("limit", "integer", minimum=1, maximum=MAX_MEMBERS_PAGE, default=MAX_MEMBERS_PAGE,
              source="client"),
    Parameter("marker", source="client"),
)

# Paths: ``invalid`` is the code for a resource that does not exist or is not the caller's.
PATHS: dict[str, Parameter] = {row.name: row for row in (
    Parameter("image_id", required=True, invalid="IMG.0144"),
    Parameter("project_id", required=True, invalid="IMG.0030"),
    Parameter("job_id", required=True, invalid="IMG.0023"),
    Parameter("member_id", required=True, invalid="IMG.0108"),
    Parameter("key", required=True, invalid="IMG.0115"),
)}
