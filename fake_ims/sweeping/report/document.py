"""The report as JSON."""

from __future__ import annotations

import json

from . import Swept, counts
from .findings import found

#: Version of the format. It changes when a field goes or changes its meaning.
FORMAT = 2


def as_json(tests: list[Swept], seed: object) -> str:
    """Return the whole report as JSON. ``docs/sweep-report.schema.json`` describes it."""
    return json.dumps({
        "format": FORMAT,
        "seed": str(seed),
        "findings": [{
            "rule": one.rule, "operation": one.operation, "site": one.site,
            "runs": [{"test": swept["test"], "case": run["case"]} for swept, run in one.runs],
            "again": one.first["again"],
        } for one in found(tests)],
        "tests": [{**swept, "counts": dict(counts(swept))} for swept in tests],
    }, indent=2) + "\n"
