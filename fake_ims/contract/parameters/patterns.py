"""Patterns of identifiers and names, shared by requests and the records of ``fake.world``."""

from __future__ import annotations

from collections.abc import Mapping

from ..attributes import UUID_PATTERN
from ..model import Rule

MAX_FILE_NAME = 128
PROJECT_PATTERN = "^(0|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$"
BUCKET_PATTERN = "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"
# A path of any length. The part after the last slash has at most MAX_FILE_NAME characters.
OBJECT_PATTERN = rf"^(?=.)([A-Za-z0-9._/-]*/)?[A-Za-z0-9._-]{{0,{MAX_FILE_NAME}}}$"

#: The rules of parameters that a pattern fully describes, and the words for them in messages.
OF_RULE: Mapping[Rule, tuple[str, str]] = {
    "uuid": (UUID_PATTERN, "a UUID"),
    "project": (PROJECT_PATTERN, "'0' or a UUID"),
}
