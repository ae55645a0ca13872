"""The conversations, in the order in which they are played: one per module here."""

from __future__ import annotations

import importlib
import pkgutil

from player import Conversation

CONVERSATIONS: list[Conversation] = [
    importlib.import_module(f"{__name__}.{module.name}").CONVERSATION
    for module in pkgutil.iter_modules(__path__)
    if not module.name.startswith("_")
]
