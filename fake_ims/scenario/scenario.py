"""Plays a scenario: takes each step when its conditions are met, and collects complaints.

Nothing runs in the background. The scenario checks whether a step is due before and after each
request, and when a test asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from ..documents.check import Problem
from ..domain.durations import seconds
from ..domain.handle import Handle
from ..domain.sound import Path
from ..errors import UsageError
from .actions import Refusal, Stage
from .document import ScenarioDocument
from .expectations import having, unmet

if TYPE_CHECKING:
    from ..fake.fake_ims import FakeIMS
    from ..fake.tenant import Tenant


class Scenario(Handle):
    """The scenario that a fake plays; ``fake.scenario`` returns it.

    Attributes:
        document: the scenario document.
        failures: expectations of steps that were not met, and steps that failed.
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
        """Apply the top level of the document, and take the steps that are due at once.

        Raises:
            UsageError: the fake rejects a value. The check of the document tries each, so this
                does not happen unless something differs between the two.
        """
        try:
            self._stage.do(self.document.source.document)
        except Refusal as refusal:
            problem = Problem(refusal.path, str(refusal))
            raise UsageError(self.document.source.text(problem)) from None
        self._at = self._fake.clock.now()
        self.look()

    @property
    def tenants(self) -> dict[str, Tenant]:
        """The tenants added so far, by project id."""
        return dict(self._stage.tenants)

    @property
    def taken(self) -> int:
        """Number of steps taken."""
        return self._taken

    def look(self) -> None:
        """Take the steps that are due."""
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
        """Return everything that went wrong so far, one text each.

        These are failures, steps not taken, and expectations for the end that are not met.
        """
        self.look()
        steps = self.document.steps
        found = list(self.failures)
        for position in range(self._taken, len(steps)):
            name = steps[position].get("name")
            told = "the step" if name is None else f"the step {name!r}"
            found.append(self.document.source.text(Problem(
                ("steps", position), f"{told} was not taken: its conditions were not met")))
        for position, asked in enumerate(self.document.source.document.get("expect", ())):
            text = unmet(self._fake.requests, asked, 0)
            if text is not None:
                found.append(self.document.source.text(Problem(("expect", position), text)))
        return found

    def check(self) -> None:
        """Assert that all steps were taken and all expectations are met.

        Raises:
            AssertionError: they were not; the text has one line for each complaint.
        """
        found = self.complaints()
        if found:
            raise AssertionError("the scenario was not fulfilled:\n" + "\n".join(found))

    def _told(self) -> str:
        failed = f", {len(self.failures)} failures" if self.failures else ""
        return (f"{self.document.name!r}, {self._taken} of {len(self.document.steps)} steps "
                f"taken{failed}")
