"""Resolve an operation id or a glob to operation ids."""

from __future__ import annotations

from fnmatch import fnmatchcase

from ..contract.model import Profile
from ..contract.nearest import unknown_operation
from ..contract.operations import BY_ID
from ..errors import UsageError

_WILD = frozenset("*?[")


def is_glob(text: str) -> bool:
    """Return whether the text has a wildcard."""
    return not _WILD.isdisjoint(text)


def operation_ids(operation: str, profile: Profile | None = None) -> tuple[str, ...]:
    """Return the ids that an id or a glob (``images.*``) matches, in the contract's order.

    Raises:
        UsageError: no operation matches in the profile (None: in any profile).
    """
    if not isinstance(operation, str):
        raise UsageError(f"operation={operation!r}: expected an operation id or a glob, such as "
                         "'images.create'")
    served = [name for name, row in BY_ID.items() if profile is None or profile in row.profiles]
    if operation in BY_ID:
        if operation not in served:
            raise UsageError(f"profile {profile!r} has no operation {operation!r}")
        return (operation,)
    ids = tuple(name for name in served if fnmatchcase(name, operation))
    if not ids:
        raise unknown_operation(operation, served)
    return ids
