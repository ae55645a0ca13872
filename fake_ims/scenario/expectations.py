"""Compares the requests in the journal with the expectations of a scenario."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..journal.assertions import bounds, listed
from ..journal.filters import shown

if TYPE_CHECKING:
    from ..journal import Exchange, Journal

_COUNTS = ("times", "at_least", "at_most")


def having(journal: Journal, asked: Mapping[str, Any], since: int) -> list[Exchange]:
    """Return the exchanges that a ``when`` or ``expect`` selects, after the one numbered ``since``.

    Raises:
        UsageError: an operation, method or path is unknown.
    """
    filters = {name: value for name, value in asked.items() if name not in (*_COUNTS, "because")}
    return [one for one in journal.where(**filters) if one.number > since]


def unmet(journal: Journal, asked: Mapping[str, Any], since: int) -> str | None:
    """Return why an expectation is not met, with the exchanges received; None if it is met."""
    found = having(journal, asked, since)
    count = len(found)
    least, most, wanted = bounds(*(asked.get(name) for name in _COUNTS))
    if (least is None or count >= least) and (most is None or count <= most):
        return None
    because = f" ({asked['because']})" if "because" in asked else ""
    came = [one for one in journal if one.number > since]
    return "\n".join([
        f"expected {wanted} of {_what(asked)}, but there {'was' if count == 1 else 'were'} "
        f"{count}{because}", *(listed(came) or ["  no requests were received"])])


def _what(asked: Mapping[str, Any]) -> str:
    return shown({name: value
                  for name, value in asked.items() if name not in (*_COUNTS, "because")})
