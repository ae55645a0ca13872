"""Conversations with an identity service, held against a real Keystone.

Each begins as administrator (``{admin}`` is their token). What a list shows beside the
conversation's own records depends on the cloud, so that lists are filtered by a domain.
"""

from __future__ import annotations

import importlib
import pkgutil

from player import Conversation

_NAMES = sorted(module.name for module in pkgutil.iter_modules(__path__)
                if not module.name.startswith("_"))

CONVERSATIONS: list[Conversation] = [
    importlib.import_module(f"{__name__}.{name}").CONVERSATION for name in _NAMES
]
