"""The identity front: Keystone v3. What answers is imported when the first request comes."""

from __future__ import annotations

from ...contract.identity import IDENTITY_OPERATIONS
from ..answer import Answer
from ..call import Call
from ..registry import Handler, handles

_handlers: dict[str, Handler] | None = None


@handles(*(operation.id for operation in IDENTITY_OPERATIONS))
async def identity(call: Call) -> Answer:
    """Hand the request to the module that answers its operation."""
    global _handlers
    if _handlers is None:
        from .front import HANDLERS

        _handlers = HANDLERS
    operation = call.operation
    assert operation is not None
    return await _handlers[operation.id](call)
