"""From an operation's id or a glob to the ids that it stands for."""

from __future__ import annotations

from fnmatch import fnmatchcase

from ..contract.model import Profile
from ..contract.nearest import unknown_operation
from ..contract.operations import BY_ID
from ..errors import UsageError

_WILD = frozenset("*?[")


def is_glob(text: str) -> bool:
    """Whether the text has a wildcard."""
    return not _WILD.isdisjoint(text)


def operation_ids(operation: str, profile: Profile | None = None) -> tuple[str, ...]:
    """The ids that an id or a glob (``images.*``) stands for, in the contract's order.

    Raises:
        UsageError: no operation of the profile (None: of any) has that id, or matches that glob.
    """
    if not isinstance(operation, str):
        raise UsageError("an operation is named by a text such as 'images.create', not "
                         f"{operation!r}")
    served = [name for name, row in BY_ID.items() if profile is None or profile in row.profiles]
    if operation in BY_ID:
        if operation not in served:
            raise UsageError(f"profile {profile!r} has no operation {operation!r}")
        return (operation,)
    if not is_glob(operation):
        raise unknown_operation(operation, served)
    ids = tuple(name for name in served if fnmatchcase(name, operation))
    if not ids:
        raise unknown_operation(operation, served)
    return ids
