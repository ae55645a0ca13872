"""Suggests operations for an unknown id, such as ``createImage`` or ``POST /v2/images``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product

from ..errors import UsageError, unknown
from ..errors.hints import VERBS
from .operations import BY_ID

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_TOLD = 3


def unknown_operation(text: str, served: Sequence[str]) -> UsageError:
    """Return the error for an unknown operation, with suggestions.

    Args:
        text: the unknown id.
        served: the ids of all operations.
    """
    found = list(dict.fromkeys(_by_request(text, served))) or _by_words(text, served)
    if not found:
        return unknown("operation", text, served)
    return UsageError(f"unknown operation {text!r}; did you mean "
                      f"{' or '.join(map(repr, found[:_TOLD]))}?")


def _by_request(text: str, served: Sequence[str]) -> Iterator[str]:
    """Yield the operations of a method and path, or of a path with any method; best ones first."""
    method, _, rest = text.strip().partition(" ")
    if method.upper() not in _METHODS:
        method, rest = "", text.strip()
    path = re.sub(r"^\w+://[^/]*", "", rest.strip()).partition("?")[0]
    if not path.startswith("/"):
        return
    parts = path.rstrip("/").split("/")
    matching: dict[int, list[str]] = {}
    for name in served:
        row = BY_ID[name]
        template = row.path.rstrip("/").split("/")
        if len(template) == len(parts) and (not method or row.method == method.upper()) and all(
                mine.startswith("{") or mine == theirs
                for mine, theirs in zip(template, parts, strict=True)):
            matching.setdefault(row.path.count("{"), []).append(name)
    if matching:
        yield from matching[min(matching)]


def _by_words(text: str, served: Sequence[str]) -> list[str]:
    """Return the operations whose ids have the same words, in any order, singular or plural."""
    given = [word.lower() for word in _WORD.findall(text)]
    if len(given) < 2:
        return []
    if given[0] == "get" and given[-1].endswith("s"):
        given[0] = "list"
    ids: dict[frozenset[str], str] = {}
    for name in served:
        ids.setdefault(frozenset(map(_single, re.split(r"[._]", name))), name)
    for words in product(*((word, *VERBS.get(word, ())) for word in given)):
        found = ids.get(frozenset(map(_single, words)))
        if found is not None:
            return [found]
    return []


def _single(word: str) -> str:
    return word[:-1] if word.endswith("s") else word
