"""Parameters of the operations that create images: chapter *Image* of the IMS APIs."""

from __future__ import annotations

from ..model import Parameter
from .common import (
    CMK,
    DESCRIPTION,
    ENTERPRISE_PROJECT,
    FIRMWARE,
    IMAGE_TAGS,
    IMAGE_URL,
    MAX_RAM,
    MIN_RAM,
    NAME,
    TAGS,
    VAULT,
)

MAX_DATA_FILES = 3
# Ids of the resources that images are created from; records of fake.world have the same format.
INSTANCE = Parameter("instance_id", required=True, rule="uuid", invalid="IMG.0012",
                     missing="IMG.0012")
VOLUME = Parameter("volume_id", required=True, rule="uuid", invalid="IMG.0120", missing="IMG.0120")
BACKUP = Parameter("backup_id", required=True, rule="uuid", invalid="IMG.0020", missing="IMG.0019")
AGENCY = Parameter("agency_name", required=True)
REGION = Parameter("region", required=True)
_MARKS = (TAGS, IMAGE_TAGS, ENTERPRISE_PROJECT)
_OS_TYPE = Parameter("os_type", enum=("Linux", "Windows", "Other"), invalid="IMG.0122")
_DATA_OS_TYPE = Parameter("os_type", enum=("Linux", "Windows"), default="Linux",
                          invalid="IMG.0122")
_OS_VERSION = Parameter("os_version", rule="os_version", invalid="IMG.0056")
_REQUIRED_OS_VERSION = Parameter("os_version", required=True, rule="os_version",
                                 invalid="IMG.0056", missing="IMG.0056")
_QUICK = Parameter("is_quick_import", "boolean", default=False)
_ARCHITECTURE = Parameter("architecture", enum=("x86", "arm"), default="x86", invalid="IMG.0212")


def _min_disk(minimum: int, maximum: int) -> Parameter:
    return Parameter("min_disk", "integer", required=True, minimum=minimum, maximum=maximum,
                     invalid="IMG.0055", missing="IMG.0055")


def _type(*allowed: str, invalid: str = "IMG.0024") -> Parameter:
    return Parameter("type", enum=allowed, default="ECS", invalid=invalid)


# POST /v2/cloudimages/action: one of four bodies.
CREATE_FROM_SERVER = (
    NAME, DESCRIPTION, INSTANCE,
    *_MARKS, MAX_RAM, MIN_RAM,
)
CREATE_FROM_DISKS = (
    Parameter("data_images", "objects", required=True, min_items=1, items=(
        NAME, VOLUME, DESCRIPTION, TAGS, IMAGE_TAGS,
    )),
    ENTERPRISE_PROJECT,
)
CREATE_FROM_FILE = (
    NAME, DESCRIPTION, _OS_TYPE, _OS_VERSION, IMAGE_URL, _min_disk(1, 1024),
    Parameter("is_config", "boolean", default=False), CMK, *_MARKS,
    _type("ECS", "BMS", "FusionCompute", "IsoImage", "Ironic"), MAX_RAM, MIN_RAM,
    Parameter("data_images", "objects", max_items=MAX_DATA_FILES, invalid="IMG.0194", items=(
        Parameter("name", rule="name"), DESCRIPTION, IMAGE_URL, _min_disk(1, 2048), _QUICK,
        TAGS, IMAGE_TAGS,
    )),
    _QUICK, FIRMWARE, _ARCHITECTURE,
)
CREATE_FROM_VOLUME = (
    NAME, VOLUME, _REQUIRED_OS_VERSION, _type("ECS", "BMS", "FusionCompute", "Ironic"), DESCRIPTION,
    MIN_RAM, MAX_RAM, *_MARKS,
)

# POST /v2/cloudimages/quickimport/action: one of two bodies, selected by "type".
QUICK_SYSTEM_IMAGE = (
    NAME, DESCRIPTION, _REQUIRED_OS_VERSION, IMAGE_URL, _min_disk(1, 1024), *_MARKS,
    _type("ECS", "BMS", invalid="IMG.0117"), _ARCHITECTURE, FIRMWARE,
)
QUICK_DATA_IMAGE = (
    NAME, DESCRIPTION, _DATA_OS_TYPE, IMAGE_URL, _min_disk(1, 1024), *_MARKS,
    Parameter("type", required=True, enum=("DataImage",), invalid="IMG.0024"),
)

DATA_IMAGE = (NAME, DESCRIPTION, _DATA_OS_TYPE, IMAGE_URL, _min_disk(40, 2048), CMK, *_MARKS)

# POST /v1/cloudimages/wholeimages/action: one of two bodies.
WHOLE_FROM_SERVER = (
    NAME, DESCRIPTION, *_MARKS,
    INSTANCE, MAX_RAM, MIN_RAM, VAULT,
)
WHOLE_FROM_BACKUP = (
    NAME, DESCRIPTION, *_MARKS,
    BACKUP, MAX_RAM, MIN_RAM,
    Parameter("whole_image_type", enum=("CSBS", "CBR"), default="CSBS", blank=True,
              invalid="IMG.0021"),
)

REGISTER = (IMAGE_URL,)
EXPORT_FORMATS = ("qcow2", "vhd", "zvhd", "vmdk")
EXPORT = (
    Parameter("bucket_url", required=True, rule="file_url", invalid="IMG.0017",
              missing="IMG.0017"),
    Parameter("file_format", enum=EXPORT_FORMATS, invalid="IMG.0072",
              idle_with=("is_quick_export", True)),
    Parameter("is_quick_export", "boolean", default=False),
)
COPY = (NAME, DESCRIPTION, CMK, ENTERPRISE_PROJECT)
COPY_CROSS_REGION = (
    NAME, DESCRIPTION, AGENCY,
    Parameter("project_name", required=True, missing="IMG.0104"),
    REGION, VAULT,
)
