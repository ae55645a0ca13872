"""The error statuses that a fault can return."""

from __future__ import annotations

from collections.abc import Iterable

from ..contract.operations import BY_ID
from ..contract.statuses import STATUSES
from ..errors import UsageError

#: The statuses on which clients read ``Retry-After``.
RETRYABLE = (413, 429, 503)


def check_status(status: object, operations: Iterable[str]) -> int:
    """Return the status if one of these operations can return it.

    Raises:
        UsageError: it is not an integer, not an error status, or not documented.
    """
    if isinstance(status, bool) or not isinstance(status, int):
        raise UsageError(f"status={status!r}: expected an integer, such as 503")
    number = int(status)
    if number < 400:
        raise UsageError(
            f"status={number}: expected an error status, 400 or greater; to change a successful "
            "response, pass only response_body= or response_headers="
        )
    known = set(STATUSES)
    for name in operations:
        if name:
            known.update(BY_ID[name].errors)
    if number not in known:
        listed = ", ".join(map(str, sorted(known)))
        raise UsageError(f"status={number} is not documented for these operations; known: "
                         f"{listed}. To send it anyway, use raw=")
    return number
