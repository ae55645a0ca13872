"""Fine-grained permissions: which IAM actions a policy allows.

Source: chapter *Permissions and Supported Actions*: an action is ``service:resource:operation``;
each operation's are in its row of the contract. Like IAM, what one statement denies no other can
allow, what none allows is denied, and ``*`` stands for any text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from ..contract.operations import OPERATIONS
from ..errors import UsageError, unknown

_EFFECTS = ("Allow", "Deny")


@dataclass(frozen=True, slots=True)
class Policy:
    """What a caller may do.

    Attributes:
        allow: patterns of actions.
        deny: patterns of actions; they go before ``allow``.
    """

    allow: tuple[str, ...]
    deny: tuple[str, ...] = ()

    def allows(self, action: str) -> bool:
        """Whether an action such as ``ims:images:list`` is allowed."""
        return _matches(self.allow, action) and not _matches(self.deny, action)

    @classmethod
    def of_actions(cls, actions: Iterable[str]) -> Policy:
        """A policy that allows a list of actions.

        Raises:
            UsageError: an entry is no action, or matches none that the service has.
        """
        if isinstance(actions, (str, bytes)) or not isinstance(actions, Iterable):
            raise UsageError("actions is a list such as ['ims:images:list', 'ims:images:*'], not "
                             f"{actions!r}")
        return cls(tuple(_checked(action) for action in actions))

    @classmethod
    def of_document(cls, document: object) -> Policy:
        """A policy as IAM writes it: ``{"Statement": [{"Effect": "Allow", "Action": [...]}]}``.

        Raises:
            UsageError: it is none.
        """
        if not isinstance(document, Mapping) or not isinstance(document.get("Statement"), list):
            raise UsageError("a policy is {'Statement': [{'Effect': 'Allow', 'Action': "
                             f"['ims:images:*']}}]}}, not {document!r}")
        found: dict[str, list[str]] = {effect: [] for effect in _EFFECTS}
        for statement in document["Statement"]:
            effect, actions = _statement(statement)
            found[effect] += [_checked(action) for action in actions]
        return cls(tuple(found["Allow"]), tuple(found["Deny"]))


def _statement(statement: Any) -> tuple[str, list[str]]:
    if not isinstance(statement, Mapping):
        raise UsageError(f"a statement of a policy is an object, not {statement!r}")
    for key in statement:
        if key not in ("Effect", "Action"):
            raise UsageError(f"a statement's {key!r} is nothing that the fake judges; leave it out")
    effect, actions = statement.get("Effect"), statement.get("Action")
    if effect not in _EFFECTS:
        raise unknown("Effect of a statement", effect, _EFFECTS)
    if not isinstance(actions, list):
        raise UsageError(f"Action of a statement is a list of actions, not {actions!r}")
    return effect, actions


@cache
def actions() -> frozenset[str]:
    """Every action that an operation of the contract names."""
    return frozenset(action for row in OPERATIONS for action in row.actions)


def _checked(action: object) -> str:
    if not isinstance(action, str):
        raise UsageError(f"an action is a text such as 'ims:images:list', not {action!r}")
    if not any(_matches((action,), known) for known in actions()):
        raise unknown("action", action, actions())
    return action


def _matches(patterns: tuple[str, ...], action: str) -> bool:
    return any(fnmatchcase(action, pattern) for pattern in patterns)
