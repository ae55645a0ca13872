"""A fake Image Management Service of Open Telekom Cloud (and plain Glance v2) for test suites.

``FakeIMS`` is where to begin. Importing the package costs next to nothing: each name is loaded
when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .version import __version__

if TYPE_CHECKING:
    from .contract.model import (
        ImageStatus,
        JobStatus,
        MemberStatus,
        Profile,
        Visibility,
    )
    from .domain.callers import AuthMode
    from .domain.clock import Clock
    from .domain.durations import Due, DurationLike, by_hand, polls
    from .domain.identity.people import (
        AccountAgency,
        ApplicationCredential,
        Domain,
        Group,
        Project,
        Role,
        User,
    )
    from .domain.keys import AccessKey
    from .domain.lifecycle import Lifecycle
    from .domain.world import (
        Account,
        Agency,
        Backup,
        Bucket,
        Buckets,
        Disk,
        EnterpriseProject,
        Flavor,
        Key,
        Outages,
        Region,
        RemoteImage,
        Server,
        Shelf,
        StoredObject,
        Urls,
        Vault,
        WebFile,
        World,
    )
    from .errors import (
        ExposedWarning,
        FakeImsError,
        NotRunningError,
        PortTakenError,
        UnknownImageError,
        UnknownJobError,
        UnknownNameError,
        UsageError,
        WrongLoopError,
    )
    from .fake.fake_ims import FakeIMS
    from .fake.identity import Identity
    from .fake.image_attributes import ImageAttributes, NewImage
    from .fake.images import ImageHandle, Images
    from .fake.jobs import JobHandle, Jobs
    from .fake.keys import AccessKeys
    from .fake.tenant import Tenant
    from .faults import Fault, Faults
    from .faults.chance import lognormal, uniform
    from .faults.weather import Weather
    from .journal import Exchange, Journal, Selection
    from .scenario import Scenario
    from .sweeping.mark import sweep
    from .sweeping.watch import SweepRun
else:
    _NAMES = {
        "contract.model": "ImageStatus JobStatus MemberStatus Profile Visibility",
        "domain.callers": "AuthMode",
        "domain.clock": "Clock",
        "domain.durations": "Due DurationLike by_hand polls",
        "domain.identity.people":
            "AccountAgency ApplicationCredential Domain Group Project Role User",
        "domain.keys": "AccessKey",
        "domain.lifecycle": "Lifecycle",
        "domain.world": (
            "Account Agency Backup Bucket Buckets Disk EnterpriseProject Flavor Key "
            "Outages Region RemoteImage Server Shelf StoredObject Urls Vault "
            "WebFile World"
        ),
        "errors": (
            "ExposedWarning FakeImsError NotRunningError PortTakenError UnknownImageError "
            "UnknownJobError UnknownNameError UsageError WrongLoopError"
        ),
        "fake.fake_ims": "FakeIMS",
        "fake.identity": "Identity",
        "fake.image_attributes": "ImageAttributes NewImage",
        "fake.images": "ImageHandle Images",
        "fake.jobs": "JobHandle Jobs",
        "fake.keys": "AccessKeys",
        "fake.tenant": "Tenant",
        "faults": "Fault Faults",
        "faults.chance": "lognormal uniform",
        "faults.weather": "Weather",
        "journal": "Exchange Journal Selection",
        "scenario": "Scenario",
        "sweeping.mark": "sweep",
        "sweeping.watch": "SweepRun",
    }
    # Where each name is, below this package.
    _HOMES = {name: home for home, names in _NAMES.items() for name in names.split()}

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
    "AccessKey",
    "AccessKeys",
    "Account",
    "AccountAgency",
    "Agency",
    "ApplicationCredential",
    "AuthMode",
    "Backup",
    "Bucket",
    "Buckets",
    "Clock",
    "Disk",
    "Domain",
    "Due",
    "DurationLike",
    "EnterpriseProject",
    "Exchange",
    "ExposedWarning",
    "FakeIMS",
    "FakeImsError",
    "Fault",
    "Faults",
    "Flavor",
    "Group",
    "Identity",
    "ImageAttributes",
    "ImageHandle",
    "ImageStatus",
    "Images",
    "JobHandle",
    "JobStatus",
    "Jobs",
    "Journal",
    "Key",
    "Lifecycle",
    "MemberStatus",
    "NewImage",
    "NotRunningError",
    "Outages",
    "PortTakenError",
    "Profile",
    "Project",
    "Region",
    "RemoteImage",
    "Role",
    "Scenario",
    "Selection",
    "Server",
    "Shelf",
    "StoredObject",
    "SweepRun",
    "Tenant",
    "UnknownImageError",
    "UnknownJobError",
    "UnknownNameError",
    "Urls",
    "UsageError",
    "User",
    "Vault",
    "Visibility",
    "Weather",
    "WebFile",
    "World",
    "WrongLoopError",
    "__version__",
    "by_hand",
    "lognormal",
    "polls",
    "sweep",
    "uniform",
]
