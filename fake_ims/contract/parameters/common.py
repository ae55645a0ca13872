"""Parameters that several operations have."""

from __future__ import annotations

from ..model import Parameter

MAX_NAME = 128
MAX_DESCRIPTION = 1024
MAX_TAG_KEY = 36
MAX_TAG_VALUE = 43
MAX_IMAGE_TAGS = 10

NAME = Parameter("name", required=True, rule="name", missing="IMG.0013")
DESCRIPTION = Parameter("description", rule="description", default="")
TAGS = Parameter("tags", "strings", max_items=MAX_IMAGE_TAGS, rule="tag", invalid="IMG.0115")
KEY = Parameter("key", required=True, rule="tag_key", invalid="IMG.0115", missing="IMG.0115")
VALUE = Parameter("value", required=True, rule="tag_value", invalid="IMG.0115",
                  missing="IMG.0115")
IMAGE_TAGS = Parameter("image_tags", "objects", max_items=MAX_IMAGE_TAGS, items=(KEY, VALUE),
                       invalid="IMG.0115")
ENTERPRISE_PROJECT = Parameter("enterprise_project_id", rule="project", invalid="IMG.0155")
MAX_RAM = Parameter("max_ram", "integer", minimum=0, maximum=2**31 - 1, invalid="IMG.0055")
MIN_RAM = Parameter("min_ram", "integer", minimum=0, maximum=2**31 - 1, default=0,
                    invalid="IMG.0055")
CMK = Parameter("cmk_id", invalid="IMG.0095")
FIRMWARE = Parameter("hw_firmware_type", enum=("bios", "uefi"), invalid="IMG.0141")
IMAGE_URL = Parameter("image_url", required=True, rule="file_url", invalid="IMG.0017",
                      missing="IMG.0017")
VAULT = Parameter("vault_id")
