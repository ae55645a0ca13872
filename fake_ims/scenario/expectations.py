"""Expectations of the requests that came in: how many of which."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..journal.assertions import bounds, listed
from ..journal.filters import shown

if TYPE_CHECKING:
    from ..journal import Exchange, Journal

_COUNTS = ("times", "at_least", "at_most")


def having(journal: Journal, asked: Mapping[str, Any], since: int) -> list[Exchange]:
    """The exchanges behind a number that a ``when`` or ``expect`` asks for.

    Raises:
        UsageError: an operation, method or path that there is not.
    """
    filters = {name: value for name, value in asked.items() if name not in (*_COUNTS, "because")}
    return [one for one in journal.where(**filters) if one.number > since]


def unmet(journal: Journal, asked: Mapping[str, Any], since: int) -> str | None:
    """Why an expectation does not hold, with the exchanges in question; None if it does."""
    found = having(journal, asked, since)
    count = len(found)
    least, most, wanted = bounds(*(asked.get(name) for name in _COUNTS))
    if (least is None or count >= least) and (most is None or count <= most):
        return None
    because = f" ({asked['because']})" if "because" in asked else ""
    came = [one for one in journal if one.number > since]
    return "\n".join([
        f"expected {wanted} of {_what(asked)}, but there {'was' if count == 1 else 'were'} "
        f"{count}{because}", *(listed(came) or ["  no request came in"])])


def _what(asked: Mapping[str, Any]) -> str:
    return shown({name: value
                  for name, value in asked.items() if name not in (*_COUNTS, "because")})
