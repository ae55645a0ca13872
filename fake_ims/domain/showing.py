"""An image as responses show it, with the values that a test shows instead of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import UsageError
from ..errors import shown as told
from . import sound

if TYPE_CHECKING:
    from ..profiles.model import Profile
    from .image import Image


def shown(image: Image, profile: Profile, admin: bool = False) -> dict[str, object]:
    """Return the image as JSON has it."""
    found = profile.view(image, admin)
    if image.shown is not None:
        for name, value in image.shown.items():
            if value is ...:
                found.pop(name, None)
            else:
                found[name] = value
    return found


def checked(given: object) -> Mapping[str, Any]:
    """Return values to show, by name.

    Raises:
        UsageError: a name is not a text, or a value cannot be written as JSON.
    """
    if not isinstance(given, Mapping):
        raise UsageError("show must be a mapping of names to values, such as "
                         f"{{'os_hidden': 'true'}}, not {told(given)}")
    for name, value in given.items():
        if not isinstance(name, str) or not name:
            raise UsageError(f"show: the name of an attribute must be a non-empty string, not "
                             f"{told(name)}")
        sound.check(name, "the name of an attribute")
        if value is not ...:
            _check(value, name)
            sound.check(value, name)
    return dict(given)


def _check(value: object, name: str) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise UsageError(f"show: {name} has a key that is not a string: {told(key)}")
            _check(inner, name)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            _check(inner, name)
    elif value is not None and not isinstance(value, (str, int, float, bool)):
        raise UsageError(f"show: {name} must be a value of JSON, not {told(value)}; ... leaves "
                         "the attribute out")
