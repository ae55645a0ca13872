"""Which function answers which operation."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from .answer import Answer
from .call import Call

Handler = Callable[[Call], Awaitable[Answer]]

_HANDLERS: dict[str, Handler] = {}


def handles(*operations: str) -> Callable[[Handler], Handler]:
    """Register a function as the handler of operations, by id."""

    def register(handler: Handler) -> Handler:
        for operation in operations:
            if operation in _HANDLERS:
                raise RuntimeError(f"operation {operation} has two handlers")
            _HANDLERS[operation] = handler
        return handler

    return register


def handlers() -> dict[str, Handler]:
    """All handlers by operation id."""
    return _HANDLERS
