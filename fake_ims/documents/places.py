"""Finds the lines of the keys of a TOML or JSON document.

The parsers of the standard library do not report lines. These functions scan a text that has been
parsed before, so they need no error handling.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from ..domain.sound import Path

Lines = dict[Path, int]

_HEADER = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""[ \t]*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)[ \t]*([.=])""")
_PART = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'[^']*'|[A-Za-z0-9_-]+)\s*\.?""")
_SPACE = re.compile(r"[ \t\r\n]*")
_SCALAR = re.compile(r'"(?:[^"\\]|\\.)*"|[^\s,\]}]+')


def line_of(lines: Lines, path: Path) -> int:
    """Return the line of a key, or of the closest outer key with a known line."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return 1


def toml_lines(text: str) -> Lines:
    """Return the line of each table and of each key before an ``=``, but not within inline
    tables."""
    lines: Lines = {}
    counts: dict[Path, int] = {}
    here: Path = ()
    for number, line in _logical_lines(text):
        header = _HEADER.match(line)
        if header:
            names = tuple(_name(part) for part in _PART.findall(header[2]))
            here = _within(names, counts, opens=header[1] == "[[")
            lines.setdefault(here, number)
            continue
        path = here
        position = 0
        while found := _KEY.match(line, position):
            path = (*path, _name(found[1]))
            lines.setdefault(path, number)
            position = found.end()
            if found[2] == "=":
                break
    return lines


def _within(names: tuple[str, ...], counts: dict[Path, int], *, opens: bool) -> Path:
    """Return the path of a table. A list of tables in it means the last table of the list."""
    path: Path = ()
    for position, name in enumerate(names):
        path = (*path, name)
        if opens and position == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines where a key or a header can begin: not within a string or a list."""
    depth, quote = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if not depth and not quote:
            yield number, line
        depth, quote = _after(line, depth, quote, header=bool(_HEADER.match(line)))


def _after(line: str, depth: int, quote: str, *, header: bool) -> tuple[int, str]:
    """Return what is open at the end of a line: the depth of brackets, and the quotes of a
    multi-line string."""
    if header and not depth and not quote:
        return 0, ""
    position = 0
    while position < len(line):
        if quote:
            if quote[0] == '"' and line[position] == "\\":
                position += 2
            elif line.startswith(quote, position):
                position, quote = position + len(quote), ""
            else:
                position += 1
            continue
        letter = line[position]
        if letter == "#":
            break
        if letter in "\"'":
            quote = letter * 3 if line.startswith(letter * 3, position) else letter
            position += len(quote)
            continue
        depth += (letter in "[{") - (letter in "]}")
        position += 1
    return depth, quote if len(quote) == 3 else ""


def _name(part: str) -> str:
    if part[0] == '"':
        return str(json.loads(part))
    return part[1:-1] if part[0] == "'" else part


def json_lines(text: str) -> Lines:
    """Return the line of each key and of each list item."""
    lines: Lines = {}
    _walk(text, _skip(text, 0), (), lines)
    return lines


def _walk(text: str, position: int, path: Path, lines: Lines) -> int:
    """Record the lines of the value at a position and of everything in it. Return the position
    after it."""
    lines.setdefault(path, text.count("\n", 0, position) + 1)
    opening = text[position]
    if opening not in "{[":
        found = _SCALAR.match(text, position)
        return found.end() if found else len(text)
    closing = "}" if opening == "{" else "]"
    position, count = _skip(text, position + 1), 0
    while text[position] != closing:
        if opening == "{":
            key = _SCALAR.match(text, position)
            assert key is not None, "the text has been parsed"
            inner: Path = (*path, str(json.loads(key[0])))
            lines.setdefault(inner, text.count("\n", 0, position) + 1)
            position = _skip(text, _skip(text, key.end()) + 1)
        else:
            inner = (*path, count)
        position = _skip(text, _walk(text, position, inner, lines))
        count += 1
        if text[position] == ",":
            position = _skip(text, position + 1)
    return position + 1


def _skip(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position
