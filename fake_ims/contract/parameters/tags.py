"""Parameters of the operations on tags: chapter *Image Tagging* of the IMS APIs."""

from __future__ import annotations

from ..model import Parameter
from .common import KEY, MAX_IMAGE_TAGS, VALUE

MAX_KEYS = MAX_VALUES = 10
MAX_QUERIED_KEY, MAX_QUERIED_VALUE = 128, 255
MAX_DELETED_KEY, MAX_DELETED_VALUE = 127, 255
MAX_LIMIT = 1000

_IMAGE_ID = Parameter("image_id", required=True, rule="uuid", invalid="IMG.0066",
                      missing="IMG.0066")
SET_TAG = (
    _IMAGE_ID,
    Parameter("tag", rule="tag", invalid="IMG.0115"),
    Parameter("image_tag", "object", items=(KEY, VALUE), invalid="IMG.0115"),
)
ADD_TAG = (Parameter("tag", "object", required=True, items=(KEY, VALUE), invalid="IMG.0115",
                     missing="IMG.0115"),)

# Adding checks the format of tags. Deleting accepts any characters.
CREATE_TAGS = (
    Parameter("tags", "objects", required=True, min_items=1, max_items=MAX_IMAGE_TAGS,
              items=(KEY, VALUE), invalid="IMG.0115", missing="IMG.0115"),
)
DELETE_TAGS = (
    Parameter("tags", "objects", required=True, min_items=1, items=(
        Parameter("key", required=True, max_length=MAX_DELETED_KEY, invalid="IMG.0115",
                  missing="IMG.0115"),
        Parameter("value", max_length=MAX_DELETED_VALUE, invalid="IMG.0115"),
    ), invalid="IMG.0115", missing="IMG.0115"),
)
ACTION = (Parameter("action", required=True, enum=("create", "delete")),)


def _condition(name: str) -> Parameter:
    return Parameter(name, "objects", max_items=MAX_KEYS, idle_with=("without_any_tag", True),
                     items=(
        Parameter("key", required=True, max_length=MAX_QUERIED_KEY),
        Parameter("values", "strings", required=True, max_items=MAX_VALUES),
    ))


FIND = (
    Parameter("action", required=True, enum=("filter", "count")),
    *(_condition(name) for name in ("tags", "tags_any", "not_tags", "not_tags_any")),
    Parameter("without_any_tag", "boolean", default=False),
    Parameter("limit", "integer", minimum=1, maximum=MAX_LIMIT, default=10,
              idle_with=("action", "count")),
    Parameter("offset", "integer", minimum=0, default=0, idle_with=("action", "count")),
    Parameter("matches", "objects", items=(
        Parameter("key", required=True, enum=("resource_name", "resource_id")),
        Parameter("value", required=True, max_length=MAX_QUERIED_VALUE),
    )),
)
