"""Which cases with two failures and more need not run, because another one shows the same.

Two ideas, both after Filibuster's dynamic reduction:

- A failure at a request that another run has met alike is nothing new. ``Meeting.alike`` says what
  has to be equal: the place in the code, the request, the state of the service, the failures that
  stay, and what the client has been told before. See ``meetings``.
- Failures after which the client does the same at a place are one class. ``Classes`` learns them
  from the runs in which every failure was tried there, and tells one failure of each class.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .failures import Failure

if TYPE_CHECKING:
    from .case import Case
    from .step import Step

FIRST = "503"
_NUMBERED = re.compile(rb"<\d+>")


@dataclass(frozen=True)
class Meeting:
    """A request of a run, at which the next failure may strike.

    Attributes:
        case: the failures before it.
        step: the request.
        place: what sends it; see ``place``.
        alike: equal for requests at which a failure shows the same.
    """

    case: Case
    step: Step
    place: object
    alike: object


def place(step: Step) -> object:
    """Return what sends a request: the path of calls and the operation. If the path is not known,
    the request takes its place."""
    return step.site.key or _apart(step.request), step.operation


def meetings(case: Case, steps: Sequence[Step]) -> Iterator[Meeting]:
    """Yield the requests of a run after its last failure; all requests of the clean run.

    Alike are requests of one place, if these are equal:

    - the request, with the ids in it numbered in order: which image it names, the state says;
    - the images and jobs of the service when it arrives, without ids and times;
    - the failures of the case that stay, such as an outage;
    - whether it repeats a request that failed. Of several retries, only as many differ as there
      are failures in the case;
    - whether the client has an error to handle: a failed request, which has not succeeded since.
    """
    last = case.points[-1].among(steps) if len(case) else None
    if len(case) and last is None:
        return
    staying = tuple((point.operation, point.failure.name) for point in case.points
                    if point.failure.later is not None)
    failed: set[object] = set()
    for step in steps:
        if last is None or step.position > last.position:
            where = place(step)
            yield Meeting(case, step, where, (
                where, _apart(step.request), step.before, staying,
                min(step.tries, max(1, len(case))), bool(failed)))
        if step.succeeded:
            failed.discard(step.request)
        elif step.planted:
            failed.add(step.request)


class Classes:
    """At each place, the failures after which the client does the same.

    It does the same if it sends the same requests from the same places, gets the same statuses,
    ends with the same verdict, and leaves the same images. Failures that the rules of the verdict
    treat differently are different: an answer with an error status is, for the client may report
    it; ``Retry-After`` is; and so are a failure that no client can see, and one that breaks a rule
    by itself.
    """

    def __init__(self) -> None:
        self._seen: dict[object, dict[str, list[object]]] = {}

    def learn(self, step: Step, failure: Failure, after: Sequence[Step], end: object) -> None:
        """Take note of a run, one of those in which every failure is tried at a place.

        Args:
            step: the request that failed.
            failure: how.
            after: the requests after it.
            end: how the run ended: its verdict, and the images that it left.
        """
        told = (step.status >= 400, failure.says_when, bool(failure.unseeable), failure.spares)
        does = tuple((one.site.key, one.operation, one.request, one.status) for one in after)
        self._seen.setdefault(place(step), {}).setdefault(failure.name, []).append(
            (told, does, end))

    def different(self, where: object, failures: Sequence[Failure]) -> list[Failure]:
        """Return one failure of each class at a place. What is not known is a class of its own.

        Of a class with a plain 503 it is that: the one that people try first, and name.
        """
        seen = self._seen.get(where, {})
        found: dict[object, Failure] = {}
        for failure in sorted(failures, key=lambda one: one.name != FIRST):
            found.setdefault(tuple(seen.get(failure.name, ())) or failure.name, failure)
        return list(found.values())


def _apart(request: tuple[object, ...]) -> tuple[object, ...]:
    """Return the form of a request by itself. In ``Alike``, the number of an id says how many ids
    came before it: an image more, and all later requests seem to be others."""
    numbers: dict[bytes, bytes] = {}

    def renumbered(found: re.Match[bytes]) -> bytes:
        return numbers.setdefault(found[0], b"<%d>" % len(numbers))

    return tuple(_NUMBERED.sub(renumbered, part) if isinstance(part, bytes) else part
                 for part in request)
