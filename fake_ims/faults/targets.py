"""From an operation's id or a glob to the ids that it stands for."""

from __future__ import annotations

from fnmatch import fnmatchcase

from ..contract.model import Profile
from ..contract.operations import BY_ID
from ..errors import UsageError, unknown

_WILD = frozenset("*?[")


def is_glob(text: str) -> bool:
    """Whether the text has a wildcard."""
    return not _WILD.isdisjoint(text)


def operation_ids(target: str, profile: Profile | None = None) -> tuple[str, ...]:
    """The ids that an id or a glob (``images.*``) stands for, in the contract's order.

    Raises:
        UsageError: no operation of the profile (None: of any) has that id, or matches that glob.
    """
    if not isinstance(target, str):
        raise UsageError(f"an operation is named by a text such as 'images.create', not {target!r}")
    served = [name for name, row in BY_ID.items() if profile is None or profile in row.profiles]
    if target in BY_ID:
        if target not in served:
            raise UsageError(f"profile {profile!r} has no operation {target!r}")
        return (target,)
    if not is_glob(target):
        raise unknown("operation", target, served)
    ids = tuple(name for name in served if fnmatchcase(name, target))
    if not ids:
        raise unknown("operation", target, BY_ID)
    return ids
