"""Match requests by values in their JSON body."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ...contract.operations import BY_ID
from ...errors import UsageError
from ..expected import VALUES, same, table, words
from ..kinds import Kind, Scope, Setting, Values
from . import Match

if TYPE_CHECKING:
    from ...api.call import Call

_NOTHING: Any = object()


@dataclass(frozen=True)
class WithBody(Match):
    """Matches requests whose JSON body has all of these values.

    Attributes:
        values: JSON pointers (RFC 6901) to values; strings may be globs.
    """

    values: Mapping[str, object]
    reads_body: ClassVar[bool] = True

    def narrow(self, operations: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in operations
                     if name in BY_ID and BY_ID[name].body in ("json", "patch"))

    def matches(self, call: Call, document: object) -> bool:
        return all(same(at(document, pointer), value) for pointer, value in self.values.items())

    def __str__(self) -> str:
        return f"with body {words(self.values)}"


def at(document: object, pointer: str) -> object:
    """Return the value at a JSON pointer; without one, an object that equals no value."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict) and name in document:
            document = document[name]
        elif isinstance(document, list) and (place := position(name)) is not None and (
                place < len(document)):
            document = document[place]
        else:
            return _NOTHING
    return document


def position(name: str) -> int | None:
    """Return the position that a part of a JSON pointer names; None if it names none."""
    # Python does not read integers of any length, and no list of a request is longer.
    return int(name) if name.isdecimal() and len(name) < 10 else None


def _build(values: Values, scope: Scope) -> WithBody:
    said = table("request_body", values["request_body"])
    for pointer in said:
        if pointer and not pointer.startswith("/"):
            raise UsageError(f"request_body: {pointer!r} is not a JSON pointer; did you mean "
                             f"{'/' + pointer!r}?")
    return WithBody(said)


KIND = Kind("match", (
    Setting("request_body", VALUES,
            'only requests whose JSON body has these values at these JSON pointers: {"/name": '
            '"disk*"}; strings may be globs'),
), _build)
