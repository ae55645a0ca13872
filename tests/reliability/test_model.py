"""The guard ``model`` in short: the same examples each time.

``python tests/reliability model`` plays more, and others.
"""

from __future__ import annotations

import pytest
from guard_model import run
from ims_machine import Both, Native

from fake_ims import FakeIMS


@pytest.mark.parametrize(("machine", "examples"), [(Both, 60), (Native, 20)])
def test_the_fake_agrees_with_the_model(machine: type[Native], examples: int) -> None:
    with FakeIMS(profile=machine.profile, auth="triple") as fake:
        run(machine, fake, examples, steps=50, derandomize=True)
