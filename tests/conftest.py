"""What all tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from wire import Wire

if TYPE_CHECKING:
    from fake_ims import FakeIMS

pytest_plugins = ["pytester", "codes_seen"]


@pytest.fixture
def wire(fake_ims: FakeIMS) -> Wire:
    """The default tenant, over plain HTTP."""
    return Wire(fake_ims.url, fake_ims.headers)
