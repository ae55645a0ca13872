"""Finds the operation of the contract for a method and a path."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, lru_cache
from urllib.parse import unquote

from ..contract.identity import ELSEWHERE
from ..contract.model import Operation
from ..contract.model import Profile as ProfileName
from ..contract.neighbours import LOOKUPS
from ..contract.operations import BY_ID, OPERATIONS

IDENTITY = frozenset({"v3", "v3.0", "identity", ELSEWHERE})
"""First segments of the identity API's paths, in every profile."""

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD")


@dataclass(slots=True)
class _Node:
    literal: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    operations: dict[str, Operation] = field(default_factory=dict)


@dataclass(slots=True)
class Match:
    """The operations of a path.

    Attributes:
        operations: by method; empty if the path is unknown.
        values: the values of the path parameters, in order.
    """

    operations: dict[str, Operation]
    values: tuple[str, ...] = ()

    def allow(self) -> str:
        """The value of the header ``Allow``."""
        return ", ".join(method for method in _METHODS
                         if method in self.operations and self.operations[method].allow)


_NOWHERE = Match({})


@cache
def parameter_names(path: str) -> tuple[str, ...]:
    """Return the names of the parameters of a path template, in order."""
    return tuple(part[1:-1] for part in path.split("/") if part.startswith("{"))


class Router:
    """The paths of one profile, as a tree of segments. Literal segments beat parameters."""

    def __init__(self, profile: ProfileName) -> None:
        self._root = _Node()
        for operation in OPERATIONS:
            # OBS tells its operations apart by the query, too: api/obs/door.py.
            if profile in operation.profiles and operation.face != "obs":
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
        """Return the operations for the segments of a path."""
        node = self._root
        values: list[str] = []
        for segment in segments:
            found = node.literal.get(segment)
            if found is None and segment:
                found = node.parameter
                values.append(segment)
            if found is None:
                break
            node = found
        else:
            if node.operations:
                return Match(node.operations, tuple(values))
        # A literal segment led nowhere; perhaps the segment is a parameter.
        return self._search(self._root, segments, 0, ()) or _NOWHERE

    def _search(
        self, node: _Node, segments: list[str], position: int, values: tuple[str, ...]
    ) -> Match | None:
        if position == len(segments):
            return Match(node.operations, values) if node.operations else None
        segment = segments[position]
        literal = node.literal.get(segment)
        if literal is not None:
            found = self._search(literal, segments, position + 1, values)
            if found is not None:
                return found
        if node.parameter is not None and segment:
            return self._search(node.parameter, segments, position + 1, (*values, segment))
        return None


@cache
def router(profile: ProfileName) -> Router:
    """Return the router of a profile. It is built once."""
    return Router(profile)


@lru_cache(maxsize=64)
def identity(profile: ProfileName, method: str, raw_path: str) -> tuple[str, Match]:
    """Return the method as the contract has it, and the operations of a path of identity.

    All paths are available under ``/identity``, too, as in devstack. A trailing slash is ignored,
    and operations for GET respond to HEAD, as in Keystone.

    Raises:
        UnicodeDecodeError: the path is not UTF-8.
    """
    parts = segments(raw_path, "utf-8")
    while len(parts) > 1 and not parts[-1]:
        parts = parts[:-1]
    if parts in (["v3.0"], [ELSEWHERE]):
        return method, _NOWHERE  # not a path of the image service, either
    if parts[0] == ELSEWHERE:
        return "GET", _elsewhere(profile, method, parts)
    if parts[0] == "identity" and parts[1:2] in (["v3"], ["v3.0"]):
        parts = parts[1:]
    if method == "HEAD" and parts != ["v3", "auth", "tokens"]:
        method = "GET"
    return method, router(profile).match(parts)


def _elsewhere(profile: ProfileName, method: str, parts: list[str]) -> Match:
    """Return the look-up that a path of another service leads to; else the row for all others."""
    if method in ("GET", "HEAD") and parts[1] in LOOKUPS:
        service, resources = LOOKUPS[parts[1]]
        rest = parts[2:]
        if len(rest) > 2 and rest[1] not in resources and rest[2] in resources:
            rest = [rest[0], *rest[2:]]  # an id of a project, which the handler checks
        found = router(profile).match([ELSEWHERE, service, *rest])
        if found.operations:
            return found
    return Match({"GET": BY_ID["identity.elsewhere"]}, (parts[1],))


def segments(raw_path: str, encoding: str) -> list[str]:
    """Return the decoded segments of a path. As in Glance, ``%2F`` separates like ``/``.

    Raises:
        UnicodeDecodeError: the path is not valid in the encoding.
    """
    path = unquote(raw_path, encoding=encoding, errors="strict") if "%" in raw_path else raw_path
    return path[1:].split("/")
