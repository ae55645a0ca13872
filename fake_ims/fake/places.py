"""Finds where a name of the Python API belongs, for the hints in error messages.

This module is loaded with the first such error.
"""

from __future__ import annotations

from typing import Any

from ..domain.clock import Clock
from ..domain.handle import public_names, settable
from ..domain.lifecycle import Lifecycle
from ..domain.seeding import SETTABLE
from ..domain.world import World
from ..errors import closest
from ..faults import Fault, Faults
from ..faults.registry import SETTINGS
from ..journal import Exchange, Journal
from ..scenario import Scenario
from .fake_ims import FakeIMS
from .identity import Identity
from .images import ImageHandle, Images
from .jobs import JobHandle, Jobs
from .keys import AccessKeys
from .tenant import Tenant

#: How a test reaches each handle. If a name is in several places, hints show the first ones.
PLACES: tuple[tuple[str, type], ...] = (
    ("fake", FakeIMS),
    ("fake.lifecycle", Lifecycle),
    ("fake.clock", Clock),
    ("fake.images", Images),
    ("fake.faults", Faults),
    ("fake.requests", Journal),
    ("fake.jobs", Jobs),
    ("fake.identity", Identity),
    ("fake.identity.keys", AccessKeys),
    ("fake.world", World),
    ("image", ImageHandle),
    ("job", JobHandle),
    ("exchange", Exchange),
    ("fault", Fault),
    ("tenant", Tenant),
    ("fake.scenario", Scenario),
)
_TOLD = 2  # maximum number of places in one hint
_NEAR = 0.75  # minimum similarity of a name to the closest one
#: Names from clients, from other fakes or from earlier versions, and where to look instead.
_ALSO = {
    "journal": "fake.requests", "exchanges": "fake.requests", "calls": "fake.requests",
    "history": "fake.requests", "log": "fake.requests", "time": "fake.clock",
    "now": "fake.clock.now()", "sleep": "fake.clock.advance(…)", "tick": "fake.clock.advance(…)",
    "people": "fake.identity", "users": "fake.identity.users", "keystone": "fake.identity",
    "projects": "fake.identity.projects", "servers": "fake.world.servers",
    "buckets": "fake.world.buckets", "weather": "fake.faults.weather(…)",
    "host": "fake.url", "port": "fake.url", "endpoint": "fake.url", "base_url": "fake.url",
    "create": "fake.images.add(…)", "create_image": "fake.images.add(…)",
}
_OF_AN_IMAGE = frozenset({*SETTABLE, "data", "members", "show"})
_SETTINGS = ("auth", "deleting", "endpoint", "glance", "jobs", "prefix", "profile", "region",
             "regions", "saving", "seed", "strict")
_TENANT = "tenant.expire() or tenant.revoke(), or fake.tenant(…) for another caller"
#: What to do instead of setting an attribute that cannot be set.
_INSTEAD: dict[tuple[type, str], str] = {
    (ImageHandle, "status"): "image.kill(), image.activate(), image.delete() or "
                             "image.set(status=…)",
    (ImageHandle, "kill_reason"): "image.kill(reason)",
    (JobHandle, "status"): "job.start(), job.succeed() or job.fail(…)",
    (JobHandle, "progress"): "job.start(progress)",
    (JobHandle, "error_code"): "job.fail(error_code)",
    (JobHandle, "fail_reason"): "job.fail(error_code, reason)",
    (Clock, "now"): "fake.clock.advance('10m')",
    (Clock, "utcnow"): "fake.clock.advance('10m')",
    (Tenant, "token"): _TENANT, (Tenant, "headers"): _TENANT,
    (Tenant, "roles"): "fake.tenant(project_id, roles=[…])",
    (Tenant, "project_id"): "fake.tenant(project_id)",
    (Tenant, "user_id"): "fake.tenant(project_id, user=…)",
    (FakeIMS, "url"): "FakeIMS(host=…, port=…)",
    (FakeIMS, "token"): "fake.tenant(project_id).token for another caller's token",
    (FakeIMS, "images"): "fake.images.add(…)",
    (FakeIMS, "requests"): "fake.requests.clear() to forget them",
    (FakeIMS, "faults"): "fake.faults.add(…)",
    (FakeIMS, "clock"): "fake.clock.advance('10m')",
}
#: What to write instead of a name of the module where an import is impossible.
_WITHOUT_IMPORT = {
    "polls": 'fake_ims.lifecycle.saving = "polls(3)"',
    "by_hand": 'fake_ims.lifecycle.saving = "by hand"',
    "uniform": 'delay={"uniform": ["1s", "3s"]}',
    "lognormal": 'delay={"lognormal": {"median": "1s", "sigma": 0.5}}',
    "sweep": "@pytest.mark.fake_ims_sweep",
}


