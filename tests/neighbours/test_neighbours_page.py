"""docs/neighbours.md: its examples run."""

from __future__ import annotations

import pytest
from doc_examples import examples, run

from fake_ims import FakeIMS

# Clients warn of what they will drop themselves.
pytestmark = pytest.mark.filterwarnings(
    "ignore::PendingDeprecationWarning", "ignore::DeprecationWarning")


@pytest.mark.parametrize("code", examples("neighbours.md"))
def test_the_examples_run(fake_ims: FakeIMS, code: str) -> None:
    run("neighbours.md", code, fake=fake_ims)
