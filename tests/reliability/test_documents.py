"""Documents made up from their schemas: the short form of ``guard_documents``."""

from __future__ import annotations

import guard_documents
import pytest


@pytest.mark.parametrize("start", range(1_000_000, 1_000_400, 100))
def test_check_load_and_play_agree(start: int) -> None:
    outcomes, failures = guard_documents.run(range(start, start + 100))
    assert [str(broke) for broke in failures] == []
    for what in ("scenario played", "scenario refused", "control refused", "control taken"):
        assert outcomes[what] > 1, what
    for trap in guard_documents.TRAPS:
        assert outcomes[f"trap: {trap}"] > 0, trap
