"""A fake Image Management Service of Open Telekom Cloud (and plain Glance v2) for test suites.

``FakeIMS`` is where to begin. Importing the package costs next to nothing: each name is loaded
when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .version import __version__

if TYPE_CHECKING:
    from .domain.clock import Clock
    from .domain.durations import by_hand, polls
    from .domain.lifecycle import Lifecycle
    from .errors import (
        ExposedWarning,
        FakeImsError,
        NotRunningError,
        PortTakenError,
        UnknownImageError,
        UsageError,
        WrongLoopError,
    )
    from .fake.fake_ims import FakeIMS
    from .fake.identity import Identity
    from .fake.images import ImageHandle, Images
    from .fake.tenant import Tenant
    from .faults import Fault, Faults
    from .faults.chance import lognormal, uniform
    from .faults.weather import Weather
    from .journal import Exchange, Journal
    from .sweeping.mark import sweep
else:
    _HOMES = {
        "Clock": "domain.clock",
        "Exchange": "journal",
        "ExposedWarning": "errors",
        "FakeIMS": "fake.fake_ims",
        "FakeImsError": "errors",
        "Fault": "faults",
        "Faults": "faults",
        "ImageHandle": "fake.images",
        "Journal": "journal",
        "Lifecycle": "domain.lifecycle",
        "NotRunningError": "errors",
        "Identity": "fake.identity",
        "PortTakenError": "errors",
        "Images": "fake.images",
        "Weather": "faults.weather",
        "Tenant": "fake.tenant",
        "UnknownImageError": "errors",
        "UsageError": "errors",
        "WrongLoopError": "errors",
        "by_hand": "domain.durations",
        "lognormal": "faults.chance",
        "sweep": "sweeping.mark",
        "polls": "domain.durations",
        "uniform": "faults.chance",
    }

    def __getattr__(name: str) -> object:
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *_HOMES})


__all__ = [
    "Clock",
    "Exchange",
    "ExposedWarning",
    "FakeIMS",
    "FakeImsError",
    "Fault",
    "Faults",
    "Identity",
    "ImageHandle",
    "Images",
    "Journal",
    "Lifecycle",
    "NotRunningError",
    "PortTakenError",
    "Tenant",
    "UnknownImageError",
    "UsageError",
    "Weather",
    "WrongLoopError",
    "__version__",
    "by_hand",
    "lognormal",
    "polls",
    "sweep",
    "uniform",
]
