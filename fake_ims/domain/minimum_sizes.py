"""The limits of ``min_disk`` and ``min_ram``."""

from __future__ import annotations

from ..contract.attributes import MAX_INTEGER
from .refusal import Refused


def check_size(name: str, value: object) -> None:
    """Refuse a negative or too large ``min_disk`` or ``min_ram``.

    Raises:
        Refused: ``image.negative`` or ``image.out_of_range``.
    """
    if isinstance(value, (int, float)):
        if value < 0:
            raise Refused("image.negative", value=value, name=name)
        if value > MAX_INTEGER:
            raise Refused("image.out_of_range", name=name, maximum=MAX_INTEGER)
