"""Read the beginning of a JSON document, as the journal keeps one that is too long."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

_TOKEN = re.compile(r'\s*(?:([{}\[\],:])|("(?:[^"\\]|\\.)*"?)|([^\s{}\[\],:"]+))', re.DOTALL)
_SCALAR = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s{}\[\],:"]+', re.DOTALL)
_CLOSING = {"{": "}", "[": "]"}
# Half an escape or half a surrogate pair at the cut.
_HALF = re.compile(r"(?<!\\)((?:\\\\)*)(\\u[dD][89abAB][0-9a-fA-F]{2})?\\(u[0-9a-fA-F]{0,3})?\Z")


def changed(text: str, change: Callable[[str], str | None]) -> str | None:
    """Return the beginning of a document after a change of the document.

    Args:
        text: the beginning of an object or array in JSON.
        change: gets a whole document with everything that is in the beginning. Returns the changed
            document; None if there is nothing to change.

    Returns:
        The beginning of the changed document, without the brackets that are missing in ``text``;
        the same text if nothing changes; None if it is not the beginning of JSON.
    """
    found = _completed(text)
    if found is None:
        return None
    whole, end, left = found
    try:
        document = change(whole)
    except (ValueError, RecursionError):
        return None
    return text if document is None else document[:len(document) - len(end)] + left


def _completed(text: str) -> tuple[str, str, str] | None:
    """Return the document that the cut one becomes with the brackets that it lacks, these brackets,
    and what cannot be a part of it: a comma, a key without a value, or a part of a word."""
    open_: list[str] = []
    good = position = 0  # up to ``good`` the text is whole, but for the open brackets
    is_key = False
    quote = ""
    while (found := _TOKEN.match(text, position)) is not None:
        mark, string, word = found.groups()
        position = found.end()
        if mark in ("{", "["):
            open_.append(mark)
            is_key = mark == "{"
        elif mark in ("}", "]"):
            if not open_:
                return None
            open_.pop()
            is_key = False
        elif mark == ",":
            is_key = bool(open_) and open_[-1] == "{"
            continue
        elif mark == ":":
            is_key = False
            continue
        elif is_key:
            continue
        elif string is not None and _SCALAR.fullmatch(string) is None:
            text = _HALF.sub(r"\1", text)
            good, quote = len(text), '"'
            break
        elif word is not None and position == len(text) and not _is_value(word):
            break
        good = position
    end = quote + "".join(map(_CLOSING.__getitem__, reversed(open_)))
    return (text[:good] + end, end, text[good:]) if good else None


def _is_value(word: str) -> bool:
    try:
        json.loads(word)
    except ValueError:
        return False
    return True
