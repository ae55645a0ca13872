"""``FakeIMS``: the one object that users hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..contract.model import Profile
from ..domain.callers import AuthMode
from ..domain.durations import Due, DurationLike
from ..domain.handle import advisers, at_callers_line
from ..errors import NotRunningError
from ..journal import BODY_BYTES, EXCHANGES
from ..server.bridge import NOT_STARTED, Bridge
from ..server.state import DEFAULT_REGION, Service
from .images import Images
from .login import LogIn
from .running import Running
from .scripted import Scripted
from .settings import DEFAULT_SEED, Settings
from .tenant import Tenant, checked_limits, checked_name, checked_roles

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    from ..domain.clock import Clock
    from ..domain.lifecycle import Lifecycle
    from ..domain.world import World
    from ..faults import Faults
    from ..journal import Journal
    from .identity import Identity
    from .jobs import Jobs

class FakeIMS(Running, Scripted, LogIn):
    """A fake Image Management Service.

    ``with FakeIMS() as fake:`` runs it in a thread of its own, for any client; ``async with`` runs
    it in the running loop, for clients in that loop (a blocking client there would wait for
    itself). Before it is started it can be seeded; once stopped it says so, except that
    ``requests`` and the counts of faults can still be read. Started again, it begins clean.

    Args:
        profile: ``otc`` (Open Telekom Cloud's IMS) or ``openstack`` (plain Glance).
        auth: ``any``: a token that ``tenant()`` gave is that tenant, any other the default one;
            ``issued``: only tokens that the fake issued; ``triple``: the token is the identity,
            ``user:project:role[,role]``.
        saving: how long an image stays ``saving`` after its upload: ``"30s"``, seconds, a
            timedelta, ``polls(3)`` or ``by_hand``.
        deleting: how long a deleted image stays ``pending_delete``, likewise.
        jobs: how long an asynchronous job of the IMS APIs takes, likewise.
        region: name of the region: in the service catalog, and of the default project.
        seed: of the chance that faults have: the same seed and the same faults give the same
            failures.
        strict: whether a test fails for what no client should send, and for faults that never
            fired: see ``complaints``.
        host: the address to listen on; the default can be reached from this machine only. The start
            warns with ``ExposedWarning`` if other machines can reach it.
        port: the port to listen on; 0 for a free one.
        control: whether ``/_fake_ims/`` is answered: all that this object can do, as JSON.
        control_token: what clients of it must send in ``X-Fake-Ims-Control``; None for nothing.
        allowed_hosts: names of this machine that clients of it may use, such as ``["fake-ims"]``,
            besides loopback names and the address of the fake.
        keep_exchanges: how many exchanges ``requests`` keeps; the oldest go first.
        keep_bytes: how many bytes of each body it keeps.

    Raises:
        UsageError: a setting that the fake does not know; all that are wrong in one text.
    """

    _INTERNAL: ClassVar[frozenset[str]] = frozenset({
        "initial_settings", "peek", "twin"})
    _SURE: ClassVar[frozenset[str]] = frozenset({
        "auth", "faults", "headers", "images", "profile", "project_id", "requests", "token",
        "user_id"})

    @at_callers_line
    def __init__(
        self,
        *,
        profile: Profile = "otc",
        auth: AuthMode = "any",
        saving: DurationLike | Due = "0s",
        deleting: DurationLike | Due = "0s",
        jobs: DurationLike | Due = "0s",
        region: str = DEFAULT_REGION,
        seed: int | str = DEFAULT_SEED,
        strict: bool = False,
        host: str = "127.0.0.1",
        port: int = 0,
        control: bool = True,
        control_token: str | None = None,
        allowed_hosts: Iterable[str] = (),
        keep_exchanges: int = EXCHANGES,
        keep_bytes: int = BODY_BYTES,
    ) -> None:
        self._initial = Settings.checked(profile, auth, saving, deleting, jobs, region, host,
                                         port, seed, strict)
        self._host = host
        self._port = port
        self._open_control = control and control_token is None
        self._bridge = Bridge()
        self._tenants: dict[object, Tenant] = {}
        self._service = service = Service(profile, auth, region, keep_exchanges, keep_bytes)
        self._images = Images(service, self._bridge)
        # What tests ask these objects takes the bridge. Clock and Lifecycle do without: what a
        # test does there are single stores and appends, which the loop only reads.
        service.faults.run = self._bridge.run
        service.faults.look = self._bridge.look
        service.journal.run = self._bridge.look
        if control:
            service.control = self._controlled(control_token, host, allowed_hosts)
        self._apply(self._initial)
        Running.__init__(self)

    # what a client needs

    @property
    def url(self) -> str:
        """Where it listens: ``http://127.0.0.1:PORT``.

        Raises:
            NotRunningError: it does not run.
        """
        self._bridge.check()
        if self._server is None or not self.running:
            raise NotRunningError(NOT_STARTED)
        return self._url

    @property
    def token(self) -> str:
        """A token of the default tenant; ``reset()`` ends it and issues a new one."""
        return self._service.tokens.default.token

    @property
    def lasting_token(self) -> str:
        """A token of the default tenant that no ``reset()`` ends.

        Give it to a client that is made once and used by many tests. ``token`` is new after each
        reset, so that ``strict=True`` can tell a request of an earlier test. With
        ``auth="triple"`` both are the same.
        """
        return self._service.tokens.lasting.token

    @property
    def project_id(self) -> str:
        """The default tenant's project."""
        return self._service.tokens.default.project_id or ""

    @property
    def user_id(self) -> str:
        """The default tenant's user."""
        return self._service.tokens.default.user_id

    @property
    def headers(self) -> dict[str, str]:
        """``{"X-Auth-Token": token}``."""
        return {"X-Auth-Token": self.token}

    @property
    def profile(self) -> Profile:
        """Name of the profile: ``otc`` or ``openstack``."""
        return self._service.profile.name

    @property
    def auth(self) -> AuthMode:
        """How tokens are read: ``any``, ``issued`` or ``triple``."""
        return self._service.tokens.mode

    def tenant(
        self,
        project_id: str,
        *,
        roles: Iterable[str] = ("member",),
        user: str | None = None,
        actions: Iterable[str] | None = None,
        policy: Mapping[str, object] | None = None,
        enterprise_projects: Iterable[str] | None = None,
    ) -> Tenant:
        """Another caller. The same arguments give the same one, until ``reset()``.

        Args:
            project_id: id of the project.
            roles: roles on it: ``admin``, ``member``, ``reader``, or others without rights.
            user: id of the user; by default ``PROJECT-user``.
            actions: what the user may do, beside what the roles say: ``["ims:images:list"]``;
                ``*`` stands for any text. All, if neither this nor ``policy`` is given.
            policy: the same as IAM writes it, with ``Deny``: ``{"Statement": [...]}``.
            enterprise_projects: ids of the enterprise projects whose images the user may see and
                change, and into which he may put new ones; all, if not given. ``"0"`` is the
                default one.

        Raises:
            UsageError: an argument that no token can carry.
        """
        names = checked_roles(roles)
        checked_name("project_id", project_id)
        if user is not None:
            checked_name("user", user)
        limits = checked_limits(actions, policy, enterprise_projects)

        def work() -> Tenant:
            key = project_id, names, user, limits
            found = self._tenants.get(key)
            if found is None:
                caller = self._service.tokens.issue(
                    project_id, user_id=user, roles=names, policy=limits[0],
                    enterprise_projects=limits[1])
                found = self._tenants[key] = Tenant(self._service, self._bridge, caller)
            return found

        return self._bridge.run(work)

    def env(self) -> dict[str, str]:
        """The variables ``OS_*`` and ``HUAWEICLOUD_SDK_*`` that lead clients here.

        Raises:
            NotRunningError: it does not run.
        """
        from .client_config import env

        return env(self, self.project_id)

    def clouds_yaml(self, path: str | PathLike[str]) -> Path:
        """Write a ``clouds.yaml`` with the clouds ``fake_ims`` and ``fake_ims_admin``.

        Args:
            path: the file; for ``OS_CLIENT_CONFIG_FILE``. Gives it back.

        Raises:
            NotRunningError: it does not run.
            UsageError: it cannot be written, or a file is there that is not the fake's.
        """
        from .client_config import write_clouds

        return write_clouds(self, path)

    # the state

    @property
    def images(self) -> Images:
        """The images: seed them, look at them, move them."""
        return self._images

    @property
    def identity(self) -> Identity:
        """The people who may log in: ``identity.add_user("ann", project="p2")``."""
        from .identity import Identity  # few tests ask for it

        return Identity(self._service, self._bridge)

    @property
    def world(self) -> World:
        """The world around images: ``server = world.servers.add(status="ACTIVE")``,
        ``world.buckets["disks"].put("centos.qcow2", data=...)``, ``world.known_only = True``.

        Jobs that are due by now have done their work in it.
        """
        self._bridge.run(self._service.transitions.settle)
        return self._service.world

    @property
    def jobs(self) -> Jobs:
        """The asynchronous jobs: look at them, drive them, let them fail."""
        from .jobs import Jobs  # few tests ask for it

        return Jobs(self._service, self._bridge)

    @property
    def lifecycle(self) -> Lifecycle:
        """How long each status lasts, and which uploads end killed."""
        self._bridge.check()
        return self._service.lifecycle

    @property
    def clock(self) -> Clock:
        """The fake's time: ``clock.advance("10m")``."""
        self._bridge.check()
        return self._service.clock

    @property
    def faults(self) -> Faults:
        """Failures on demand: ``faults.add("images.create", status=503, times=2)``."""
        return self._service.faults

    @property
    def requests(self) -> Journal:
        """Every exchange since the last reset; can be read after the end, too."""
        return self._service.journal

    def reset(
        self,
        *,
        profile: Profile | None = None,
        auth: AuthMode | None = None,
        saving: DurationLike | Due | None = None,
        deleting: DurationLike | Due | None = None,
        jobs: DurationLike | Due | None = None,
        region: str | None = None,
        seed: int | str | None = None,
        strict: bool | None = None,
    ) -> None:
        """Forget images, tokens, faults and exchanges, and set the clock back.

        The default tenant gets a new token; ``lasting_token`` stays valid. Objects such as
        ``fake.faults`` stay valid, too.

        Args:
            profile, auth, saving, deleting, jobs, region, seed, strict: settings until the next
                reset; one that is not given goes back to what the constructor was given.

        Raises:
            UsageError: a setting that the fake does not know; nothing has been reset then.
            NotRunningError: the fake has been stopped.
        """
        initial = self._initial
        settings = Settings.checked(
            initial.profile if profile is None else profile,
            initial.auth if auth is None else auth,
            initial.saving if saving is None else saving,
            initial.deleting if deleting is None else deleting,
            initial.jobs if jobs is None else jobs,
            initial.region if region is None else region,
            seed=initial.seed if seed is None else seed,
            strict=initial.strict if strict is None else strict,
        ) if (profile, auth, saving, deleting, jobs, region, seed, strict) != (None,) * 8 else (
            initial)
        self._bridge.run(lambda: self._renew(settings))

    @property
    def initial_settings(self) -> Settings:
        """The settings that ``reset()`` returns to."""
        return self._initial

    def twin(self, **settings: Any) -> FakeIMS:
        """A fake with the same settings, not started; those that are given override them.

        Scenarios are tried on it before they are played.
        """
        initial = self._initial
        return FakeIMS(**{**{name: getattr(initial, name) for name in initial.__slots__},
                          **{name: value for name, value in settings.items()
                             if value is not None}})

    def between_tests(self) -> None:
        """Let ``token`` be ``lasting_token`` until the next ``reset()``.

        For the pytest plugin: a client that a fixture of a module or session makes between two
        tests must outlive the reset before the next one.
        """
        def work() -> None:
            self._service.tokens.default = self._service.tokens.lasting

        self._bridge.run(work)

    def _begin_anew(self) -> None:
        self._renew(self._initial)

    def _renew(self, settings: Settings) -> None:
        self._tenants.clear()
        self._service.reset(settings.profile, settings.auth, settings.region)
        self._apply(settings)

    def _apply(self, settings: Settings) -> None:
        self._service.lifecycle.begin((settings.saving, settings.deleting, settings.jobs))
        if self._service.faults.seed != settings.seed:
            self._service.faults.seed = settings.seed
        self._service.strict = settings.strict

    def __repr__(self) -> str:
        where = f"at {self._url}" if self.running else "not running"
        return f"<FakeIMS {self.profile}, auth {self.auth}, {where}>"


def _advise(kind: type, name: str, setting: bool) -> str | None:
    from .places import advise  # few tests misspell a name

    return advise(kind, name, setting)


advisers.append(_advise)
