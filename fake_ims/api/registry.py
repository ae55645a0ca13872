"""Which function answers which operation, and which module those that are not loaded yet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib import import_module

from ..profiles.answer import Answer
from .call import Call

Handler = Callable[[Call], Awaitable[Answer]]

_HANDLERS: dict[str, Handler] = {}
# Operations whose handlers are still to come, and the modules that have them.
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
    """The handlers of these operations stand in a module below ``fake_ims.api``, which is loaded
    when the first of them is called: few tests use more than a few chapters."""
    for operation in operations:
        if operation in _AWAITED:
            raise RuntimeError(f"operation {operation} has two handlers")
        if operation not in _HANDLERS:
            _AWAITED[operation] = module
            _HANDLERS[operation] = _first


async def _first(call: Call) -> Answer:
    """Load the module that answers an operation, and let it answer."""
    assert call.operation is not None
    operation = call.operation.id
    module = _AWAITED.get(operation)
    if module is not None:
        load(module)
    return await _HANDLERS[operation](call)


def load(module: str) -> None:
    """Load a module of handlers.

    Raises:
        RuntimeError: it has not all handlers that it should have.
    """
    import_module(f"{__package__}.{module}")
    lacking = sorted(one for one, home in list(_AWAITED.items()) if home == module)
    if lacking:
        raise RuntimeError(f"{module} has no handler of {', '.join(lacking)}")


def handlers() -> dict[str, Handler]:
    """All handlers by operation id."""
    return _HANDLERS
