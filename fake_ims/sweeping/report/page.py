"""The report as a self-contained HTML page."""

from __future__ import annotations

import html

from ..verdict import BAD
from . import Swept, summary

_WORST = ("wrong", "should have survived", "cannot be seen", "failed well", "not reached",
          "survived")
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
            f"<br><code>{html.escape(result['again'])}</code>" if result["word"] in BAD else "")
        for result in sorted(swept["results"], key=lambda result: _WORST.index(result["word"])))
    left_out = "".join(f"<li><code>{html.escape(case)}</code>" for case in swept["left_out"])
    if left_out:
        left_out = (f"<details><summary>{len(swept['left_out'])} left out by the budget</summary>"
                    f"<ul>{left_out}</ul></details>")
    note = f"<p><strong>{html.escape(swept['note'])}</strong>" if swept["note"] else ""
    return (f"<h2>{html.escape(swept['test'])}</h2><p class=summary>"
            f"{summary(swept)}</p>{note}<table><tr><th>case<th>verdict<th>reason"
            f"{rows}</table>{left_out}")
