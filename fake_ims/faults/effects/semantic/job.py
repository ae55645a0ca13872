"""Jobs that hang, fail, or report success without having succeeded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from ....domain.job import Job, Order
from ....errors import UsageError
from ...kinds import Kind, Scope, Setting, Values
from ...values import ERROR_CODE, error_code
from ...view import terms
from .. import Effect, Work
from .sorts import BEGINS_JOB, JOB_FILLS_IMAGE, Sort
from .values import flag

if TYPE_CHECKING:
    from ....api.call import Call
    from ....contract.model import ErrorCode
    from ....profiles.answer import Answer
    from ...fault import Fault


@dataclass(eq=False)
class JobGoesWrong(Effect):
    """Decides what happens to the job that a request starts.

    A job that hangs continues when the test calls ``fake.jobs[...].go_on()`` or removes the fault.
    """

    hangs_at: float | None
    fails: ErrorCode | None
    held: list[Job] = field(default_factory=list)
    epoch: int = 0
    wraps: ClassVar[bool] = True
    sort: ClassVar[Sort | None] = BEGINS_JOB
    lies: ClassVar[bool] = False

    def placed(self, fault: Fault) -> None:
        if fault.service is not None:
            self.epoch = fault.service.epoch

    def lifted(self, fault: Fault) -> None:
        held, self.held = self.held, []
        # A reset has forgotten its jobs: they do not continue.
        if fault.service is not None and fault.service.epoch == self.epoch:
            for job in held:
                fault.service.jobs.go_on(job)

    async def work(self, call: Call, do: Work) -> Answer:
        self.held = [job for job in self.held if job.hangs_at is not None]
        terms(call).order = Order(
            self.hangs_at, self.fails.code if self.fails else None, self.lies,
            self.held.append if self.hangs_at is not None else None)
        return await do()

    def __str__(self) -> str:
        said = []
        if self.hangs_at is not None:
            said.append(f"hangs at {self.hangs_at:g}%")
        if self.fails is not None:
            said.append(f"fails with {self.fails.code}")
        if self.lies:
            said.append("reports SUCCESS although its image is killed")
        return f"starts a job that {' and then '.join(said)}"


@dataclass(eq=False)
class JobLies(JobGoesWrong):
    """Also lets the job report success although its image is killed."""

    sort: ClassVar[Sort | None] = JOB_FILLS_IMAGE
    lies: ClassVar[bool] = True


def _build(values: Values, scope: Scope) -> JobGoesWrong | None:
    hangs = values.get("job_hangs")
    if hangs is not None and (isinstance(hangs, bool) or not isinstance(hangs, (int, float))
                              or not 0 <= hangs < 100):
        raise UsageError(f"job_hangs={hangs!r}: expected a percentage, at least 0 and less than "
                         "100")
    fails = error_code("job_fails", values["job_fails"]) if "job_fails" in values else None
    lies = flag("job_lies", values.get("job_lies", False))
    if lies and fails is not None:
        raise UsageError("job_fails= and job_lies= contradict each other, because a job that fails "
                         "does not report SUCCESS; remove one of them")
    if hangs is None and fails is None and not lies:
        return None
    return (JobLies if lies else JobGoesWrong)(hangs, fails)


KIND = Kind("effect", (
    Setting("job_hangs", {"type": "number", "minimum": 0, "exclusiveMaximum": 100},
            "the job that the request starts hangs at this percentage"),
    Setting("job_fails", ERROR_CODE,
            "the job that the request starts ends in FAIL with this error code (IMG.0057)"),
    Setting("job_lies", {"type": "boolean"},
            "the job that the request starts reports SUCCESS although its image is killed"),
), _build, calls=("job_hangs", "job_fails", "job_lies"))
