"""Formats the results of a sweep: text for a terminal, JSON, or an HTML page."""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict, cast

WORDS = ("survived", "failed well", "wrong", "not reached")
_WORST = ("wrong", "failed well", "not reached", "survived")
_POSITION = re.compile(r"\b\d+:(?=[a-z])")
# Differs from run to run: ids, addresses, numbers.
_DIFFERS = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}|"
                      r"0x[0-9a-f]+|\d+")
_NAMED = 10  # largest number of skipped cases that the terminal lists


class Result(TypedDict):
    """The result of one run."""

    case: str
    word: str
    why: str
    again: str


class Swept(TypedDict):
    """The sweep of one test, or the part of it that one xdist worker did.

    ``left_out`` lists the cases that the budget skipped. ``note`` says why the results are missing
    or unreliable; it is empty if they are not.
    """

    test: str
    exchanges: list[str]
    results: list[Result]
    left_out: list[str]
    seconds: float
    note: str


def merged(parts: Iterable[Swept]) -> list[Swept]:
    """Merge the parts of each test. The tests keep the order of their first appearance."""
    found: dict[str, Swept] = {}
    for part in parts:
        whole = found.setdefault(part["test"], Swept(
            test=part["test"], exchanges=part["exchanges"], results=[], left_out=[], seconds=0.0,
            note=""))
        whole["results"] += part["results"]
        whole["left_out"] += part["left_out"]
        whole["seconds"] += part["seconds"]
        whole["note"] = whole["note"] or part["note"]
    for whole in found.values():
        whole["results"].sort(key=lambda result: _order(result["case"]))
    return list(found.values())


def _order(case: str) -> tuple[int, int, str]:
    return case.count("+"), int(case.partition(":")[0]), case


def counts(swept: Swept) -> Counter[str]:
    """Return the number of runs with each verdict."""
    return Counter(result["word"] for result in swept["results"])


def lines(swept: Swept) -> list[str]:
    """Return the sweep of one test as lines for a terminal: counts, a table, and the wrong runs."""
    head = f"{swept['test']}: {_summary(swept)}"
    told = [head]
    if swept["note"]:
        told.append(f"  {swept['note']}")
    told += [f"  {row}" for row in _table(swept)]
    for alike in _alike(swept):
        first, others = alike[0], alike[1:]
        told.append(f"  WRONG {first['case']}")
        if others:
            shown = ", ".join(one["case"].partition(":")[0] for one in others)
            told.append(f"    same at request {shown}")
        told += [f"    {first['why']}", f"    repeat: {first['again']}"]
    if swept["left_out"]:
        more = len(swept["left_out"]) - _NAMED
        told.append(f"  {len(swept['left_out'])} left out by the budget: "
                    f"{', '.join(swept['left_out'][:_NAMED])}"
                    + (f" and {more} more" if more > 0 else ""))
    return told


def _summary(swept: Swept) -> str:
    found = counts(swept)
    return (f"{_number(swept['exchanges'], 'request')}, "
            f"{_number(swept['results'], 'run')} in {swept['seconds']:.1f} s: "
            + ", ".join(f"{found[word]} {word}" for word in WORDS if found[word]))


def _number(things: Sequence[object], name: str) -> str:
    return f"{len(things)} {name}{'s' * (len(things) != 1)}"


def _alike(swept: Swept) -> list[list[Result]]:
    """Return the wrong runs. Runs with the same operation, failure and reason form one group."""
    groups: dict[tuple[str, str], list[Result]] = {}
    for result in swept["results"]:
        if result["word"] == "wrong":
            key = (_POSITION.sub("", result["case"]), _DIFFERS.sub("N", result["why"]))
            groups.setdefault(key, []).append(result)
    return list(groups.values())


def _table(swept: Swept) -> list[str]:
    """Return a table with one row for each request: the number of runs with each verdict."""
    rows: list[tuple[str, ...]] = [("#", "request", *WORDS)]
    for position, exchange in enumerate(swept["exchanges"], 1):
        here = Counter(result["word"] for result in swept["results"]
                       if any(part.startswith(f"{position}:")
                              for part in result["case"].split("+")))
        if here:
            rows.append((str(position), exchange, *(str(here[word] or "") for word in WORDS)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows]


def as_json(tests: list[Swept], seed: object) -> str:
    """Return the whole report as JSON."""
    return json.dumps({
        "seed": seed,
        "tests": [{**swept, "counts": dict(counts(swept))} for swept in tests],
    }, indent=2) + "\n"


_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem;
  color: #1c2024; background: #fff; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; margin-top: 2.2rem; word-break: break-all; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #e3e5e8;
  vertical-align: top; }
th { font-weight: 600; } code { font-size: .85em; }
td:last-child code { word-break: break-all; }
td:first-child, td:nth-child(2) { white-space: nowrap; }
.wrong { background: #fdecea; } .failed-well { background: #f4f8ee; }
.not-reached { color: #70757a; } .summary { color: #4a4f55; }
@media (prefers-color-scheme: dark) {
  body { color: #e3e5e8; background: #15181b; } th, td { border-color: #33383d; }
  .wrong { background: #43201d; } .failed-well { background: #1e2a1a; }
  .summary { color: #a8adb3; }
}
"""


def as_page(tests: list[Swept], seed: object) -> str:
    """Return the whole report as one self-contained HTML page."""
    body = "".join(map(_section, tests))
    return ("<!doctype html><html lang=en><meta charset=utf-8>"
            "<meta name=viewport content='width=device-width'>"
            f"<title>fake_ims sweep</title><style>{_STYLE}</style><h1>fake_ims sweep</h1>"
            f"<p class=summary>seed {html.escape(str(seed))}</p>{body}</html>\n")


def _section(swept: Swept) -> str:
    rows = "".join(
        f"<tr class='{result['word'].replace(' ', '-')}'><td><code>{html.escape(result['case'])}"
        f"</code><td>{result['word']}<td>{html.escape(result['why'])}" + (
            f"<br><code>{html.escape(result['again'])}</code>"
            if result["word"] == "wrong" else "")
        for result in sorted(swept["results"], key=lambda result: _WORST.index(result["word"])))
    left_out = "".join(f"<li><code>{html.escape(case)}</code>" for case in swept["left_out"])
    if left_out:
        left_out = (f"<details><summary>{len(swept['left_out'])} left out by the budget</summary>"
                    f"<ul>{left_out}</ul></details>")
    note = f"<p><strong>{html.escape(swept['note'])}</strong>" if swept["note"] else ""
    return (f"<h2>{html.escape(swept['test'])}</h2><p class=summary>"
            f"{_summary(swept)}</p>{note}<table><tr><th>case<th>verdict<th>reason"
            f"{rows}</table>{left_out}")


def parsed(value: Mapping[str, Any]) -> Swept:
    """Return a part that a worker sent."""
    return cast("Swept", dict(value))
