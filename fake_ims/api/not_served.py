"""The operations that the contract has and the fake does not serve yet: 501, and it says so."""

from __future__ import annotations

from ..contract.operations import OPERATIONS
from ..refusal import Refused
from .answer import Answer
from .call import Call
from .registry import handles


@handles(*(operation.id for operation in OPERATIONS if not operation.served))
async def not_served(call: Call) -> Answer:
    """Say which operation it would have been."""
    operation = call.operation
    assert operation is not None
    raise Refused("not_served", operation=operation.id, method=operation.method,
                  path=operation.path)
