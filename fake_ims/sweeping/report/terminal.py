"""The report as text for a terminal: what is wrong, where, and how to repeat it."""

from __future__ import annotations

import re

from ..verdict import BAD
from . import Result, Swept, number, summary

_NAMED = 10  # largest number of skipped cases that are listed
_WIDTH = 300  # longer texts are folded
# Differs from run to run: ids, addresses, numbers.
_DIFFERS = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}|"
                      r"0x[0-9a-f]+|\d+")


def lines(swept: Swept, *, whole: bool = False) -> list[str]:
    """Return the sweep of one test as lines: the numbers, and each finding once.

    Args:
        swept: the sweep.
        whole: whether to tell every run, whatever its verdict.
    """
    told = [f"{swept['test']}: {summary(swept)}"]
    if swept["note"]:
        told.append(f"  {swept['note']}")
    if whole:
        told += [f"  {one['word']} {one['case']}: {_folded(one['why'])}"
                 for one in swept["results"]]
        return told
    for alike in _findings(swept):
        first, others = alike[0], alike[1:]
        told.append(f"  {first['word'].upper()} {first['case']}"
                    + (f"  at {first['site']}" if first["site"] else ""))
        told.append(f"    {_folded(first['why'])}")
        if others:
            shown = ", ".join(f"{one['position']}:{one['failure']}" for one in others[:_NAMED])
            more = len(others) - _NAMED
            told.append(f"    same for {shown}" + (f" and {more} more" if more > 0 else ""))
        told.append(f"    repeat: {first['again']}")
    if swept["gone"]:
        told.append(f"  in the baseline, but no longer wrong: {', '.join(swept['gone'])}")
    if swept["left_out"]:
        more = len(swept["left_out"]) - _NAMED
        told.append(f"  {len(swept['left_out'])} left out by the budget: "
                    f"{', '.join(swept['left_out'][:_NAMED])}"
                    + (f" and {more} more" if more > 0 else ""))
    if swept["equal"]:
        told.append(f"  {number(swept['equal'], 'case')} not run because they are equal to others "
                    "(--fake-ims-sweep-full runs them)")
    return told


def _folded(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]} ..."


def _findings(swept: Swept) -> list[list[Result]]:
    """Return the new bad runs. Runs of one operation that break one rule alike form a group."""
    groups: dict[tuple[str, ...], list[Result]] = {}
    for result in swept["results"]:
        if result["word"] in BAD and not result["known"]:
            key = (result["word"], result["rule"], result["operation"], result["site"],
                   _DIFFERS.sub("N", result["why"]))
            groups.setdefault(key, []).append(result)
    return list(groups.values())
