"""The pytest plugin of ``fake_ims``: fixtures, markers, options and report sections.

For annotations: ``FakeImsFactory`` and ``FakeImsClient`` are the types of two fixtures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .client_type import FakeImsClient
    from .fixtures import FakeImsFactory
else:
    _HOMES = {"FakeImsClient": "client_type", "FakeImsFactory": "fixtures"}

    def __getattr__(name: str) -> object:
        home = _HOMES.get(name)  # every run of pytest imports this package: nothing else yet
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
        return value


__all__ = ["FakeImsClient", "FakeImsFactory"]
