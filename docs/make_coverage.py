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
is out of date. Every operation does its work; the application is not built if one has no handler.
What each of the 177 error codes is reached by stands in [error codes](error-codes.md).

"""
NOT_THERE = """
## Not there

- Glance's unified limits, and the workers behind its cache: `GET /v2/info/usage` is empty, and
  images are cached at once. Imports open no connections; [`fake.world.urls`](imports.md) says what
  they find.
- Keystone beyond log-ins and small administration: trusts, system roles, implied roles, federation,
  limits, services and endpoints cannot be changed. In profile `otc` people are made with
  `fake.identity`, not over HTTP.
"""


def rows(operations: Iterable[Operation]) -> Iterable[str]:
    """The table, a line each."""
    yield "| operation | request | success | errors | IAM actions | page | profiles |"
    yield "|---|---|---|---|---|---|---|"
    for row in operations:
        cells = (
            f"`{row.id}`",
            f"`{row.method} {row.path}`",
            str(row.success),
            " ".join(map(str, row.errors)),
            " ".join(f"`{action}`" for action in row.actions),
            row.chapter + (" (deprecated)" if row.deprecated and "recated" not in row.chapter
                           else ""),
            ", ".join(sorted(row.profiles, reverse=True)),
        )
        yield f"| {' | '.join(cells)} |"


def text() -> str:
    """The whole page."""
    reference = [row for row in OPERATIONS if row.source == "reference"]
    native = [row for row in reference if row.face == "native"]
    ims = [row for row in reference if row.face == "ims"]
    glance = [row for row in OPERATIONS if row.source == "glance"]
    keystone = [row for row in OPERATIONS if row.source == "keystone"]
    obs = [row for row in OPERATIONS if row.face == "obs"]
    lookups = [row for row in OPERATIONS if row.face == "lookup"]
    client = [row for row in OPERATIONS if row.source == "client"]
    parts = [
        HEAD,
        f"The API reference has {len(reference)} operations, all of them served. Its "
        f"{len(ERRORS)} error codes can all be raised by "
        "`faults.add(..., error_code=\"IMG.…\")`.\n",
    ]
    for title, chosen in (("Native OpenStack APIs", native), ("IMS APIs", ims),
                          ("What only Huawei's client has", client),
                          ("What only Glance documents", glance),
                          ("Identity: Keystone v3", keystone),
                          ("Neighbours in miniature: OBS", obs),
                          ("Neighbours in miniature: look-ups", lookups)):
        parts.append(f"\n## {title}\n\n" + "\n".join(rows(chosen)) + "\n")
    parts.append(NOT_THERE)
    return "".join(parts)


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{TARGET.name}: {len(OPERATIONS)} operations\n")
