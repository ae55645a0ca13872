"""``FakeIMS``: the fake, as tests use it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..contract.model import Profile
from ..domain.callers import AuthMode
from ..domain.durations import Due, DurationLike
from ..domain.handle import advisers, at_callers_line
from ..errors import NotRunningError
from ..journal import BODY_BYTES, EXCHANGES, TOTAL_BYTES
from ..server.bridge import NOT_STARTED, Bridge
from ..server.state import DEFAULT_REGION, Service
from .images import Images
from .login import LogIn
from .running import Running
from .scripted import Scripted
from .settings import DEFAULT_SEED, Settings
from .tenant import Tenant, checked_limits, checked_name, checked_roles

if TYPE_CHECKING:

    from ..domain.clock import Clock
    from ..domain.lifecycle import Lifecycle
    from ..domain.world import World
    from ..faults import Faults
    from ..journal import Journal
    from .identity import Identity
    from .jobs import Jobs


class FakeIMS(Running, Scripted, LogIn):
    """A fake Image Management Service.

    ``with FakeIMS() as fake:`` runs the fake in its own thread, for any client. ``async with``
    runs it in the running loop, for async clients in the same loop. (A blocking client in that
    loop would block the fake, too.)

    You can add images, faults and more before the start. After the stop, ``requests`` and the
    counts of faults can still be read; using images, jobs and the like raises
    ``NotRunningError``. A second start begins with an empty fake.

    Args:
        profile: ``otc`` (Open Telekom Cloud's IMS) or ``openstack`` (plain Glance).
        auth: how to treat tokens. ``any`` accepts every token; unknown ones belong to the default
            tenant. ``issued`` accepts only tokens that the fake has issued. ``triple`` reads the
            token as ``user:project:role[,role]``.
        saving: how long an image stays ``saving`` after its upload: ``"30s"``, seconds, a
            timedelta, ``polls(3)`` or ``by_hand``.
        deleting: how long a deleted image stays ``pending_delete``; same values as ``saving``.
        jobs: how long an asynchronous job of the IMS APIs takes; same values as ``saving``.
        region: name of the region, used by the service catalog and the default project.
        seed: seed of random faults. The same seed and faults give the same failures.
        strict: whether a test fails for requests that no client should send, and for faults that
            never fired; see ``complaints``.
        glance: options of Glance by Glance's own names, such as
            ``{"require_image_format_match": False}``; ``fake-ims options`` lists them. Others keep
            the profile's default. The text ``"image_tag_quota=10; api_limit_max=50"`` is the
            same, for ini files.
        prefix: a path below which the image service answers, such as ``/image`` in devstack.
            ``url`` and the catalog contain it; Keystone stays outside. As in a real Glance, the
            links ``next``, ``self`` and ``Location`` do not contain it.
        endpoint: a path behind it in the catalog's endpoint of the image service, such as ``/v2``.
        regions: further regions in the catalog, with the same endpoints.
        host: the address to listen on. By default only this machine can reach it. The start warns
            with ``ExposedWarning`` if other machines can reach it.
        port: the port to listen on; 0 for a free one.
        control: whether to serve the control API under ``/_fake_ims/``.
        control_token: what clients of the control API must send in ``X-Fake-Ims-Control``; None
            accepts all clients.
        allowed_hosts: names of this machine that clients of the control API may use, such as
            ``["fake-ims"]``, besides loopback names and the address of the fake.
        keep_exchanges: maximum number of exchanges in ``requests``; the oldest are dropped.
        keep_bytes: maximum number of bytes that ``requests`` keeps of each body.
        keep_total: maximum number of bytes that ``requests`` keeps of all exchanges, with headers
            and about 2 KiB for each; the oldest are dropped, the newest stays.

    Raises:
        UsageError: settings are unknown or invalid; the message lists all of them.
    """

    _INTERNAL: ClassVar[frozenset[str]] = frozenset({
        "exposure", "initial_settings", "peek", "twin", "watch"})
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
        glance: Mapping[str, object] | str | None = None,
        prefix: str = "",
        endpoint: str = "",
        regions: Iterable[str] = (),
        host: str = "127.0.0.1",
        port: int = 0,
        control: bool = True,
        control_token: str | None = None,
        allowed_hosts: Iterable[str] = (),
        keep_exchanges: int = EXCHANGES,
        keep_bytes: int = BODY_BYTES,
        keep_total: int = TOTAL_BYTES,
    ) -> None:
        self._initial = Settings.checked(profile, auth, saving, deleting, jobs, region, host,
                                         port, seed, strict, glance, prefix, endpoint, regions)
        self._host = host
        self._port = port
        self._open_control = control and control_token is None
        self._bridge = Bridge()
        self._tenants: dict[object, Tenant] = {}
        self._service = service = Service(
            profile, auth, region, self._initial.options, self._initial.shape,
            keep_exchanges, keep_bytes, keep_total)
        self._images = Images(service, self._bridge)
        # Calls of tests on these objects go through the bridge. Clock and Lifecycle need none:
        # a test's calls there are single assignments and appends, which the loop only reads.
        service.faults.run = self._bridge.run
        service.faults.look = self._bridge.look
        service.journal.run = self._bridge.look
        if control:
            service.control = self._controlled(control_token, host, allowed_hosts)
        self._apply(self._initial)
        Running.__init__(self)

    # for clients

    @property
    def url(self) -> str:
        """The URL of the fake: ``http://127.0.0.1:PORT``, with the prefix if it has one.

        Raises:
            NotRunningError: the fake is not running.
        """
        self._bridge.check()
        if self._server is None or not self.running:
            raise NotRunningError(NOT_STARTED)
        return self._url + self._service.shape.prefix

    @property
    def token(self) -> str:
        """A token of the default tenant. ``reset()`` revokes it and issues a new one."""
        return self._service.tokens.default.token

    @property
    def lasting_token(self) -> str:
        """A token of the default tenant that stays valid across resets.

        Use it for a client that is shared by many tests. Use ``token`` in other cases: it is new
        after each reset, so ``strict=True`` can detect requests of an earlier test. With
        ``auth="triple"`` both are the same.
        """
        return self._service.tokens.lasting.token

    @property
    def project_id(self) -> str:
        """Id of the default tenant's project."""
        return self._service.tokens.default.project_id or ""

    @property
    def user_id(self) -> str:
        """Id of the default tenant's user."""
        return self._service.tokens.default.user_id

    @property
    def headers(self) -> dict[str, str]:
        """The header of the default tenant: ``{"X-Auth-Token": token}``."""
        return {"X-Auth-Token": self.token}

    @property
    def profile(self) -> Profile:
        """Name of the profile: ``otc`` or ``openstack``."""
        return self._service.profile.name

    @property
    def glance(self) -> dict[str, object]:
        """The values of all options of Glance that the profile has, by name."""
        from ..contract.options import OPTIONS

        profile = self._service.profile
        return {row.name: getattr(profile.options, row.name) for row in OPTIONS
                if profile.name in row.profiles}

    @property
    def auth(self) -> AuthMode:
        """How tokens are treated: ``any``, ``issued`` or ``triple``."""
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
        """Return another caller. The same arguments return the same one, until ``reset()``.

        Args:
            project_id: id of the project.
            roles: roles on it: ``admin``, ``member``, ``reader``, or others without rights.
            user: id of the user; by default ``PROJECT-user``.
            actions: the IAM actions that the user may call, such as ``["ims:images:list"]``; ``*``
                matches any text. The roles must allow them, too. By default, all actions.
            policy: the same in IAM's form, which can also deny: ``{"Statement": [...]}``.
            enterprise_projects: ids of the enterprise projects in which the user may see, change
                and create images; by default all. ``"0"`` is the default enterprise project.

        Raises:
            UsageError: an argument is invalid, or cannot be part of a token.
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

    # handles

    @property
    def images(self) -> Images:
        """The images: ``images.add(name="base")``, ``images.named("base").status``."""
        return self._images

    @property
    def identity(self) -> Identity:
        """The users, projects and domains: ``identity.add_user("ann", project="p2")``."""
        from .identity import Identity  # few tests ask for it

        return Identity(self._service, self._bridge)

    @property
    def world(self) -> World:
        """Resources around images: ``server = world.servers.add(status="ACTIVE")``,
        ``world.buckets["disks"].put("centos.qcow2", data=...)``, ``world.known_only = True``.

        Reading it first finishes the jobs that are due.
        """
        self._bridge.run(self._service.transitions.settle)
        return self._service.world

    @property
    def jobs(self) -> Jobs:
        """The asynchronous jobs: ``jobs.last.status``, ``jobs.fail_next("IMG.0057")``."""
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
        """The faults: ``faults.add("images.create", status=503, times=2)``."""
        return self._service.faults

    @property
    def requests(self) -> Journal:
        """The journal: every exchange since the last reset. It can be read after the stop, too."""
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
        glance: Mapping[str, object] | str | None = None,
        prefix: str | None = None,
        endpoint: str | None = None,
        regions: Iterable[str] | None = None,
    ) -> None:
        """Remove images, tokens, faults and exchanges, and reset the clock.

        The default tenant gets a new token; ``lasting_token`` stays valid. Handles such as
        ``fake.faults`` stay valid, too.

        Args:
            profile, auth, saving, deleting, jobs, region, seed, strict, glance, prefix, endpoint,
                regions: settings until the next reset. By default, the constructor's settings
                apply again.

        Raises:
            UsageError: settings are unknown or invalid; nothing was reset.
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
            glance=initial.glance if glance is None else glance,
            prefix=initial.prefix if prefix is None else prefix,
            endpoint=initial.endpoint if endpoint is None else endpoint,
            regions=initial.regions if regions is None else regions,
        ) if (profile, auth, saving, deleting, jobs, region, seed, strict, glance, prefix,
              endpoint, regions) != (None,) * 12 else initial
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

        For the pytest plugin: a fixture of a module or session runs between two tests. A client
        that it creates must stay valid after the next reset.
        """
        def work() -> None:
            self._service.tokens.default = self._service.tokens.lasting

        self._bridge.run(work)

    def _begin_anew(self) -> None:
        self._renew(self._initial)

    def _renew(self, settings: Settings) -> None:
        self._tenants.clear()
        self._service.reset(settings.profile, settings.auth, settings.region, settings.options,
                            settings.shape)
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
