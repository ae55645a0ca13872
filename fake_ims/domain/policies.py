"""Fine-grained permissions: which IAM actions a policy allows.

Source: chapter *Permissions and Supported Actions*. An action is ``service:resource:operation``;
the contract lists the actions of each operation. Actions of other services, such as the dependent
ones of the chapter (``obs:object:*``), may stand beside them; no operation here needs them. As in
IAM, ``Deny`` overrides ``Allow``, actions that no statement allows are denied, and ``*`` matches any
text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from ..contract.operations import OPERATIONS
from ..errors import UsageError, shown, unknown
from . import sound

_EFFECTS = ("Allow", "Deny")
_DEPENDENT = frozenset({"obs", "kms", "ecs", "evs", "bms", "cbr", "csbs", "iam", "eps"})
_ACTION = re.compile(r"[A-Za-z][A-Za-z0-9-]*(:[A-Za-z0-9_*-]+){2}")


@dataclass(frozen=True, slots=True)
class Policy:
    """A set of allowed and denied actions.

    Attributes:
        allow: patterns of actions.
        deny: patterns of actions; they take precedence over ``allow``.
    """

    allow: tuple[str, ...]
    deny: tuple[str, ...] = ()

    def allows(self, action: str) -> bool:
        """Return whether an action such as ``ims:images:list`` is allowed."""
        return _matches(self.allow, action) and not _matches(self.deny, action)

    @classmethod
    def of_actions(cls, actions: Iterable[str]) -> Policy:
        """Return a policy that allows a list of actions.

        Raises:
            UsageError: an entry is not an action, or matches no action of the service.
        """
        if isinstance(actions, (str, bytes)) or not isinstance(actions, Iterable):
            raise UsageError("actions must be a list such as ['ims:images:list', "
                             f"'ims:images:*'], not {actions!r}")
        return cls(tuple(_checked(action) for action in actions))

    @classmethod
    def of_document(cls, document: object) -> Policy:
        """Return a policy in IAM's form: ``{"Statement": [{"Effect": "Allow", "Action": [...]}]}``.

        Raises:
            UsageError: the document is not such a policy.
        """
        if not isinstance(document, Mapping) or not isinstance(document.get("Statement"), list):
            raise UsageError("a policy must be {'Statement': [{'Effect': 'Allow', 'Action': "
                             f"['ims:images:*']}}]}}, not {shown(document)}")
        sound.check(document, "policy")
        found: dict[str, list[str]] = {effect: [] for effect in _EFFECTS}
        for statement in document["Statement"]:
            effect, actions = _statement(statement)
            found[effect] += [_checked(action) for action in actions]
        return cls(tuple(found["Allow"]), tuple(found["Deny"]))


def _statement(statement: Any) -> tuple[str, list[str]]:
    if not isinstance(statement, Mapping):
        raise UsageError(f"a statement of a policy must be an object, not {shown(statement)}")
    for key in statement:
        if key not in ("Effect", "Action"):
            raise UsageError(f"{key!r} in a policy statement is not supported; leave it out")
    effect, actions = statement.get("Effect"), statement.get("Action")
    if effect not in _EFFECTS:
        raise unknown("Effect of a statement", effect, _EFFECTS)
    if not isinstance(actions, list):
        raise UsageError(f"Action of a policy statement must be a list of actions, not "
                         f"{shown(actions)}")
    return effect, actions


@cache
def actions() -> frozenset[str]:
    """Return every action that an operation of the contract names."""
    return frozenset(action for row in OPERATIONS for action in row.actions)


def _checked(action: object) -> str:
    if not isinstance(action, str):
        raise UsageError(f"an action must be a string such as 'ims:images:list', not "
                         f"{shown(action)}")
    if not any(_matches((action,), known) for known in actions()) and not _is_foreign(action):
        raise unknown("action", action, actions())
    return action


def _is_foreign(action: str) -> bool:
    """Return whether it is an action of another service, and no misspelt one of IMS."""
    service = action.partition(":")[0]
    if _ACTION.fullmatch(action) is None:
        return False
    return service.lower() in _DEPENDENT or not get_close_matches(service, ["ims"])


def _matches(patterns: tuple[str, ...], action: str) -> bool:
    return any(fnmatchcase(action, pattern) for pattern in patterns)
