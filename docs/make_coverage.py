"""Writes docs/coverage.md from the contract: ``python docs/make_coverage.py``."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from fake_ims.contract.errors import ERRORS
from fake_ims.contract.model import Operation
from fake_ims.contract.operations import OPERATIONS

TARGET = Path(__file__).with_name("coverage.md")
HEAD = """# Coverage

Made from `fake_ims/contract/operations.py` by `python docs/make_coverage.py`; a test fails when it
is out of date. *served* means that the operation does its work; *501* that it answers so until its
issue, with a body that says so.

"""
NOT_THERE = """
## Not there

- Glance's image cache: its operations answer as those of a Glance without a cache do.
- Glance's `glance-download` import and `location` API for data elsewhere: refused as by a Glance
  that is not set up for them. `web-download` is checked and then fails as a task, because the fake
  opens no connections.
- Keystone beyond what clients need to log in: people are made with `fake.identity`, not over HTTP.
"""


def rows(operations: Iterable[Operation]) -> Iterable[str]:
    """The table, a line each."""
    yield "| operation | request | success | errors | IAM actions | page | profiles | state |"
    yield "|---|---|---|---|---|---|---|---|"
    for row in operations:
        state = "served" if row.served else "501"
        if row.deprecated:
            state += ", deprecated"
        cells = (
            f"`{row.id}`",
            f"`{row.method} {row.path}`",
            str(row.success),
            " ".join(map(str, row.errors)),
            " ".join(f"`{action}`" for action in row.actions),
            row.chapter,
            ", ".join(sorted(row.profiles, reverse=True)),
            state,
        )
        yield f"| {' | '.join(cells)} |"


def text() -> str:
    """The whole page."""
    reference = [row for row in OPERATIONS if row.source == "reference"]
    native = [row for row in reference if row.face == "native"]
    ims = [row for row in reference if row.face == "ims"]
    glance = [row for row in OPERATIONS if row.source == "glance"]
    keystone = [row for row in OPERATIONS if row.source == "keystone"]
    served = sum(row.served for row in reference)
    parts = [
        HEAD,
        f"The API reference has {len(reference)} operations; {served} are served. Its "
        f"{len(ERRORS)} error codes can all be raised by `faults.add(..., error=\"IMG.…\")`.\n",
    ]
    for title, chosen in (("Native OpenStack APIs", native), ("IMS APIs", ims),
                          ("What only Glance documents", glance),
                          ("Identity: Keystone v3", keystone)):
        parts.append(f"\n## {title}\n\n" + "\n".join(rows(chosen)) + "\n")
    parts.append(NOT_THERE)
    return "".join(parts)


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{TARGET.name}: {len(OPERATIONS)} operations\n")
