"""Every attribute of an image: types, limits, defaults, who may set it, and its profiles.

Base attributes come from Glance's image schema, in its order; vendor attributes from the chapter
*Image Attributes* and the response tables of the native pages. Request validation,
``/v2/schemas/*``, list filters, sort keys and the PATCH rules derive from this table.
"""

from __future__ import annotations

from functools import cache

from .model import BOTH, OPENSTACK_ONLY, OTC_ONLY, Attribute, Profile

UUID_PATTERN = (
    "^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$"
)
# The database columns of min_disk and min_ram have 32 bits.
MAX_INTEGER = 2**31 - 1
TEXT = ("string",)
TEXT_OR_NULL = ("null", "string")
NUMBER = ("integer",)
NUMBER_OR_NULL = ("null", "integer")

_BASE = (
    Attribute("id", TEXT, "An identifier for the image", pattern=UUID_PATTERN, sortable=True),
    Attribute("name", TEXT_OR_NULL, "Descriptive name for the image", max_length=255,
              sortable=True),
    Attribute(
        "status", TEXT, "Status of the image", read_only=True, sortable=True,
        enum=("queued", "saving", "active", "killed", "deleted", "uploading", "importing",
              "pending_delete", "deactivated"),
        otc_enum=("queued", "saving", "active", "killed", "deleted", "pending_delete"),
    ),
    Attribute(
        "visibility", TEXT, "Scope of image accessibility", default="shared",
        otc_default="private", enum=("community", "public", "private", "shared"),
        otc_enum=("public", "private", "shared"),
    ),
    Attribute("protected", ("boolean",), "If true, image will not be deletable.", default=False,
              otc_default=False),
    Attribute("os_hidden", ("boolean",),
              "If true, image will not appear in default image list response.", default=False,
              profiles=OPENSTACK_ONLY),
    Attribute("checksum", TEXT_OR_NULL, "md5 hash of image contents.", max_length=32,
              read_only=True),
    Attribute("os_hash_algo", TEXT_OR_NULL, "Algorithm to calculate the os_hash_value",
              max_length=64, read_only=True, profiles=OPENSTACK_ONLY),
    Attribute("os_hash_value", TEXT_OR_NULL,
              "Hexdigest of the image contents using the algorithm specified by the os_hash_algo",
              max_length=128, read_only=True, profiles=OPENSTACK_ONLY),
    Attribute("owner", TEXT_OR_NULL, "Owner of the image", max_length=255),
    Attribute("size", NUMBER_OR_NULL, "Size of image file in bytes", read_only=True,
              sortable=True),
    Attribute("virtual_size", NUMBER_OR_NULL, "Virtual size of image in bytes", read_only=True),
    Attribute(
        "container_format", TEXT_OR_NULL, "Format of the container", sortable=True,
        otc_default="bare",
        enum=(None, "ami", "ari", "aki", "bare", "ovf", "ova", "docker", "compressed"),
        otc_enum=("bare",),
    ),
    Attribute(
        "disk_format", TEXT_OR_NULL, "Format of the disk", sortable=True, otc_default="zvhd2",
        enum=(None, "ami", "ari", "aki", "vhd", "vhdx", "vmdk", "raw", "qcow2", "vdi", "iso",
              "ploop"),
        # Older images have zvhd; new images cannot.
        otc_enum=("zvhd2", "vhd", "zvhd", "raw", "qcow2"),
    ),
    Attribute("created_at", TEXT, "Date and time of image registration", read_only=True,
              sortable=True),
    Attribute("updated_at", TEXT, "Date and time of the last image modification", read_only=True,
              sortable=True),
    Attribute("tags", ("array",), "List of strings related to the image", max_length=255,
              filterable=False),
    Attribute("direct_url", TEXT, "URL to access the image file kept in external store",
              read_only=True, filterable=False),
    Attribute("min_ram", NUMBER, "Amount of ram (in MB) required to boot image.", minimum=0,
              maximum=MAX_INTEGER, default=0, otc_default=0),
    Attribute("min_disk", NUMBER, "Amount of disk space (in GB) required to boot image.",
              minimum=0, maximum=MAX_INTEGER, default=0, otc_default=0),
    Attribute("self", TEXT, "An image self url", read_only=True, filterable=False),
    Attribute("file", TEXT, "An image file url", read_only=True, filterable=False),
    Attribute(
        "stores", TEXT,
        "Store in which image data resides.  Only present when the operator has enabled multiple "
        "stores.  May be a comma-separated list of store identifiers.",
        read_only=True, filterable=False, profiles=OPENSTACK_ONLY,
    ),
    Attribute("schema", TEXT, "An image schema url", read_only=True, filterable=False),
    Attribute("locations", ("array",),
              "A set of URLs to access the image file kept in external store", filterable=False),
)

_TRUE_FALSE = ("true", "false")


def _vendor(
    name: str,
    description: str,
    *,
    enum: tuple[str | None, ...] | None = None,
    max_length: int | None = None,
    pattern: str | None = None,
    default: str | None = None,
    read_only: bool = False,
) -> Attribute:
    return Attribute(name, TEXT, description, max_length=max_length, otc_enum=enum,
                     pattern=pattern, otc_default=default, read_only=read_only, base=False,
                     profiles=OTC_ONLY)


def _supports(feature: str, what: str) -> Attribute:
    return _vendor(f"__support_{feature}", f"Whether the image supports {what}.",
                   enum=_TRUE_FALSE)


