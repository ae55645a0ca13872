"""The JSON schemas of metadata definitions."""

from __future__ import annotations

from ....contract.metadefs import SCHEMA_NAMES
from ....profiles.answer import Answer
from ...call import Call
from ...registry import handles
from ..render import as_json


@handles(*(f"schemas.metadefs.{name}" for name in SCHEMA_NAMES))
async def show(call: Call) -> Answer:
    """One schema."""
    from ....contract import metadef_schemas

    assert call.operation is not None
    return as_json(metadef_schemas.document(call.operation.id.rpartition(".")[2]))
