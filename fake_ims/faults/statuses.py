"""The error statuses that a fault can return."""

from __future__ import annotations

from ..contract.statuses import STATUSES
from ..errors import UsageError

#: The statuses on which clients read ``Retry-After``.
RETRYABLE = (413, 429, 503)


def check_status(status: object) -> int:
    """Return the status if the service has an error response with it, for any operation.

    Raises:
        UsageError: it is not an integer, or the service has no such error response.
    """
    if isinstance(status, bool) or not isinstance(status, int):
        raise UsageError(f"status={status!r}: expected an integer, such as 503")
    number = int(status)
    if number < 400:
        raise UsageError(
            f"status={number}: expected an error status, 400 or greater; to change a successful "
            "response, pass only response_body= or response_headers="
        )
    if number not in STATUSES:
        raise UsageError(f"status={number}: the service has no error response with this status; "
                         f"known: {', '.join(map(str, STATUSES))}. To send it anyway, use raw=")
    return number
