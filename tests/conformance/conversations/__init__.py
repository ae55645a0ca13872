"""The conversations, in the order in which they are played: one per module here.

``tasks`` comes first: a server that is emptied over its own API keeps the tasks of the imports.
"""

from __future__ import annotations

import importlib
import pkgutil

from player import Conversation

_NAMES = sorted(
    (module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")),
    key=lambda name: (name != "tasks", name),
)

CONVERSATIONS: list[Conversation] = [
    importlib.import_module(f"{__name__}.{name}").CONVERSATION for name in _NAMES
]
