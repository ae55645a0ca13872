"""Exceptions of the Python API. Error responses to clients are in ``fake_ims.domain.refusal``."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class FakeImsError(Exception):
    """Base class of all exceptions of the Python API."""


class NotRunningError(FakeImsError):
    """The fake was used before its start or after its stop."""


class WrongLoopError(FakeImsError):
    """The fake was called from a thread or event loop where the call would hang."""


class PortTakenError(FakeImsError):
    """The port that the fake should listen on is in use."""


class UsageError(FakeImsError, ValueError):
    """A setting, name or value is unknown or impossible."""


class UnknownNameError(UsageError, AttributeError):
    """An attribute that the object does not have, or that cannot be set.

    It is an ``AttributeError``, too, so that ``hasattr``, ``copy`` and mocks work as for every
    object.
    """

    def __init__(self, text: str, name: str = "") -> None:
        # Python would add a "Did you mean" of its own, found by dir() of the object.
        AttributeError.__init__(self, text, name=name, obj=None)

    def __reduce__(self) -> tuple[type[UnknownNameError], tuple[str, str]]:
        return type(self), (str(self), self.name or "")


class UnknownImageError(FakeImsError, KeyError):
    """``fake.images`` has no image of this id or name."""

    def __str__(self) -> str:
        return str(self.args[0])


class UnknownJobError(FakeImsError, KeyError):
    """``fake.jobs`` has no such job."""

    def __str__(self) -> str:
        return str(self.args[0])


class ExposedWarning(UserWarning):
    """The fake listens on an address that other machines can reach."""


_SHOWN = 24
_LETTERS = 60


def shown(value: object) -> str:
    """Return the ``repr`` of a value for an error text, cut if it is long."""
    if isinstance(value, int) and not -10**_LETTERS < value < 10**_LETTERS:
        return f"an integer of {value.bit_length()} bits"  # Python does not format long ones
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # it contains such an integer, or is nested too deeply
        return f"a {type(value).__name__}"
    return text if len(text) <= _LETTERS else f"{text[:_LETTERS]}…"


def _text(given: object) -> str:
    return given[:_LETTERS] if isinstance(given, str) else shown(given)


def closest(given: object, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The known name that is closest to the given one; None if none is close."""
    lowered = {name.lower(): name for name in sorted(known)}
    close = difflib.get_close_matches(_text(given).lower(), lowered, n=1, cutoff=cutoff)
    return lowered[close[0]] if close else None


def hint(given: object, known: Iterable[str]) -> str:
    """What to write instead of an unknown name.

    That is what ``hints.HINTS`` says of it, the closest known one, or all of them.
    """
    from .hints import meant  # few runs have an error

    names = sorted(known)
    told = meant(_text(given), names)
    if told is not None:
        return told
    close = closest(given, names)
    if close is not None:
        return f"did you mean {close!r}?"
    return listed(names)


def listed(names: Sequence[str]) -> str:
    """The known names, for an error text."""
    if not names:
        return "none exist"
    first = ", ".join(names[:_SHOWN])
    return f"known: {first}" + (f" and {len(names) - _SHOWN} more" if names[_SHOWN:] else "")


def unknown(what: str, given: object, known: Iterable[str]) -> UsageError:
    """Return the error for an unknown name, with what to write instead.

    Args:
        what: kind of the name, such as ``"operation"``.
        given: the unknown name.
        known: all known names.
    """
    return UsageError(f"unknown {what} {shown(given)}; {hint(given, known)}")
