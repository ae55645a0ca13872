"""Writes the table of docs/control.md from the routes: ``python docs/make_control.py``."""

from __future__ import annotations

import sys
from pathlib import Path

from fake_ims.cli.ctl import properties
from fake_ims.control.route import PREFIX
from fake_ims.control.routes import ROUTES

TARGET = Path(__file__).with_name("control.md")
BEGIN = "<!-- operations: python docs/make_control.py -->"
END = "<!-- end of operations -->"
_SHOWN = 6


def rows() -> list[str]:
    """The table, a line each."""
    found = ["| `fake-ims ctl` | request | body or query | |", "|---|---|---|---|"]
    for route in ROUTES:
        names = [f"`{name}`" for name in (*route.query, *properties(route))]
        takes = ", ".join(names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
        found.append(f"| `{route.id}` | `{route.method} {PREFIX}{route.path}` | {takes} | "
                     f"{route.says} |")
    return found


def text() -> str:
    """The page, with its table anew."""
    page = TARGET.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise SystemExit(f"{TARGET.name} has no {BEGIN!r} with {END!r} behind it")
    return before + BEGIN + "\n\n" + "\n".join(rows()) + "\n\n" + END + after


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{TARGET.name}: {len(ROUTES)} operations\n")
