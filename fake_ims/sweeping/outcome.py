"""What happened in a run, and what the user says about the client."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .case import Case
from .client_errors import told
from .explore import matches
from .snapshot import Snapshot
from .step import Step


@dataclass
class Outcome:
    """The outcome of a run.

    Attributes:
        case: what failed.
        steps: its requests.
        hang: why the run counts as hanging; empty if it does not.
        error: the exception that the test raised; None if it passed.
        told: the error in words, where there is no exception: the exit status of a command.
        seen: rules that the runner saw broken, each with a sentence: a crash of a command.
        command: whether a command ran, not a test.
        result: the images at the end of the test, before its fixtures clean up.
        left: the images at the very end.
        ended: seconds from the start of the run to the end of the test, on the clock of the run.
    """

    case: Case = field(default_factory=Case)
    steps: Sequence[Step] = ()
    hang: str = ""
    error: BaseException | None = None
    told: str = ""
    seen: tuple[tuple[str, str], ...] = ()
    command: bool = False
    result: Snapshot = field(default_factory=Snapshot)
    left: Snapshot = field(default_factory=Snapshot)
    ended: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether the test passed."""
        return self.error is None and not self.told

    @property
    def error_text(self) -> str:
        """The error in words; empty if it passed."""
        return self.told if self.error is None else told(self.error)

    @property
    def end(self) -> str:
        """How it ended, as the beginning of a sentence: ``the test passed``."""
        if self.passed:
            return f"{self.subject} passed"
        return f"{self.subject} {'failed with' if self.command else 'raised'} {self.error_text}"

    @property
    def subject(self) -> str:
        """What ran: ``the test``."""
        return "the command" if self.command else "the test"

    def planted(self) -> list[Step]:
        """Return the requests on which a failure fired."""
        return [step for step in self.steps if step.planted]


@dataclass(frozen=True)
class Demands:
    """What the user says about the client.

    Attributes:
        expect: exceptions that the test may raise besides the client's own.
        allow: rules that a run may break.
        survive: globs of failures that the client promises to survive.
    """

    expect: tuple[type[BaseException], ...] = ()
    allow: frozenset[str] = frozenset()
    survive: tuple[str, ...] = ()

    def promises(self, case: Case) -> bool:
        """Return whether the client promises to survive every failure of a case."""
        return bool(case.points) and all(
            any(matches(glob, point.operation, point.failure) for glob in self.survive)
            for point in case.points)
