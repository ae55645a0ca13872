"""The report as JSON."""

from __future__ import annotations

import json

from . import Swept, counts

#: Version of the format. It changes when a field goes or changes its meaning.
FORMAT = 2


def as_json(tests: list[Swept], seed: object) -> str:
    """Return the whole report as JSON. ``docs/sweep.md`` describes the fields."""
    return json.dumps({
        "format": FORMAT,
        "seed": seed,
        "tests": [{**swept, "counts": dict(counts(swept))} for swept in tests],
    }, indent=2) + "\n"