_VENDOR = (
    _vendor("__os_version", "Release of the operating system.", default="Other Linux(64 bit)"),
    _vendor("__os_type", "Family of the operating system.", read_only=True,
            enum=("Linux", "Windows", "Other")),
    _vendor("__platform", "Platform of the operating system.", read_only=True,
            enum=("Windows", "Ubuntu", "Red Hat", "SUSE", "CentOS", "Debian", "OpenSUSE",
                  "Oracle Linux", "Fedora", "Other", "CoreOS", "EulerOS")),
    _vendor("__os_bit", "Word size of the operating system.", read_only=True, enum=("32", "64")),
    _vendor("__description", "Description: no line breaks, no angle brackets.", max_length=1024,
            pattern=r"^[^<>\r\n]*$"),
    _vendor("__isregistered", "Whether the image can be used; others are not listed.",
            read_only=True, enum=_TRUE_FALSE),
    _vendor("__imagetype", "Public (gold), private or shared.", read_only=True,
            enum=("gold", "private", "shared")),
    _vendor("__image_source_type", "Where the image is stored.", read_only=True, enum=("uds",)),
    _vendor("__image_size", "Size of the image file in bytes.", read_only=True),
    _vendor("__image_location", "Location of the image file.", read_only=True),
    _vendor("__data_origin", "What the image was made from.", read_only=True),
    _vendor("__root_origin", "file for an image made from an uploaded file.", read_only=True),
    _vendor("__originalimagename", "Id of the image that this one was made from.",
            read_only=True),
    _vendor("__backup_id", "Id of the backup that the image was made from.", read_only=True),
    _vendor("__productcode", "Product that the image belongs to.", read_only=True),
    _vendor("__account_code", "Charging identifier.", read_only=True),
    _vendor("__whole_image", "Whether it is a full-ECS image.", read_only=True, enum=_TRUE_FALSE),
    _vendor("__system__cmkid", "Key that the image is encrypted with.", read_only=True),
    _vendor("__lazyloading", "Whether the image can be loaded lazily.", read_only=True,
            enum=("true", "false", "True", "False")),
    _vendor("__sequence_num", "Slot of the system disk."),
    _vendor("__os_feature_list", "Further features, as JSON text."),
    _vendor("__is_config_init", "Whether the initial configuration is done.", enum=_TRUE_FALSE),
    _vendor("__support_agent_list", "Agents in the image, comma-separated."),
    _vendor("virtual_env_type", "Environment that the image is for.", read_only=True,
            enum=("FusionCompute", "Ironic", "DataImage", "IsoImage")),
    _vendor("active_at", "Instant at which the image became active.", read_only=True),
    _vendor("max_ram", "Greatest memory in MB."),
    _vendor("hw_firmware_type", "Boot mode.", enum=("bios", "uefi")),
    _vendor("hw_vif_multiqueue_enabled", "Whether NIC multi-queue is on.", enum=_TRUE_FALSE),
    _vendor("enterprise_project_id", "Enterprise project; 0 for the default one."),
    _supports("kvm", "KVM"),
    _supports("xen", "Xen"),
    _supports("amd", "AMD's x86 architecture"),
    _supports("largememory", "servers with large memory"),
    _supports("diskintensive", "disk-intensive servers"),
    _supports("highperformance", "high-performance servers"),
    _vendor("__support_xen_gpu_type", "GPU on Xen.", enum=("M60_vGPU",)),
    _vendor("__support_kvm_gpu_type", "GPU on KVM.",
            enum=("M60", "V100_vGPU", "P2V_V100", "P100", "V100")),
    _supports("xen_hana", "HANA servers on Xen"),
    _supports("kvm_infiniband", "InfiniBand on KVM"),
    _vendor("__support_fc_inject", "true if Cloud-Init cannot inject a password or key.",
            enum=_TRUE_FALSE),
    _supports("kvm_hi1822_hisriov", "SR-IOV"),
    _supports("kvm_hi1822_hivirtionet", "Virtio-Net"),
)

ATTRIBUTES: tuple[Attribute, ...] = _BASE + _VENDOR
BY_NAME: dict[str, Attribute] = {attribute.name: attribute for attribute in ATTRIBUTES}
BASE_NAMES: frozenset[str] = frozenset(attribute.name for attribute in _BASE)
VENDOR_NAMES: frozenset[str] = frozenset(attribute.name for attribute in _VENDOR)

# Attributes that exclude each other (chapter Image Attributes).
EXCLUDES: dict[str, tuple[str, ...]] = {
    "__support_xen_gpu_type": ("__support_xen", "__support_kvm"),
    "__support_kvm_gpu_type": ("__support_xen", "__support_kvm"),
    "__support_xen_hana": ("__support_xen", "__support_kvm"),
    "__support_kvm_infiniband": ("__support_xen",),
}

# The order of sort keys in Glance's error message.
SORT_KEYS: tuple[str, ...] = ("name", "status", "container_format", "disk_format", "size", "id",
                              "created_at", "updated_at")


def known_to(profile: Profile) -> tuple[Attribute, ...]:
    """Return the attributes of a profile, in the table's order."""
    return tuple(attribute for attribute in ATTRIBUTES if profile in attribute.profiles)


@cache
def base_names(profile: Profile) -> frozenset[str]:
    """Return the names of a profile's first-class attributes."""
    return frozenset(attribute.name for attribute in known_to(profile) if attribute.base)


__all__ = ["ATTRIBUTES", "BASE_NAMES", "BOTH", "BY_NAME", "EXCLUDES", "SORT_KEYS", "VENDOR_NAMES",
           "base_names", "known_to"]
