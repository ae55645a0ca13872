"""Reads a document from a file, and remembers the line of each key."""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from ..domain import sound
from ..domain.sound import Path, dotted
from ..errors import UsageError
from .check import Problem
from .places import Lines, json_lines, line_of, toml_lines

if TYPE_CHECKING or sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_AT_LINE = re.compile(r" \(at line (\d+), column \d+\)$")
_LONG = re.compile(r"[0-9_]{640}")  # Python reads at least so many digits


@dataclass(frozen=True)
class Source:
    """A parsed document.

    Attributes:
        name: name of the file, for error texts.
        document: the parsed document.
        lines: the line of each key.
    """

    name: str
    document: dict[str, Any]
    lines: Lines

    def place(self, path: Path) -> str:
        """Return ``FILE:LINE`` of a key."""
        return f"{self.name}:{line_of(self.lines, path)}"

    def text(self, problem: Problem) -> str:
        """Format a problem in one line: file, line, key, and what is wrong."""
        key = f"{dotted(problem.path)}: " if problem.path else ""
        return f"{self.place(problem.path)}: {key}{problem.text}"


def read(path: str | PathLike[str]) -> Source:
    """Read a file: JSON if its name ends in ``.json``, otherwise TOML.

    Raises:
        UsageError: the file cannot be read or parsed; the text contains file and line.
    """
    name = fspath(path)
    try:
        with open(name, encoding="utf-8") as file:
            text = file.read()
    except OSError as error:
        raise UsageError(f"{name}: cannot read the file: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{name}: the file is not UTF-8") from None
    return parse(text, name)


def parse(text: str, name: str) -> Source:
    """Parse a text: JSON if ``name`` ends in ``.json``, otherwise TOML.

    Raises:
        UsageError: the text cannot be parsed; the message contains ``name`` and the line.
    """
    language = "JSON" if name.endswith(".json") else "TOML"
    try:
        document = (json.loads(text, object_pairs_hook=_each_once) if language == "JSON"
                    else tomllib.loads(text))
    except json.JSONDecodeError as error:
        raise UsageError(f"{name}:{error.lineno}: invalid JSON: {error.msg}") from None
    except tomllib.TOMLDecodeError as error:
        line = _AT_LINE.search(str(error))
        where = f"{name}:{line[1] if line else text.count(chr(10)) + 1}"
        raise UsageError(f"{where}: invalid TOML: {_AT_LINE.sub('', str(error))}") from None
    except _Twice as twice:
        raise UsageError(f"{name}: duplicate key {twice} in an object; remove one of them"
                         ) from None
    except RecursionError:
        raise UsageError(f"{name}:1: invalid {language}: {sound.TOO_DEEP}") from None
    except ValueError:
        found = _LONG.search(text)
        line_number = text.count("\n", 0, found.start()) + 1 if found else 1
        raise UsageError(f"{name}:{line_number}: invalid {language}: an integer has too many "
                         "digits") from None
    if not isinstance(document, dict):
        raise UsageError(f"{name}:1: expected a JSON object {{...}}")
    for path, problem in sound.problems(document):
        if problem == sound.TOO_DEEP:  # also for what finds the lines
            raise UsageError(f"{name}:1: {dotted(path)}: {problem}")
    return Source(name, document, json_lines(text) if language == "JSON" else toml_lines(text))


class _Twice(ValueError):
    """An object has the same key twice."""


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Twice(next(repr(name) for name in names if names.count(name) > 1))
    return found
