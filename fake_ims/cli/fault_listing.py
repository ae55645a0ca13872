"""``fake-ims faults``: lists the settings of faults, and the weathers."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from ..documents.check import expected
from ..faults.kinds import Kind, Setting
from ..faults.plan import plan
from ..faults.registry import EFFECTS, MATCHES, SCHEDULES
from ..faults.weather import WEATHER

ROLES: dict[str, tuple[str, tuple[Kind, ...]]] = {
    "match": ("which requests", MATCHES),
    "schedule": ("which of these, and when", SCHEDULES),
    "effect": ("what happens to them", EFFECTS),
}
_WIDTH = 100


def settings(role: str) -> Iterator[Setting]:
    """Yield the settings of a role, in the order of its kinds, each once."""
    shown: set[str] = set()
    for other, (_, kinds) in ROLES.items():
        for kind in kinds:
            for setting in kind.settings:
                if setting.name not in shown:
                    shown.add(setting.name)
                    if other == role:
                        yield setting
        if other == role:
            return


def takes(setting: Setting) -> str:
    """Describe the values that a setting accepts."""
    return expected(setting.schema)


def document() -> dict[str, object]:
    """Return the whole listing as a JSON document."""
    return {
        "settings": [
            {"name": setting.name, "role": role, "says": setting.says, "schema": setting.schema}
            for role in ROLES for setting in settings(role)],
        "weather": [
            {"name": row.name, "says": row.says,
             "faults": [{"settings": one, "text": str(plan(one))} for one in row.faults]}
            for row in WEATHER.values()],
    }


def text() -> str:
    """Return the whole listing as a table for a terminal."""
    lines: list[str] = []
    width = max(len(setting.name) for role in ROLES for setting in settings(role)) + 2
    for role, (title, _) in ROLES.items():
        lines += ["", f"{role.upper()}: {title}"]
        for setting in settings(role):
            lines += textwrap.wrap(
                f"{setting.says} ({takes(setting)})", _WIDTH, initial_indent=setting.name.ljust(
                    width), subsequent_indent=" " * width, break_on_hyphens=False)
    lines += ["", "WEATHER: named sets of faults"]
    width = max(map(len, WEATHER)) + 2
    for row in WEATHER.values():
        lines.append(f"{row.name.ljust(width)}{row.says}")
        lines += [f"{' ' * width}- {plan(one)}" for one in row.faults]
    return "\n".join(lines[1:])
