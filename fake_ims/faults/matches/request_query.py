"""Requests with certain query parameters."""

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
    """Matches requests that have each of these parameters, with this value or one that fits a glob.

    Of a parameter that is there more than once, one of its values must be it.
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
            'only requests with these query parameters, decoded: {"limit": "2"}; values may be '
            "globs"),
), lambda values, scope: WithQuery(table("request_query", values["request_query"], texts=True)))
