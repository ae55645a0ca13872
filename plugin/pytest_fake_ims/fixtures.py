"""What the fixtures do; imported when a test asks for one of them."""

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
    """The fake of the run, started and in the end stopped."""
    given = settings.without_scenario(settings.from_config(request.config))
    with settings.apply(FakeIMS, given) as fake:
        report.reporter(request.config).watch("fake_ims_server", fake, always=True)
        fake.between_tests()
        yield fake


def clean(request: pytest.FixtureRequest, fake: FakeIMS) -> Iterator[FakeIMS]:
    """The fake of the run, as if it had just been started with the test's settings."""
    given = settings.from_markers(request.node)
    if not fake.running:  # a test stopped it, or its thread has died
        fake.stop()
        fake.start()
    settings.apply(fake.reset, settings.without_scenario(given))
    report.reporter(request.config).watch("fake_ims", fake)
    scenario = settings.play(fake, _with_scenario(request, given))
    report.reporter(request.config).ready(fake)
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
    """The settings of the markers, and the scenario of command line or ini file if they have
    none: the other settings of those are what the fake was made with."""
    fallback = settings.from_config(request.config).get(settings.SCENARIO)
    if fallback is None or settings.SCENARIO in given:
        return given
    return {**given, settings.SCENARIO: fallback}


def note_unused(node: pytest.Item, fake: FakeIMS) -> None:
    """Let the summary of the run tell of the faults that never fired; in strict mode ``judge``
    fails the test for them."""
    if not fake.strict:
        node.user_properties += [(report.UNUSED, str(fault)) for fault in fake.faults.unused()]


def judge(fake: FakeIMS, scenario: Scenario | None) -> None:
    """Fail the test if the scenario that it was given did not go as it has it, or, in strict mode,
    for what no client should send."""
    __tracebackhide__ = True
    told: list[str] = []
    with suppress(NotRunningError):  # the test has stopped its fake, and the state is gone
        if scenario is not None and fake.scenario is scenario:  # else the test has reset it
            told = scenario.complaints()
    if told:
        told.insert(0, "the scenario did not go as it has it:")
    if fake.strict:
        told += fake.complaints()
    if told:
        settings.fail("\n".join(told))


def environment(fake: FakeIMS, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The variables of the fake, set until the test is over; others of their kind are not."""
    ours = fake.env()
    for name in foreign(os.environ, ours):
        monkeypatch.delenv(name)
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    return ours


def factory(request: pytest.FixtureRequest) -> Iterator[FakeImsFactory]:
    """A factory whose fakes are stopped when the fixture ends."""
    given = settings.for_test(request.node)
    if given:
        # Refused here with its place, not in the test's call.
        settings.apply(FakeIMS, settings.without_scenario(given))
    made = FakeImsFactory(request, given)
    yield made
    made._close()


class FakeImsFactory(Handle):
    """Makes more fakes for one test. All are stopped after it, even if one fails to stop.

    They begin with the settings that ``fake_ims`` would have in this test, from marker, command
    line and ini file; what the call gives goes before.
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
        """A fake that runs in a thread of its own.

        Args:
            given: what ``FakeIMS`` takes.

        Raises:
            UsageError: a setting or value that the fake does not know.
            NotRunningError: the test that the factory was made for is over.
        """
        fake = self._make(given)
        # The finalizers of a fixture all run, also when one raises.
        self._request.addfinalizer(fake.stop)
        fake.start()
        self._play(fake, given)
        report.reporter(self._request.config).ready(fake)
        return fake

    def _play(self, fake: FakeIMS, given: dict[str, Any]) -> None:
        taken = inspect.signature(fake.reset).parameters
        scenario = settings.play(fake, {**self._given, **{
            name: settings.Given(value, "the call") for name, value in given.items()
            if name in taken}})
        # Runs before the fake is stopped, as it was added after that.
        self._request.addfinalizer(lambda: judge(fake, scenario))
        self._request.addfinalizer(lambda: note_unused(self._request.node, fake))

    async def in_loop(self, **given: Any) -> FakeIMS:
        """A fake that runs in the test's own asyncio loop: ``await fake_ims_factory.in_loop()``.

        It is stopped when the loop is closed, or with the fixture if that comes first.

        Args:
            given: what ``FakeIMS`` takes.

        Raises:
            UsageError: a setting or value that the fake does not know.
            WrongLoopError: the test does not run in an asyncio loop (but, say, in trio's).
            NotRunningError: the test that the factory was made for is over.
        """
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            raise WrongLoopError(
                "in_loop() needs a running asyncio loop; fake_ims_factory(...) without in_loop "
                "makes a fake with a thread and loop of its own, which any test can use"
            ) from None
        fake = self._make(given)
        started: asyncio.Future[None] = loop.create_future()
        stop = asyncio.Event()
        # One task enters and leaves the fake. A loop that is closed cancels its tasks first: so
        # the fake is stopped inside its loop, whichever of loop and fixture ends earlier.
        keeper = loop.create_task(_keep(fake, started, stop), name="fake_ims_factory.in_loop")
        self._request.addfinalizer(lambda: _let_go(loop, keeper, stop))
        await started
        self._play(fake, given)
        report.reporter(self._request.config).ready(fake)
        return fake

    def _close(self) -> None:
        """Make no more fakes; those made are stopped by the finalizers of the fixture."""
        self._closed = True

    def _make(self, given: dict[str, Any]) -> FakeIMS:
        if self._closed:
            raise NotRunningError("this fake_ims_factory belongs to a test that is over")
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
