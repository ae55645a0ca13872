"""Implementation of the fixtures; imported when a test requests one of them."""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from fake_ims import FakeIMS
from fake_ims.domain.handle import Handle
from fake_ims.errors import NotRunningError, WrongLoopError, unknown
from fake_ims.fake.client_config import foreign

from . import report, settings

if TYPE_CHECKING:
    from fake_ims.scenario import Scenario


def server(request: pytest.FixtureRequest) -> Iterator[FakeIMS]:
    """Start the session-wide fake, and stop it at the end."""
    given = settings.without_scenario(settings.from_config(request.config))
    with settings.apply(FakeIMS, given) as fake:
        report.reporter(request.config).watch("fake_ims_server", fake, always=True)
        fake.between_tests()
        yield fake


def clean(request: pytest.FixtureRequest, fake: FakeIMS) -> Iterator[FakeIMS]:
    """Reset the session-wide fake, and apply the settings of the test."""
    given = settings.from_markers(request.node)
    if not fake.running:  # a test stopped it, or its thread died
        fake.stop()
        fake.start()
    settings.apply(fake.reset, settings.without_scenario(given))
    report.reporter(request.config).watch("fake_ims", fake)
    scenario = settings.play(fake, _with_scenario(request, given))
    yield fake
    note_unused(request.node, fake)
    try:
        judge(fake, scenario)
    finally:
        with suppress(NotRunningError):
            fake.between_tests()


def _with_scenario(
    request: pytest.FixtureRequest, given: dict[str, settings.Given]
) -> dict[str, settings.Given]:
    """Add the scenario of the command line or ini file to the settings of the markers, unless a
    marker names one. The fake already has the other settings of command line and ini file."""
    fallback = settings.from_config(request.config).get(settings.SCENARIO)
    if fallback is None or settings.SCENARIO in given:
        return given
    return {**given, settings.SCENARIO: fallback}


def note_unused(node: pytest.Item, fake: FakeIMS) -> None:
    """Note the faults that never fired, for the summary of the run. In strict mode ``judge`` fails
    the test for them instead."""
    if not fake.strict:
        node.user_properties += [(report.UNUSED, str(fault)) for fault in fake.faults.unused()]


def judge(fake: FakeIMS, scenario: Scenario | None) -> None:
    """Fail the test if its scenario was not fulfilled. In strict mode, fail it also for unexpected
    requests and unused faults."""
    __tracebackhide__ = True
    told: list[str] = []
    with suppress(NotRunningError):  # the test stopped the fake, so it has no state
        if scenario is not None and fake.scenario is scenario:  # otherwise the test has reset it
            told = scenario.complaints()
    if told:
        told.insert(0, "the scenario was not fulfilled:")
    if fake.strict and (complaints := fake.complaints()):
        told += ["strict mode found problems:", *complaints]
    if told:
        settings.fail("\n".join(told))


def environment(fake: FakeIMS, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Set the environment variables of the fake until the end of the test. Remove other variables
    that could point a client at another cloud."""
    ours = fake.env()
    for name in foreign(os.environ, ours):
        monkeypatch.delenv(name)
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    return ours


def factory(request: pytest.FixtureRequest) -> Iterator[FakeImsFactory]:
    """Yield a factory. Its fakes stop at the end of the fixture."""
    given = settings.for_test(request.node)
    if given:
        # Check the settings here, where the error can name their place.
        settings.apply(FakeIMS, settings.without_scenario(given))
    made = FakeImsFactory(request, given)
    yield made
    made._close()


class FakeImsFactory(Handle):
    """Creates more fakes for one test. All of them stop after the test.

    Their default settings are those of ``fake_ims`` in this test, from marker, command line and
    ini file. Arguments of the call override them.
    """

    def __init__(
        self, request: pytest.FixtureRequest, defaults: dict[str, settings.Given]
    ) -> None:
        self._request = request
        self._given = defaults
        self._defaults = {name: value for name, (value, _)
                          in settings.without_scenario(defaults).items()}
        self._closed = False

    def __call__(self, **given: Any) -> FakeIMS:
        """Start a fake in its own thread, and return it.

        Args:
            given: arguments of ``FakeIMS``.

        Raises:
            UsageError: a setting is unknown, or its value is invalid.
            NotRunningError: the test of this factory is over.
        """
        fake = self._make(given)
        # All finalizers of a fixture run, even if one raises.
        self._request.addfinalizer(fake.stop)
        fake.start()
        self._play(fake, given)
        return fake

    def _play(self, fake: FakeIMS, given: dict[str, Any]) -> None:
        taken = inspect.signature(fake.reset).parameters
        scenario = settings.play(fake, {**self._given, **{
            name: settings.Given(value, "the call") for name, value in given.items()
            if name in taken}})
        # Finalizers run in reverse order, so these two run before the fake stops.
        self._request.addfinalizer(lambda: judge(fake, scenario))
        self._request.addfinalizer(lambda: note_unused(self._request.node, fake))

    async def in_loop(self, **given: Any) -> FakeIMS:
        """Start a fake in the asyncio loop of the test: ``await fake_ims_factory.in_loop()``.

        The fake stops when the loop closes or when the fixture ends, whichever comes first.

        Args:
            given: arguments of ``FakeIMS``.

        Raises:
            UsageError: a setting is unknown, or its value is invalid.
            WrongLoopError: the test does not run in an asyncio loop (for example in trio).
            NotRunningError: the test of this factory is over.
        """
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            raise WrongLoopError(
                "in_loop() requires a running asyncio loop; call fake_ims_factory(...) instead, "
                "which starts a fake in its own thread and works in any test"
            ) from None
        fake = self._make(given)
        started: asyncio.Future[None] = loop.create_future()
        stop = asyncio.Event()
        # One task starts and stops the fake. A loop cancels its tasks before it closes, so the
        # fake stops inside its loop even if the loop ends before the fixture.
        keeper = loop.create_task(_keep(fake, started, stop), name="fake_ims_factory.in_loop")
        self._request.addfinalizer(lambda: _let_go(loop, keeper, stop))
        await started
        self._play(fake, given)
        return fake

    def _close(self) -> None:
        """Refuse further calls. The finalizers of the fixture stop the existing fakes."""
        self._closed = True

    def _make(self, given: dict[str, Any]) -> FakeIMS:
        if self._closed:
            raise NotRunningError("the test of this fake_ims_factory is over; request the fixture "
                                  "in each test that needs it")
        known = inspect.signature(FakeIMS).parameters
        for name in given:
            if name not in known:
                raise unknown("setting", name, known)
        fake = FakeIMS(**self._defaults | given)
        report.reporter(self._request.config).watch("fake_ims_factory", fake)
        return fake


async def _keep(fake: FakeIMS, started: asyncio.Future[None], stop: asyncio.Event) -> None:
    try:
        async with fake:
            started.set_result(None)
            await stop.wait()
    except Exception as error:
        if started.done():
            raise
        started.set_exception(error)


def _let_go(
    loop: asyncio.AbstractEventLoop, keeper: asyncio.Task[None], stop: asyncio.Event
) -> None:
    if not keeper.done():
        stop.set()
        loop.run_until_complete(keeper)
    elif not keeper.cancelled():
        keeper.result()
