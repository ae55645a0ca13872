"""Parameters of the batch operations on members: chapter *Image Sharing*."""

from __future__ import annotations

from ..model import Parameter
from .common import VAULT

_IMAGES = Parameter("images", "strings", required=True, min_items=1, rule="uuid",
                    invalid="IMG.0066", missing="IMG.0066")
_PROJECTS = Parameter("projects", "strings", required=True, min_items=1, invalid="IMG.0067",
                      missing="IMG.0067")

ADD_MEMBERS = DELETE_MEMBERS = (_IMAGES, _PROJECTS)
UPDATE_MEMBERS = (
    _IMAGES,
    Parameter("project_id", required=True, invalid="IMG.0067", missing="IMG.0067"),
    Parameter("status", required=True, enum=("accepted", "rejected")),
    VAULT,
)