def advise(kind: type, name: str, setting: bool) -> str | None:
    """Return what to write instead of a name that does not exist, or cannot be set."""
    return _of_the_module(kind, name) or (
        _instead_of_setting(kind, name) if setting else None) or _found(kind, name, setting)


def _of_the_module(kind: type, name: str) -> str | None:
    import fake_ims

    if not issubclass(kind, FakeIMS) or name not in fake_ims.__all__:
        return None
    other = f"; or write: {_WITHOUT_IMPORT[name]}" if name in _WITHOUT_IMPORT else ""
    return f"fake_ims is the fixture here, a FakeIMS; write: from fake_ims import {name}{other}"


def _instead_of_setting(kind: type, name: str) -> str | None:
    told = _INSTEAD.get((kind, name))
    if told is not None:
        return f"write {told}"
    if issubclass(kind, ImageHandle):
        near = name if name in _OF_AN_IMAGE else closest(name, _OF_AN_IMAGE, _NEAR)
        if near is not None:
            return f"write image.set({near}=…)"
    if issubclass(kind, Exchange):
        return "an exchange is a record; to change a response write fake.faults.add(…)"
    if issubclass(kind, Fault):
        more = f"fake.faults.add(…, {name}=…)" if name in SETTINGS else "fake.faults.add(…)"
        return f"write fault.remove() and {more}"
    return None


def _found(kind: type, name: str, setting: bool) -> str | None:
    near = None if name in public_names(kind) else _near(kind, name, setting=setting)
    others = [_written(place, other, name, setting=setting) for place, other in PLACES
              if other is not kind and name in public_names(other)
              and not name.startswith("_") and (not setting or settable(other, name))]
    if setting and issubclass(kind, FakeIMS) and name in _SETTINGS:
        reset = [] if others else [f"fake.reset({name}=…)"]
        return f"write {' or '.join([*reset, *others[:1]])}, or FakeIMS({name}=…)"
    if setting and not others and name in SETTINGS and name != "image":
        others = [f"fake.faults.add(…, {name}=…)"]
    if others:
        return f"write {' or '.join(others[:_TOLD])}"
    if near:
        return near
    ends = sorted(own for own in public_names(kind) if own.endswith(f"_{name}"))
    if ends and not setting:
        return f"did you mean {' or '.join(map(repr, ends))}?"
    if name in _ALSO:
        return f"write {_ALSO[name]}"
    if name in SETTINGS:
        return f"write fake.faults.add(…, {name}=…)"
    for place, other in PLACES:
        if other is not kind:
            close = closest(name, _names(other, setting), 0.85)
            if close is not None:
                return f"did you mean {_written(place, other, close, setting=setting)}?"
    return None


def _near(kind: type, name: str, *, setting: bool) -> str | None:
    close = closest(name, _names(kind, setting), _NEAR)
    if close is None:
        return None
    place = next((place for place, other in PLACES if other is kind), None)
    if place is None:
        return f"did you mean {close!r}?"
    return f"did you mean {_written(place, kind, close, setting=setting)}?"


def _names(kind: type, setting: bool) -> list[str]:
    return [name for name in public_names(kind) if not setting or settable(kind, name)]


def _written(place: str, kind: type, name: str, *, setting: bool) -> str:
    """Return a name as a test writes it: ``fake.clock.advance(…)``, ``fake.auth = …``."""
    if setting:
        return f"{place}.{name} = …"
    found: Any = getattr(kind, name, None)
    return f"{place}.{name}{'(…)' if callable(found) else ''}"
