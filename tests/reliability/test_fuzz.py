"""Requests made up from the contract break nothing: the short form of ``guard_fuzz``."""

from __future__ import annotations

import guard_fuzz
import pytest

from fake_ims import FakeIMS


@pytest.mark.parametrize("seed", range(10))
def test_no_request_breaks_it(seed: int) -> None:
    with FakeIMS() as fake:
        statuses = guard_fuzz.run(fake, 1000 + seed, 1000)
    assert statuses["200"] + statuses["201"] + statuses["204"] > 250
    assert statuses["400"] > 50
