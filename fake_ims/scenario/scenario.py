"""A scenario under way: takes each step when its conditions hold, and remembers what was unmet.

Nothing runs in the background: whether a step is due is looked at before and after each request,
and when the test asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..documents.check import Path, Problem
from ..domain.durations import seconds
from ..domain.handle import Handle
from .actions import Refusal, Stage
from .document import ScenarioDocument
from .expectations import having, unmet

if TYPE_CHECKING:
    from ..fake.fake_ims import FakeIMS
    from ..fake.tenant import Tenant


class Scenario(Handle):
    """A scenario that is being played to a fake, behind ``fake.scenario``.

    Attributes:
        document: what is played.
        failures: expectations that did not hold, and steps that could not be done.
    """

    document: ScenarioDocument
    failures: list[str]
    _INTERNAL: ClassVar[frozenset[str]] = frozenset({"begin", "document", "look"})

    def __init__(self, document: ScenarioDocument, fake: FakeIMS) -> None:
        self.document = document
        self.failures = []
        self._fake = fake
        self._stage = Stage(fake)
        self._taken = 0
        self._since = 0
        self._at = 0.0

    def begin(self) -> None:
        """Do what the scenario begins with."""
        self._stage.do(self.document.source.document)
        self._at = self._fake.clock.now()
        self.look()

    @property
    def tenants(self) -> dict[str, Tenant]:
        """The scenario's tenants so far, by project id."""
        return dict(self._stage.tenants)

    @property
    def taken(self) -> int:
        """How many steps have been taken."""
        return self._taken

    def look(self) -> None:
        """Take the steps that have become due."""
        steps = self.document.steps
        while self._taken < len(steps) and self._is_due(steps[self._taken]):
            self._take(steps[self._taken])

    def _is_due(self, step: Mapping[str, Any]) -> bool:
        if "after" in step and self._fake.clock.now() < self._at + seconds(step["after"]):
            return False
        asked = step.get("when")
        return asked is None or (
            len(having(self._fake.requests, asked, self._since)) >= asked.get("times", 1))

    def _take(self, step: Mapping[str, Any]) -> None:
        path: Path = ("steps", self._taken)
        self._taken += 1
        self._judge(step.get("expect", ()), (*path, "expect"), self._since)
        try:
            self._stage.do(step, path)
        except Refusal as refusal:
            self._fail(refusal.path, str(refusal))
        self._at = self._fake.clock.now()
        self._since = self._fake.requests.recorded

    def _judge(self, expectations: Any, path: Path, since: int) -> None:
        for position, asked in enumerate(expectations):
            text = unmet(self._fake.requests, asked, since)
            if text is not None:
                self._fail((*path, position), text)

    def _fail(self, path: Path, text: str) -> None:
        self.failures.append(self.document.source.text(Problem(path, text)))

    def complaints(self) -> list[str]:
        """All that is not as the scenario has it by now: failures, steps that were never due, and
        what it expects at the end."""
        self.look()
        steps = self.document.steps
        found = list(self.failures)
        for position in range(self._taken, len(steps)):
            name = steps[position].get("name", "")
            told = f"{name}: " if name else ""
            found.append(self.document.source.text(Problem(
                ("steps", position), f"{told}its conditions were not met, so it was not taken")))
        for position, asked in enumerate(self.document.source.document.get("expect", ())):
            text = unmet(self._fake.requests, asked, 0)
            if text is not None:
                found.append(self.document.source.text(Problem(("expect", position), text)))
        return found

    def check(self) -> None:
        """Fail unless all steps were taken and all expectations held.

        Raises:
            AssertionError: with a line for each complaint.
        """
        found = self.complaints()
        if found:
            raise AssertionError("the scenario did not go as it has it:\n" + "\n".join(found))

    def _told(self) -> str:
        failed = f", {len(self.failures)} failures" if self.failures else ""
        return (f"{self.document.name!r}, {self._taken} of {len(self.document.steps)} steps "
                f"taken{failed}")
