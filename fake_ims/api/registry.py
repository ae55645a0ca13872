"""The registry of handlers by operation, and of modules that are not loaded yet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import import_module

from ..profiles.answer import Answer
from .call import Call

Handler = Callable[[Call], Awaitable[Answer]]

_HANDLERS: dict[str, Handler] = {}
# Operations whose handlers are not loaded yet, and their modules.
_AWAITED: dict[str, str] = {}


def handles(*operations: str) -> Callable[[Handler], Handler]:
    """Register a function as the handler of operations, by id."""

    def register(handler: Handler) -> Handler:
        for operation in operations:
            if operation in _HANDLERS and _AWAITED.pop(operation, None) is None:
                raise RuntimeError(f"operation {operation} has two handlers")
            _HANDLERS[operation] = handler
        return handler

    return register


def awaits(module: str, *operations: str) -> None:
    """Register a module in ``fake_ims.api`` that is loaded at the first call of one of its
    operations. Most tests use few chapters."""
    for operation in operations:
        if operation in _AWAITED:
            raise RuntimeError(f"operation {operation} has two handlers")
        if operation not in _HANDLERS:
            _AWAITED[operation] = module
            _HANDLERS[operation] = _first


async def _first(call: Call) -> Answer:
    """Load the module of an operation, and call its handler."""
    assert call.operation is not None
    operation = call.operation.id
    module = _AWAITED.get(operation)
    if module is not None:
        load(module)
    return await _HANDLERS[operation](call)


def load(module: str) -> None:
    """Load a module of handlers.

    Raises:
        RuntimeError: the module lacks a handler.
    """
    import_module(f"{__package__}.{module}")
    lacking = sorted(one for one, home in list(_AWAITED.items()) if home == module)
    if lacking:
        raise RuntimeError(f"{module} has no handler of {', '.join(lacking)}")


def handlers() -> dict[str, Handler]:
    """Return all handlers by operation id."""
    return _HANDLERS
