"""Writes the tables of docs/faults.md from the kinds of faults: ``python docs/make_faults.py``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

from fake_ims.cli.fault_listing import ROLES, settings, takes
from fake_ims.faults.plan import plan
from fake_ims.faults.weather import WEATHER

TARGET = Path(__file__).with_name("faults.md")


def setting_rows() -> Iterable[str]:
    """The table of settings, a line each."""
    for role, (title, _) in ROLES.items():
        yield from ("", f"**{role.capitalize()}: {title}**", "",
                    "| setting | takes | |", "|---|---|---|")
        for setting in settings(role):
            yield f"| `{setting.name}` | {_cell(takes(setting))} | {_cell(setting.says)} |"
    yield ""


def weather_rows() -> Iterable[str]:
    """The table of weather."""
    yield from ("", "| weather | is | its faults | each as |", "|---|---|---|---|")
    for row in WEATHER.values():
        for position, one in enumerate(row.faults):
            begin = f"`{row.name}` | {row.says}" if position == 0 else " | "
            yield f"| {begin} | `{json.dumps(one)}` | {_cell(str(plan(one)))} |"
    yield ""


def _cell(text: str) -> str:
    # What is in pointed brackets or has stars would be taken for marks.
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")


def text() -> str:
    """The page, with its tables anew."""
    page = TARGET.read_text(encoding="utf-8")
    for name, rows in (("settings", setting_rows()), ("weather", weather_rows())):
        begin, end = f"<!-- {name}: python docs/make_faults.py -->", f"<!-- end of {name} -->"
        before, _, rest = page.partition(begin)
        _, found, after = rest.partition(end)
        if not found:
            raise SystemExit(f"{TARGET.name} has no {begin!r} with {end!r} behind it")
        page = before + begin + "\n" + "\n".join(rows) + "\n" + end + after
    return page


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{TARGET.name}: {sum(1 for role in ROLES for _ in settings(role))} settings, "
                     f"{len(WEATHER)} weathers\n")
