"""Writes the table of docs/options.md from its rows: ``python docs/make_options.py``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from fake_ims.cli.option_listing import default, takes
from fake_ims.contract.options import OPTIONS

TARGET = Path(__file__).with_name("options.md")
BEGIN, END = "<!-- options: python docs/make_options.py -->", "<!-- end of options -->"


def rows() -> Iterator[str]:
    """The table of options, a line each."""
    yield from ("", "| option | takes | default | what it does |", "|---|---|---|---|")
    for row in OPTIONS:
        yield f"| `{row.name}` | {takes(row)} | {default(row)} | {row.says} |"
    yield ""


def text() -> str:
    """The page, with its table anew."""
    page = TARGET.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise SystemExit(f"{TARGET.name} has no {BEGIN!r} with {END!r} behind it")
    return before + BEGIN + "\n" + "\n".join(rows()) + "\n" + END + after


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{TARGET.name}: {len(OPTIONS)} options\n")
