"""From a method and a path to an operation of the contract."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from urllib.parse import unquote

from ..contract.model import Operation
from ..contract.model import Profile as ProfileName
from ..contract.operations import OPERATIONS

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")


@dataclass(slots=True)
class _Node:
    literal: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    operations: dict[str, Operation] = field(default_factory=dict)


@dataclass(slots=True)
class Match:
    """Where a path leads.

    Attributes:
        operations: by method; empty if the path leads nowhere.
        values: what stands in place of the path parameters, in order.
    """

    operations: dict[str, Operation]
    values: tuple[str, ...] = ()

    def allow(self) -> str:
        """Value of ``Allow``."""
        return ", ".join(method for method in _METHODS
                         if method in self.operations and self.operations[method].allow)


_NOWHERE = Match({})


@cache
def parameter_names(path: str) -> tuple[str, ...]:
    """Names of the parameters of a path template, in order."""
    return tuple(part[1:-1] for part in path.split("/") if part.startswith("{"))


class Router:
    """The paths of one profile, as a tree of segments; a literal segment wins over a parameter."""

    def __init__(self, profile: ProfileName) -> None:
        self._root = _Node()
        for operation in OPERATIONS:
            if profile in operation.profiles:
                self._add(operation)

    def _add(self, operation: Operation) -> None:
        node = self._root
        for segment in operation.path.strip("/").split("/"):
            if segment.startswith("{"):
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literal.setdefault(segment, _Node())
        node.operations[operation.method] = operation

    def match(self, segments: list[str]) -> Match:
        """Where the segments of a path lead."""
        return self._match(self._root, segments, 0, ()) or _NOWHERE

    def _match(
        self, node: _Node, segments: list[str], position: int, values: tuple[str, ...]
    ) -> Match | None:
        if position == len(segments):
            return Match(node.operations, values) if node.operations else None
        segment = segments[position]
        literal = node.literal.get(segment)
        if literal is not None:
            found = self._match(literal, segments, position + 1, values)
            if found is not None:
                return found
        if node.parameter is not None and segment:
            return self._match(node.parameter, segments, position + 1, (*values, segment))
        return None


@cache
def router(profile: ProfileName) -> Router:
    """The router of a profile, made once."""
    return Router(profile)


def segments(raw_path: str, encoding: str) -> list[str]:
    """The decoded segments of a path; ``%2F`` separates like ``/``, as in Glance.

    Raises:
        UnicodeDecodeError: the path is not of the encoding.
    """
    path = unquote(raw_path, encoding=encoding, errors="strict") if "%" in raw_path else raw_path
    return path[1:].split("/")
