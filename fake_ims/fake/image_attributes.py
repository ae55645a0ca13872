"""Types of the keyword arguments of ``fake.images.add`` and ``image.set``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypedDict

from ..contract.model import ImageStatus, MemberStatus, Visibility


class ImageAttributes(TypedDict, total=False):
    """The keyword arguments of ``image.set``."""

    name: str | None
    status: ImageStatus
    visibility: Visibility
    owner: str | None
    protected: bool
    os_hidden: bool
    container_format: str | None
    disk_format: str | None
    min_disk: int
    min_ram: int
    tags: Iterable[str]
    data: bytes | bytearray | memoryview | None
    members: Iterable[str] | Mapping[str, MemberStatus] | None
    properties: Mapping[str, str] | None
    show: Mapping[str, object] | None


class NewImage(ImageAttributes, total=False):
    """The keyword arguments of ``fake.images.add``."""

    id: str
    created_at: float
    updated_at: float
