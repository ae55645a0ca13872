"""Match requests by HTTP method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from ...contract.operations import BY_ID
from ...errors import UsageError, unknown
from ..kinds import Kind, Setting
from . import Match

if TYPE_CHECKING:
    from ...api.call import Call

METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE")


@dataclass(frozen=True)
class ByMethod(Match):
    """Matches requests with one HTTP method, in upper case."""

    method: str
    names: ClassVar[Literal["", "alone", "every"]] = "every"

    def narrow(self, operations: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in operations
                     if name not in BY_ID or BY_ID[name].method == self.method)

    def matches(self, call: Call, document: object) -> bool:
        return call.method == self.method

    def __str__(self) -> str:
        return self.method


def http_method(method: object) -> str:
    """Return the method in upper case.

    Raises:
        UsageError: it is not an HTTP method.
    """
    if not isinstance(method, str):
        raise UsageError(f"method={method!r}: expected an HTTP method, such as 'GET'")
    if method.upper() not in METHODS:
        raise unknown("method", method, METHODS)
    return method.upper()


KIND = Kind("match", (
    Setting("method", {"enum": list(METHODS)}, "only requests with this HTTP method"),
), lambda values, scope: ByMethod(http_method(values["method"])))
