"""The limits of ``min_disk``, ``min_ram`` and ``max_ram``."""

from __future__ import annotations

from ..contract.attributes import MAX_INTEGER
from .numbers import whole
from .refusal import ImsError, Refused


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


def check_memory(min_ram: object, max_ram: object) -> None:
    """Check that ``max_ram`` is not less than ``min_ram``, both in MB, as number or text.

    0, like no value, means no limit (pages *Creating an Image*, *Creating a Full-ECS Image*).

    Raises:
        ImsError: ``IMG.0055``.
    """
    least, most = _number(min_ram), _number(max_ram)
    if most and most < least:
        raise ImsError("IMG.0055", detail="max_ram is less than min_ram")


def _number(value: object) -> float:
    return (whole(value) or 0) if isinstance(value, str) else (
        value if isinstance(value, (int, float)) else 0)
