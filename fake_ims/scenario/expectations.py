"""Expectations of the requests that came in: how many of which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..journal import Exchange, Journal

_COUNTS = ("times", "at_least", "at_most")
_LINES = 20


def having(journal: Journal, asked: Mapping[str, Any], since: int) -> list[Exchange]:
    """The exchanges behind a number that a ``when`` or ``expect`` asks for.

    Raises:
        UsageError: an operation, method or path that there is not.
    """
    filters = {("operation" if name == "target" else name): value
               for name, value in asked.items() if name not in (*_COUNTS, "because")}
    return [one for one in journal.where(**filters) if one.number > since]


def unmet(journal: Journal, asked: Mapping[str, Any], since: int) -> str | None:
    """Why an expectation does not hold, with the exchanges in question; None if it does."""
    found = having(journal, asked, since)
    count = len(found)
    least, most = asked.get("at_least"), asked.get("at_most")
    if "times" in asked:
        least = most = asked["times"]
    elif least is None and most is None:
        least = 1
    if (least is None or count >= least) and (most is None or count <= most):
        return None
    if least == most:
        wanted = f"{least}"
    elif most is None:
        wanted = f"at least {least}"
    else:
        wanted = f"at most {most}" if least is None else f"from {least} to {most}"
    because = f" ({asked['because']})" if "because" in asked else ""
    return (f"expected {wanted} of {_what(asked)}, but there {'was' if count == 1 else 'were'} "
            f"{count}{because}\n{_listed([one for one in journal if one.number > since])}")


def _what(asked: Mapping[str, Any]) -> str:
    parts = [str(asked.get("target", "any request"))]
    parts += [f"{name} {value}" for name, value in asked.items()
              if name not in (*_COUNTS, "target", "because")]
    return ", ".join(parts)


def _listed(exchanges: Sequence[Exchange]) -> str:
    if not exchanges:
        return "  no request came in"
    left_out = len(exchanges) - _LINES
    lines = [f"  {one.line()}" for one in exchanges[-_LINES:]]
    return "\n".join(([f"  ({left_out} more before)"] if left_out > 0 else []) + lines)
