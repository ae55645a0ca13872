"""Exceptions of the Python API. Error responses to clients are in ``fake_ims.domain.refusal``."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class FakeImsError(Exception):
    """Base class of every exception of the Python API."""


class NotRunningError(FakeImsError):
    """The fake was used before its start or after its stop."""


class WrongLoopError(FakeImsError):
    """The fake was called from a thread or event loop where the call would hang."""


class PortTakenError(FakeImsError):
    """The requested port is in use."""


class UsageError(FakeImsError, ValueError):
    """A setting, name or value is unknown or impossible."""


class UnknownNameError(UsageError, AttributeError):
    """An attribute does not exist, or cannot be set."""


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


def hint(given: object, known: Iterable[str]) -> str:
    """Return what to write instead of an unknown name: the closest known name, or all of them."""
    names = sorted(known)
    lowered = {name.lower(): name for name in names}
    close = difflib.get_close_matches(str(given).lower(), lowered, n=1)
    if close:
        return f"did you mean {lowered[close[0]]!r}?"
    if not names:
        return "none exist"
    shown = ", ".join(names[:_SHOWN])
    return f"known: {shown}" + (f" and {len(names) - _SHOWN} more" if names[_SHOWN:] else "")


def unknown(what: str, given: object, known: Iterable[str]) -> UsageError:
    """Return the error for an unknown name, with the closest known name, or all known names.

    Args:
        what: kind of the name, such as ``"operation"``.
        given: the unknown name.
        known: all known names.
    """
    return UsageError(f"unknown {what} {given!r}; {hint(given, known)}")
