"""The error statuses that a fault may answer with."""

from __future__ import annotations

from collections.abc import Iterable

from ..contract.operations import BY_ID
from ..contract.statuses import STATUSES
from ..errors import UsageError

#: The statuses that clients look for ``Retry-After`` on.
RETRYABLE = (413, 429, 503)


def check_status(status: object, operations: Iterable[str]) -> int:
    """The status, if one of these operations may answer it.

    Raises:
        UsageError: it is no whole number, no error, or documented nowhere.
    """
    if isinstance(status, bool) or not isinstance(status, int):
        raise UsageError(f"status={status!r}: a status is a whole number such as 503")
    number = int(status)
    if number < 400:
        raise UsageError(
            f"status={number}: a fault answers with an error, from 400 on; "
            "response_body= and response_headers= alone alter the answer that the service gives"
        )
    known = set(STATUSES)
    for name in operations:
        if name:
            known.update(BY_ID[name].errors)
    if number not in known:
        listed = ", ".join(map(str, sorted(known)))
        raise UsageError(f"status={number} is documented for no operation here; known: {listed}")
    return number
