"""``fake-ims options``: lists the options of Glance that a fake can be given."""

from __future__ import annotations

import textwrap

from ..contract.options import OPTIONS, Option

_WIDTH = 100


def value(found: object) -> str:
    """Return a value as ``--glance`` reads it."""
    if isinstance(found, tuple):
        return ",".join(found)
    return str(found).lower() if isinstance(found, bool) else str(found)


def takes(row: Option) -> str:
    """Describe the values that an option accepts."""
    if row.kind == "integer":
        return row.numbers
    if row.choices:
        which = "some of" if row.kind == "list" else "one of"
        return f"{which} {', '.join(row.choices)}"
    if row.kind == "boolean":
        return "true or false"
    what = "a list of texts" if row.kind == "list" else "a text"
    return f"{what}, such as {value(row.example)}"


def default(row: Option) -> str:
    """Return the defaults of an option in words."""
    shown = {name: value(row.default(name)) or "empty" for name in sorted(row.profiles)}
    if len(row.profiles) == 1:
        return "".join(f"{shown[name]}; only profile {name}" for name in shown)
    if len(set(shown.values())) == 1:
        return shown["otc"]
    return ", ".join(f"{shown[name]} in profile {name}" for name in shown)


def document() -> list[dict[str, object]]:
    """Return the listing as a JSON document."""
    return [
        {"name": row.name, "kind": row.kind, "says": row.says, "group": row.group,
         "default": {name: row.default(name) for name in sorted(row.profiles)},
         "minimum": row.minimum, "maximum": row.maximum, "choices": row.choices}
        for row in OPTIONS]


def text() -> str:
    """Return the listing as a table for a terminal."""
    width = max(len(row.name) for row in OPTIONS) + 2
    lines: list[str] = []
    for row in OPTIONS:
        lines += textwrap.wrap(
            f"{row.says} ({takes(row)}; default: {default(row)})", _WIDTH,
            initial_indent=row.name.ljust(width), subsequent_indent=" " * width,
            break_on_hyphens=False, break_long_words=False)
    return "\n".join(lines)
