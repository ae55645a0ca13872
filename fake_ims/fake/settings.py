"""The settings of a fake, and their checks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from ..contract.model import Profile
from ..domain import sound
from ..domain.callers import AUTH_MODES, AuthMode
from ..domain.durations import AT_ONCE, Due, due
from ..domain.shape import PLAIN, Shape
from ..domain.shape import checked as checked_shape
from ..errors import UsageError, shown, unknown
from ..profiles import NAMES
from ..server.state import DEFAULT_REGION

if TYPE_CHECKING:
    from ..contract.options import Options

DEFAULT_SEED = 0
_USUAL = {"host": "127.0.0.1", "region": DEFAULT_REGION, "seed": DEFAULT_SEED}
# As in command lines and ini files.
_WORDS = {"true": True, "false": False}
_REGION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings that a reset can change.

    Attributes:
        profile: ``otc`` or ``openstack``.
        auth: ``any``, ``issued`` or ``triple``.
        saving: how long an image stays ``saving``.
        deleting: how long an image stays ``pending_delete``.
        jobs: how long an asynchronous job takes.
        region: name of the region.
        seed: seed of random faults.
        strict: whether a test fails for requests that no client should send.
        glance: options of Glance that differ from the profile's defaults.
        prefix: the path below which the image service answers.
        endpoint: what the catalog's image endpoint has behind it.
        regions: further regions of the catalog.
    """

    profile: Profile
    auth: AuthMode
    saving: Due
    deleting: Due
    jobs: Due
    region: str
    seed: int | str = DEFAULT_SEED
    strict: bool = False
    glance: Mapping[str, Any] | None = None
    prefix: str = ""
    endpoint: str = ""
    regions: tuple[str, ...] = ()

    @property
    def shape(self) -> Shape:
        """The shape of the endpoint."""
        return Shape(self.prefix, self.endpoint, self.regions)

    @property
    def options(self) -> Options | None:
        """All options of Glance; None for the profile's defaults."""
        if not self.glance:
            return None
        from ..contract.options import options

        return options(self.profile, self.glance)

    @classmethod
    def checked(
        cls,
        profile: object,
        auth: object,
        saving: object,
        deleting: object,
        jobs: object = "0s",
        region: object = DEFAULT_REGION,
        host: object = "127.0.0.1",
        port: object = 0,
        seed: object = DEFAULT_SEED,
        strict: object = False,
        glance: object = None,
        prefix: object = "",
        endpoint: object = "",
        regions: object = (),
    ) -> Settings:
        """Return the settings that a user has written. Also checks host and port.

        Raises:
            UsageError: settings are invalid; the message lists all of them.
        """
        given = {"host": host, "region": region, "seed": seed}
        # Looking at the defaults each time would take a tenth of the time to create a fake.
        wrong = [] if given == _USUAL else [
            f"{sound.dotted(path)}: {text}" for path, text in sound.problems(given)]
        if profile not in NAMES:
            wrong.append(str(unknown("profile", profile, NAMES)))
        if auth not in AUTH_MODES:
            wrong.append(str(unknown("auth mode", auth, AUTH_MODES)))
        times: list[Due] = []
        for name, value in (("saving", saving), ("deleting", deleting), ("jobs", jobs)):
            try:
                # The same for durations.
                times.append(AT_ONCE if value == "0s" else due(value))
            except UsageError as error:
                times.append(AT_ONCE)
                wrong.append(f"{name}: {error}")
        if not isinstance(host, str) or not host:
            wrong.append(f"host must be an address such as '127.0.0.1', not {shown(host)}")
        if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65535:
            wrong.append("port must be an integer from 0 (any free one) to 65535, not "
                         f"{shown(port)}")
        if not isinstance(region, str) or not _REGION.fullmatch(region):
            wrong.append(f"region must be a name such as {DEFAULT_REGION!r}, not {shown(region)}")
        if isinstance(seed, bool) or not isinstance(seed, (int, str)) or seed == "":
            wrong.append(f"seed must be an integer or a non-empty string, not {shown(seed)}")
        if isinstance(strict, str) and strict.lower() in _WORDS:
            strict = _WORDS[strict.lower()]
        if not isinstance(strict, bool):
            wrong.append(f"strict must be True or False, not {shown(strict)}")
        options: Mapping[str, Any] | None = None
        if glance is not None and profile in NAMES:
            from ..profiles.options import checked  # few tests need it

            try:
                options = checked(glance, cast("Profile", profile)) or None
            except UsageError as error:
                wrong.append(str(error))
        shape = PLAIN
        if (prefix, endpoint, regions) != ("", "", ()):
            try:
                shape = checked_shape(prefix, endpoint, regions, region)
            except UsageError as error:
                wrong.append(str(error))
        if wrong:
            raise UsageError("; ".join(wrong))
        return cls(cast("Profile", profile), cast("AuthMode", auth), times[0], times[1],
                   times[2], cast("str", region), cast("int | str", seed), cast("bool", strict),
                   options, shape.prefix, shape.endpoint, shape.regions)
