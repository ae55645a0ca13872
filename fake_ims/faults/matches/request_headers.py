"""Match requests with given headers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from multidict import istr

from ..expected import TEXTS, Test, expecting, table, words
from ..kinds import Kind, Scope, Setting, Values
from . import Match

if TYPE_CHECKING:
    from ...api.call import Call


@dataclass(frozen=True)
class WithHeaders(Match):
    """Matches requests that have all of these headers. Values may be globs.

    Names are not case-sensitive; values are.
    """

    headers: Mapping[str, str]
    tests: tuple[tuple[istr, Test], ...]

    def matches(self, call: Call, document: object) -> bool:
        headers = call.headers
        for name, test in self.tests:  # noqa: SIM110 - quicker than a generator
            if not test(headers.get(name)):
                return False
        return True

    def __str__(self) -> str:
        return f"with header {words(self.headers)}"


def _build(values: Values, scope: Scope) -> WithHeaders:
    headers = table("request_headers", values["request_headers"], texts=True)
    return WithHeaders(headers, tuple((istr(name), expecting(value))
                                      for name, value in headers.items()))


KIND = Kind("match", (
    Setting("request_headers", TEXTS,
            'only requests with these headers: {"User-Agent": "openstacksdk*"}; values may be '
            "globs"),
), _build)
