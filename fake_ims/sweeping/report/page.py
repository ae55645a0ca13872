"""The report as a self-contained HTML page: a matrix of requests and failures for each test.

The page contains texts that servers and tests have written. Python escapes them, the script only
sets them as text, and the page's own policy allows no script but ours, and no request.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from importlib.resources import files

from ..failures import KINDS
from . import Result, Swept, is_bad, is_known, number
from .findings import Finding, found, summary

# Sign, CSS class and meaning of each verdict. The sign differs too: not all people see colours.
_SIGNS = {
    "wrong": ("✗", "wrong", "wrong"),
    "should have survived": ("!", "wrong", "should have survived"),
    "known": ("k", "known", "wrong, but known from the baseline"),
    "cannot be seen": ("?", "unseen", "cannot be seen by any client"),
    "failed well": ("○", "well", "failed well"),
    "survived": ("✓", "fine", "survived"),
    "not reached": ("-", "missed", "not reached"),
    "left out": ("…", "missed", "left out by the budget"),
}


def as_page(tests: list[Swept], seed: object) -> str:
    """Return the whole report as one self-contained HTML page."""
    style, script = _own("page.css"), _own("page.js")
    policy = (f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
              "base-uri 'none'; form-action 'none'")
    # Inside a script element, nothing is read as HTML but a "<".
    data = json.dumps([{
        "test": swept["test"], "requests": swept["requests"], "results": swept["results"],
    } for swept in tests], separators=(",", ":")).replace("<", "\\u003c")
    findings = found(tests)
    return (
        "<!doctype html><html lang=en><head><meta charset=utf-8>"
        f'<meta http-equiv=Content-Security-Policy content="{policy}">'
        "<meta name=viewport content='width=device-width, initial-scale=1'>"
        f"<title>fake_ims sweep</title><style>{style}</style></head><body><main>"
        "<h1>fake_ims sweep</h1>"
        f"<p>{number(len(tests), 'test')}, {escape(summary(tests))}, seed {escape(str(seed))}</p>"
        f"{_links(findings)}"
        "<noscript><p class=note>Without JavaScript, the page cannot show single runs.</noscript>"
        f"{''.join(_findings(findings, tests))}"
        f"<h2 id=tests>Tests</h2>{_legend()}"
        f"{''.join(part for index, swept in enumerate(tests) for part in _test(index, swept))}"
        "</main><dialog id=run aria-labelledby=run-title><header><h2 id=run-title></h2>"
        "<button type=button class=open id=close>Close</button></header>"
        "<div class=body id=run-body></div></dialog>"
        f"<script type=application/json id=data>{data}</script><script>{script}</script>"
        "</body></html>\n")


def _own(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _links(findings: list[Finding]) -> str:
    if not findings:
        return ""
    return ("<nav aria-label='Parts of the page'><a href='#findings'>Findings</a> "
            "<a href='#tests'>Tests</a></nav>")


def _legend() -> str:
    entries = "".join(
        f"<li><span class='sign {style}' aria-hidden=true>{sign}</span>{meaning}"
        for sign, style, meaning in _SIGNS.values())
    return (f"<ul class=legend aria-label='Signs'>{entries}</ul>"
            "<p class=dim>Rows are requests of the clean run, columns are failures. An empty cell "
            "is a failure that cannot happen there, or that equals another one. Press Enter in a "
            "cell to see its run; the arrow keys move.")


def _findings(findings: list[Finding], tests: list[Swept]) -> Iterator[str]:
    if not findings:
        return
    places = {id(run): f"{index}-{position}" for index, swept in enumerate(tests)
              for position, run in enumerate(swept["results"])}
    yield f"<h2 id=findings>{number(len(findings), 'finding')}</h2>"
    yield "<ol class=findings aria-labelledby=findings>"
    for finding in findings:
        texts = "".join(f"<li><span class=dim>{escape(', '.join(names))}:</span> {escape(text)}"
                        for text, names in finding.texts())
        first = finding.first
        yield (f"<li><h3><span class=rule>{escape(finding.what)}</span>: "
               f"{escape(finding.operation)} <span class=dim>{escape(finding.place)} "
               f"({number(len(finding.runs), 'run')})</span></h3><ul>{texts}</ul>"
               f"{_command(first, places[id(first)])}")
    yield "</ol>"


def _command(run: Result, place: str) -> str:
    case = escape(run["case"])
    return (f"<div class=command><button type=button class=open data-run={place} "
            f"aria-label='Show the run {case}'>Show</button><code>{escape(run['again'])}</code>"
            "<button type=button class=open data-copy "
            f"aria-label='Copy the command that repeats {case}'>Copy</button></div>")


def _test(index: int, swept: Swept) -> Iterator[str]:
    opened = " open" if any(map(is_bad, swept["results"])) or swept["note"] else ""
    yield (f"<details class=test{opened}><summary>{escape(swept['test'])} "
           f"<span class=dim>{number(len(swept['requests']), 'request')}, "
           f"{escape(summary([swept]))}</span></summary>")
    if swept["note"]:
        yield f"<p class=note>{escape(swept['note'])}"
    if swept["gone"]:
        yield ("<p class=note>In the baseline, but no longer wrong: "
               f"{escape(', '.join(swept['gone']))}")
    yield from _matrix(index, swept)
    yield from _several(index, swept)
    if swept["equal"]:
        yield (f"<p class=dim>{number(swept['equal'], 'case')} not run because they are equal to "
               "others")
    yield "</details>"


def _matrix(index: int, swept: Swept) -> Iterator[str]:
    """Yield the table of the runs with one failure."""
    cells: dict[tuple[int, str], str] = {}
    kinds: dict[str, str] = {}
    for place, run in enumerate(swept["results"]):
        if "+" not in run["case"]:
            cells[run["position"], run["failure"]] = _cell(f"{index}-{place}", run)
            kinds.setdefault(run["failure"], run["kind"])
    for case in swept["left_out"]:
        if "+" not in case:
            position, _, failure = case.partition(":")
            failure = failure.rpartition(":")[2]
            sign, style, meaning = _SIGNS["left out"]
            cells[int(position), failure] = (
                f"<span class='sign {style}' aria-hidden=true>{sign}</span>"
                f"<span class=sr>{meaning}</span>")
            kinds.setdefault(failure, "")
    if not cells:
        return
    order = {kind: rank for rank, kind in enumerate((*KINDS, ""))}
    columns = sorted(kinds, key=lambda failure: (order[kinds[failure]], failure))
    firsts = {kind: next(one for one in columns if kinds[one] == kind)
              for kind in dict.fromkeys(kinds[one] for one in columns)}
    starts = set(firsts.values())
    groups = "".join(
        f"<th scope=colgroup class=first colspan={sum(kinds[one] == kind for one in columns)}>"
        f"{escape(kind)}" for kind in firsts)
    heads = "".join(f"<th scope=col{_first(one, starts)}><span>{escape(one)}</span>"
                    for one in columns)
    yield (f"<div class=scroll role=group aria-label='Matrix of {escape(swept['test'])}'>"
           f"<table class=matrix><caption class=sr>Verdicts by request and failure</caption>"
           f"<thead><tr><td>{groups}<tr><th scope=col>request{heads}</thead><tbody>")
    for request in swept["requests"]:
        site = f"<span class=dim>{escape(request['site'])}</span>" if request["site"] else ""
        row = "".join(f"<td{_first(one, starts)}>{cells.get((request['position'], one), '')}"
                      for one in columns)
        yield (f"<tr><th scope=row title='{escape(request['line'])}'><span class=number>"
               f"{request['position']}</span>{escape(request['operation'])}{site}</th>{row}")
    yield "</tbody></table></div>"


def _first(column: str, starts: set[str]) -> str:
    return " class=first" if column in starts else ""


def _cell(place: str, run: Result) -> str:
    sign, style, meaning = _SIGNS["known" if is_known(run) else run["word"]]
    rule = f" ({run['rule']})" if run["rule"] else ""
    label = f"{run['operation']}, {run['failure']}: {meaning}{rule}"
    return (f"<button type=button class='sign {style}' data-run={place} "
            f"aria-label='{escape(label)}' title='{escape(label)}'>{sign}</button>")


def _several(index: int, swept: Swept) -> Iterator[str]:
    """Yield the table of the runs with several failures."""
    rows = "".join(
        f"<tr><td>{_cell(f'{index}-{place}', run)}<td><code>{escape(run['case'])}</code>"
        f"<td>{escape(run['why'])}"
        for place, run in enumerate(swept["results"]) if "+" in run["case"])
    if rows:
        yield ("<table class=list><caption class=sr>Runs with several failures</caption>"
               f"<thead><tr><th scope=col>verdict<th scope=col>failures<th scope=col>reason</thead>"
               f"<tbody>{rows}</tbody></table>")
