"""Requests with certain headers."""

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
class WithHeaders(Match):
    """Matches requests that have each of these headers, with this value or one that fits a glob.

    Names are read in any case of letters, values as they are.
    """

    headers: Mapping[str, str]

    def matches(self, call: Call, document: object) -> bool:
        return all(same(call.headers.get(name), value) for name, value in self.headers.items())

    def __str__(self) -> str:
        return f"with header {words(self.headers)}"


KIND = Kind("match", (
    Setting("header", TEXTS,
            'only requests with these headers: {"User-Agent": "openstacksdk*"}; values may be '
            "globs"),
), lambda values, scope: WithHeaders(table("header", values["header"], texts=True)))
