"""What our own Python API raises. Answers on the wire are in ``fake_ims.refusal``."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class FakeImsError(Exception):
    """Base of every error that the Python API raises; its text says how to mend it."""


class NotRunningError(FakeImsError):
    """The fake was used before it was started, or after it was stopped."""


class WrongLoopError(FakeImsError):
    """The fake was used from a thread or loop where the call would hang."""


class PortTakenError(FakeImsError):
    """The port that the fake was told to listen on is in use."""


class UsageError(FakeImsError, ValueError):
    """A setting, name or value that the fake does not know."""


class UnknownNameError(UsageError, AttributeError):
    """An attribute was set that the object does not have, or that cannot be set."""


class UnknownImageError(FakeImsError, KeyError):
    """``fake.images[...]`` was asked for an image that is not there."""

    def __str__(self) -> str:
        return str(self.args[0])


class UnknownJobError(FakeImsError, KeyError):
    """``fake.jobs[...]`` was asked for a job that is not there."""

    def __str__(self) -> str:
        return str(self.args[0])


_SHOWN = 24


def hint(given: object, known: Iterable[str]) -> str:
    """What to write instead of an unknown name: the closest known one, or all of them."""
    names = sorted(known)
    lowered = {name.lower(): name for name in names}
    close = difflib.get_close_matches(str(given).lower(), lowered, n=1)
    if close:
        return f"did you mean {lowered[close[0]]!r}?"
    if not names:
        return "there is none"
    shown = ", ".join(names[:_SHOWN])
    return f"known: {shown}" + (f" and {len(names) - _SHOWN} more" if names[_SHOWN:] else "")


def unknown(what: str, given: object, known: Iterable[str]) -> UsageError:
    """An error for an unknown name, with the nearest known one, or all of them."""
    return UsageError(f"unknown {what} {given!r}; {hint(given, known)}")
