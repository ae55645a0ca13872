"""The part of ``FakeIMS`` with scenarios, strict mode, the sweep and the control API."""

from __future__ import annotations

import weakref
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..control.access import Access
from ..domain.handle import Handle
from ..errors import NotRunningError

if TYPE_CHECKING:
    from os import PathLike

    from aiohttp import web

    from ..faults import Faults
    from ..journal import Journal
    from ..scenario import Scenario, ScenarioDocument
    from ..server.bridge import Bridge
    from ..server.run import InLoop, OwnThread
    from ..server.state import Service
    from ..server.watching import Watch
    from ..sweeping.watch import SweepRun
    from .fake_ims import FakeIMS

T = TypeVar("T")


class Scripted(Handle, ABC):
    """Scenarios, complaints, the present sweep, and the control API of a fake."""

    _service: Service
    _bridge: Bridge
    _server: OwnThread | InLoop | None

    @property
    @abstractmethod
    def faults(self) -> Faults:
        """The faults."""

    @abstractmethod
    def twin(self, **settings: Any) -> FakeIMS:
        """A fake like this one, not started; settings that are given go before its own."""

    @property
    @abstractmethod
    def requests(self) -> Journal:
        """The journal."""

    def load(
        self, source: str | PathLike[str] | Mapping[str, object], **settings: Any
    ) -> Scenario:
        """Reset the fake and play a scenario.

        Its settings, images, world and faults apply at once, its steps when they are due.

        Args:
            source: a file in TOML or JSON, or the document as a dict.
            settings: as for ``reset``. They take precedence over the scenario's settings.

        Raises:
            UsageError: the scenario is invalid; the message has one line with file, line and key
                for each problem. Nothing has changed.
            NotRunningError: the fake has been stopped.
        """
        from ..scenario import load  # few tests have one

        self._bridge.check()
        return self.play(load(source, self.twin, **settings))

    def play(self, document: ScenarioDocument) -> Scenario:
        """Play a scenario that ``scenario.load`` has read.

        Raises:
            UsageError: it was read for a fake with other settings, and this one cannot play it.
                Nothing has been done then.
            NotRunningError: the fake has been stopped.
        """
        from ..scenario import Scenario
        from ..scenario.document import checked

        self._bridge.check()
        fake = cast("FakeIMS", self)
        if self.twin(**document.settings).initial_settings != document.beginning:
            document = checked(document.source, self.twin, document.settings)

        def work() -> Scenario:
            fake.reset(**document.settings)
            scenario = self._service.scenario = Scenario(document, fake)
            scenario.begin()
            return scenario

        return self._bridge.run(work)

    @property
    def scenario(self) -> Scenario | None:
        """The scenario that is playing; None without one."""
        return self._service.scenario

    @property
    def strict(self) -> bool:
        """Whether a test fails if there are ``complaints``."""
        return self._service.strict

    @property
    def sweep(self) -> SweepRun | None:
        """The failures of this run of the test: ``sweep.failures``. None outside a sweep.

        A test can ask for it to assert what is right under a failure.
        """
        if self._service.watch is None:
            return None
        from ..sweeping.watch import Watch

        watch = self._service.watch
        return watch.told if isinstance(watch, Watch) else None

    def watch(self, watch: Watch) -> None:
        """Let a sweep see every request of this fake. It has not been started yet."""
        self._service.watch = watch

    def complaints(self) -> list[str]:
        """Return what strict mode fails a test for: requests that no client should send, and
        faults that never fired."""
        return [*self.requests.unexpected(),
                *(f"this fault never fired: {fault}" for fault in self.faults.unused())]

    def peek(self, look: Callable[[Service], T]) -> T:
        """Call a function with the service's state, after applying everything that is due.

        This works even after the fake's loop has ended. The sweep uses it.

        Raises:
            NotRunningError: the fake has been stopped, and its state is gone.
        """
        def work() -> T:
            self._service.transitions.settle()
            return look(self._service)

        try:
            return self._bridge.run(work)
        except NotRunningError:
            if self._server is None:
                raise
            return work()

    def _controlled(
        self, token: str | None, host: str, allowed_hosts: Iterable[str]
    ) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        access = Access.checked(token, host, allowed_hosts)
        me = weakref.ref(self)  # lets an unused fake be garbage-collected

        async def answer(request: web.Request) -> web.StreamResponse:
            from ..control.server import answer  # few clients ask for it

            fake = me()
            assert fake is not None, "its server ends with it"
            return await answer(cast("FakeIMS", fake), access, request)

        return answer
