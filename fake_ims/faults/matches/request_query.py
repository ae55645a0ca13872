"""Match requests with given query parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..expected import TEXTS, same, table, words
from ..kinds import Kind, Setting
from . import Match

if TYPE_CHECKING:
    from ...api.call import Call


@dataclass(frozen=True)
class WithQuery(Match):
    """Matches requests that have all of these query parameters. Values may be globs.

    If a parameter occurs more than once, one of its values must match.
    """

    parameters: Mapping[str, str]

    def matches(self, call: Call, document: object) -> bool:
        query = call.query
        return all(any(same(found, value) for found in query.getall(name, ()))
                   for name, value in self.parameters.items())

    def __str__(self) -> str:
        return f"with query {words(self.parameters)}"


KIND = Kind("match", (
    Setting("request_query", TEXTS,
            'only requests with these decoded query parameters: {"limit": "2"}; values may be '
            "globs"),
), lambda values, scope: WithQuery(table("request_query", values["request_query"], texts=True)))
