"""The baseline: a file with the wrong cases that are known, each with a reason.

The file is TOML, sorted, one table for each test and one line for each case::

    ["tests/test_disk.py::test_upload"]
    "images.upload#1:no-answer" = "hang: the client waits without a time-out"

Positions of requests are not part of it. A case is named by its operation, by its number among the
requests of that operation, and by its failure.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ..errors import UsageError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

#: Reason by case, by test.
Known = dict[str, dict[str, str]]
_HEAD = """\
# Cases of the sweep that are known to go wrong. Only other cases fail the run.
# Written by the option update-baseline, which keeps the reasons that you write here.
"""


def read(path: Path, options: str) -> Known:
    """Read a baseline.

    Args:
        path: the file.
        options: how the names of options begin.

    Raises:
        UsageError: the file cannot be read, or is not a baseline.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read the baseline {path}: {error.strerror}. To write it, add "
                         f"{options}update-baseline") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"the baseline {path} is not valid TOML: {error}") from None
    for test, cases in found.items():
        if not isinstance(cases, dict) or not all(isinstance(one, str) for one in cases.values()):
            raise UsageError(f"the baseline {path} must have a reason, as a string, for each case; "
                             f"see the table {test!r}")
    return found


def text(known: Known) -> str:
    """Return the text of a baseline, sorted."""
    tables = []
    for test in sorted(known):
        if known[test]:
            lines = [f"{_quoted(case)} = {_quoted(known[test][case])}"
                     for case in sorted(known[test])]
            tables.append("\n".join([f"[{_quoted(test)}]", *lines, ""]))
    return "\n".join([_HEAD, *tables])


def _quoted(value: str) -> str:
    # A basic string of TOML has the escapes of JSON, if nothing but ASCII is escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
