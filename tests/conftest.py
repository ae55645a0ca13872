"""What all tests share."""

from __future__ import annotations

import gc
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


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Keep the garbage collector from the tests and modules: they stay, and they are many."""
    gc.collect()
    gc.freeze()
