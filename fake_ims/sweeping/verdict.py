"""Judges a run with failures. The rules, in the order in which they are asked:

| rule | broken when |
|---|---|
| ``hang`` | the client waits, or goes on, beyond any patience |
| ``pace`` | it asks again before ``Retry-After`` is over, or many times without a pause |
| ``repeat`` | the test passed, because the client sent again what a 400 or 403 had refused |
| ``undone`` | it deletes an image whose upload was done, after it was told so by a 409 |
| ``orphan`` | an image stays ``queued`` or ``saving``, and nothing will finish it |
| ``duplicate`` | there are more images of a name than after the clean run |
| ``overwritten`` | it writes back a name that it has read, over another one's change |
| ``lost`` | an image that the test had added is deleted, unlike in the clean run |
| ``assert`` | the client raised nothing, and an assertion of the test found the wrong result |
| ``crash`` | it raised what no client means to raise: ``KeyError``, ``JSONDecodeError``, ... |
| ``misled`` | it reports the refusal of its own retry, although the first try had done the work |
| ``hidden`` | it reports another error, such as that of its clean-up, in place of the first one |
| ``result`` | the test passed, and left other images than the clean run |

A run that breaks none has survived, or failed well. ``allow=`` takes rules back.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import dis
import http.client
import json
import math
import re
import sys
import sysconfig
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from .case import Case
from .explore import matches
from .failures import RETRY_AFTER, Failure
from .snapshot import Snapshot, differences, duplicates, lost, orphans
from .watch import Step

Word = Literal["survived", "failed well", "wrong", "should have survived", "cannot be seen",
               "not reached"]
WORDS: tuple[Word, ...] = ("survived", "failed well", "wrong", "should have survived",
                           "cannot be seen", "not reached")
#: Verdicts that fail a test.
BAD: tuple[Word, ...] = ("wrong", "should have survived")
RULES = ("hang", "pace", "repeat", "undone", "orphan", "duplicate", "overwritten", "lost", "assert",
         "crash", "misled", "hidden", "result")
# Rules whose breach is the client's, even if nobody can see the failure.
_SEEABLE = frozenset({"hang", "pace", "repeat", "overwritten"})
_LEFT = frozenset({"orphan", "duplicate", "lost"})

# Exceptions of the network that a client may pass on.
_OF_THE_NETWORK = (ConnectionError, TimeoutError, asyncio.TimeoutError,
                   concurrent.futures.TimeoutError, OSError, http.client.HTTPException)
# Where the code of others is.
_NOT_THE_USERS = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib",
                                                              "platlib")})
_OUR_OWN = frozenset({"builtins", "json", "fake_ims", "pytest_fake_ims", "_pytest"})
# A client may try that often without a pause.
_TRIES = 5


@dataclass(frozen=True)
class Verdict:
    """The verdict on a run.

    Attributes:
        word: the verdict.
        why: the reason, in a sentence.
        rule: the rule that the run broke; empty if none.
    """

    word: Word
    why: str
    rule: str = ""


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
    def end(self) -> str:
        """How it ended, as the beginning of a sentence: ``the test passed``."""
        if self.passed:
            return f"{self.subject} passed"
        return f"{self.subject} {'failed with' if self.command else 'raised'} {_told(self)}"

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


def judge(outcome: Outcome, clean: Outcome, demands: Demands) -> Verdict:
    """Judge a run by the clean run of the same test.

    Args:
        outcome: the outcome of the run.
        clean: the outcome of the clean run.
        demands: what the user says about the client.
    """
    failures = outcome.case.failures
    if outcome.hang and "hang" not in demands.allow:
        return Verdict("wrong", f"hang: {outcome.hang}", "hang")
    missed = _not_reached(outcome, clean)
    if missed:
        return Verdict("not reached", missed)
    spared = demands.allow.union(*(failure.spares for failure in failures))
    found = next(((rule, why) for rule, why in _broken(outcome, clean, demands)
                  if rule not in spared), None)
    if found is not None:
        rule, why = found
        unseeable = next((one.unseeable for one in failures if one.unseeable), "") or (
            _unseeable(outcome))
        if unseeable and rule not in _SEEABLE:
            return Verdict("cannot be seen", f"{unseeable}; {why}", rule)
        return Verdict("wrong", why, rule)
    if outcome.passed:
        return Verdict("survived", outcome.end)
    told = _told(outcome)
    if demands.promises(outcome.case):
        return Verdict("should have survived",
                       f"the client promises to survive this, but {outcome.end}")
    return Verdict("failed well", told)


def _unseeable(outcome: Outcome) -> str:
    """Return why no client can notice what a response says wrongly: that something is gone."""
    for step in outcome.planted():
        if any(failure.name == "slow-delete" for failure in step.planted) and not (
                _waits_after(step, outcome)):
            return "the answer to a DELETE does not say when the image will be gone"
    for lie in outcome.planted():
        if lie.status != 404 or lie.exchange is None or lie.worked:
            continue
        if _method(lie) == "DELETE":
            return "a client may take the 404 of a DELETE for done"
        if any(step.worked and _method(step) == "DELETE" and step.position < lie.position
               and step.exchange is not None and step.exchange.path == lie.exchange.path
               for step in outcome.steps):
            return "the client has deleted it, and a 404 says that it is gone"
    return ""


def _waits_after(delete: Step, outcome: Outcome) -> bool:
    """Return whether the client waited for the end of a delete, or looked for it."""
    return outcome.ended - delete.began >= 1 or any(
        _method(step) == "GET" and step.exchange is not None and delete.exchange is not None
        and step.exchange.path == delete.exchange.path and step.position > delete.position
        for step in outcome.steps)


def _not_reached(outcome: Outcome, clean: Outcome) -> str:
    """Return why the failures of a case were not there; empty if all of them were."""
    for index, point in enumerate(outcome.case.points):
        step = _at(outcome, point.operation, point.nth)
        if step is None or point.failure not in step.planted:
            return f"{outcome.subject} did not send this request again"
        before = _at(clean, point.operation, point.nth) if index == 0 else None
        if not _changed(point.failure, step, before, outcome.steps):
            return "the failure changed nothing here"
    return ""


def _at(outcome: Outcome, operation: str, nth: int) -> Step | None:
    return next((step for step in outcome.steps
                 if step.operation == operation and step.nth == nth), None)


def _changed(
    failure: Failure, step: Step, before: Step | None, steps: Sequence[Step]
) -> bool:
    if failure.silent:
        return step.worked
    if before is None or step.exchange is None or failure.waits or not step.status:
        return True
    if failure.later is not None and any(
        failure in other.planted for other in steps if other is not step
    ):
        return True
    return step.response != before.response or step.after != before.after


def _broken(outcome: Outcome, clean: Outcome, demands: Demands) -> Iterator[tuple[str, str]]:
    """Yield the rules that a run breaks, each with a sentence."""
    yield from _pace(outcome, clean)
    yield from _repeat(outcome)
    ends = f"{outcome.end}, but" if outcome.passed else f"{outcome.end}, and"
    yield from _undone(outcome, ends)
    for image_id, name, status in orphans(clean.left, outcome.left):
        if not _is_excused(image_id, outcome):
            yield "orphan", f"{ends} left image {name!r} in status {status}"
    for name, count, before in duplicates(clean.left, outcome.left):
        ids = [image_id for told, image_id in
               zip(outcome.left.images, outcome.left.ids, strict=True)
               if dict(told)["name"] == name]
        if not any(_is_excused(image_id, outcome) for image_id in ids):
            yield "duplicate", f"{ends} left {count} images {name!r} instead of {before}"
    yield from _overwritten(outcome)
    for name, count in lost(clean.left, outcome.left):
        images = f"image {name!r}" if count == 1 else f"{count} images {name!r}"
        yield "lost", f"{ends} deleted {images}, which the {_seeder(outcome)} had added"
    yield from outcome.seen
    if outcome.error is not None:
        yield from _by_error(outcome, outcome.error, demands)
    elif outcome.passed and not demands.allow & _LEFT:
        changed = differences(clean.result, outcome.result)
        if changed:
            yield "result", (f"{ends} its images differ from the clean run: "
                             f"{'; '.join(changed)}")
    else:
        yield from _misled(outcome, _status_of(outcome.told))


def _seeder(outcome: Outcome) -> str:
    return "scenario" if outcome.command else "test"


def _by_error(
    outcome: Outcome, error: BaseException, demands: Demands
) -> Iterator[tuple[str, str]]:
    if isinstance(error, demands.expect):
        return
    told = _told(outcome)
    if _is_assertion(error):
        yield "assert", f"the client raised no error, but the test found: {told}"
        return
    if not all(map(is_clients, _leaves(error))):
        yield "crash", f"the client raised an unexpected exception: {told}"
    causes = list(_causes(error))
    status = next((found for one in causes if (found := _status_of(one)) is not None), None)
    if status is None:
        return
    first = _first_error(causes)
    if first is not None and _is_of_a_clean_up(status, outcome) and (
            str(_status_of(first) or _first_line(first)) not in " ".join(map(str, causes))
            and _status_of(first) != status):
        yield "hidden", (f"the client reports {told}, the failure of its clean-up, which hides "
                         f"the first error: {_name(type(first))}: {_first_line(first)}")
    if status in {step.status for step in outcome.planted()}:
        return
    misled = list(_misled(outcome, status))
    if misled:
        yield from misled
        return
    before = [one for one in _contexts(error) if is_clients(one)]
    if before and error.__cause__ is None and not error.__suppress_context__ and (
            status not in map(_status_of, before)):
        first = before[-1]
        yield "hidden", (f"the client reports {told}, which hides the first error: "
                         f"{_name(type(first))}: {_first_line(first)}")


def _misled(outcome: Outcome, status: int | None) -> Iterator[tuple[str, str]]:
    if status is None or status in {step.status for step in outcome.planted()}:
        return
    for done in outcome.planted():
        retry = next((step for step in outcome.steps if step.position > done.position
                      and step.request == done.request and step.status == status), None)
        if done.worked and not done.succeeded and retry is not None:
            yield "misled", (f"the client repeated {done.name}, which had done its work, and "
                             f"reports the {status} of the second try: {_told(outcome)}")
            return


def _is_of_a_clean_up(status: int, outcome: Outcome) -> bool:
    """Return whether the last request with this status was a DELETE, and not the first failure."""
    last = next((step for step in reversed(outcome.steps) if step.status == status), None)
    first = outcome.planted()[:1]
    return last is not None and _method(last) == "DELETE" and all(
        _method(step) != "DELETE" for step in first)


def _method(step: Step) -> str:
    return "" if step.exchange is None else step.exchange.method


def _pace(outcome: Outcome, clean: Outcome) -> Iterator[tuple[str, str]]:
    """Look at each request that is sent again. Threads and tasks may send others in between, to the
    same operation: these are not its retries."""
    usual = Counter(step.request for step in clean.steps if not step.succeeded)
    failed: dict[object, list[Step]] = {}
    for step in outcome.steps:
        if step.exchange is None:
            continue
        before = failed.setdefault(step.request, [])
        waited = step.began - before[-1].began if before else math.inf
        if waited < RETRY_AFTER - 0.5 and any(
            failure.name.endswith("-retry-after") for failure in before[-1].planted
        ):
            yield "pace", (f"the client sent {step.name} again after {waited:.1f} s, although "
                           f"the response said Retry-After: {RETRY_AFTER}")
        if step.succeeded:
            before.clear()
            continue
        before.append(step)
        first = before[max(0, len(before) - _TRIES - 1)]
        if len(before) > max(_TRIES, usual[step.request]) and step.began - first.began < 1:
            yield "pace", (f"the client sent {step.name} {_TRIES + 1} times within "
                           f"{step.began - first.began:.1f} s, although it failed each time")
            return


def _repeat(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """A request that is malformed or forbidden stays so: sending it again can only do harm."""
    if not outcome.passed:
        return
    for refused in outcome.planted():
        # Of a download, a client may look at the checksum alone, as openstacksdk does.
        if refused.status in (400, 403) and refused.operation != "images.download" and any(
            step.request == refused.request and step.position > refused.position
            for step in outcome.steps
        ):
            yield "repeat", (f"the client sent {refused.name} again, although the response was "
                             f"{refused.status}")
            return


def _overwritten(outcome: Outcome) -> Iterator[tuple[str, str]]:
    """Somebody else has renamed an image before a PATCH. A client that has read the image, and
    writes all of it back, undoes that. One that means to rename it may."""
    for step in outcome.planted():
        if step.exchange is None or not step.succeeded or not any(
            failure.name == "changed-meanwhile" for failure in step.planted
        ):
            continue
        read = [_json(one.exchange.response_body) for one in outcome.steps
                if one.position < step.position and one.succeeded and one.exchange is not None
                and _method(one) == "GET" and one.exchange.path == step.exchange.path]
        changes = _json(step.exchange.request_body)
        if not read or not isinstance(read[-1], dict) or not isinstance(changes, list):
            continue
        values = {one["path"]: one.get("value") for one in changes
                  if isinstance(one, dict) and isinstance(one.get("path"), str)}
        if len(values) > 1 and "/name" in values and values["/name"] == read[-1].get("name"):
            yield "overwritten", (f"the client wrote back the name {values['/name']!r}, which it "
                                  "had read before, and undid somebody else's change")


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _undone(outcome: Outcome, ends: str) -> Iterator[tuple[str, str]]:
    for upload in outcome.steps:
        if upload.operation != "images.upload" or not upload.worked or upload.succeeded:
            continue
        path = upload.exchange.path if upload.exchange else ""
        later = [step for step in outcome.steps if step.position > upload.position]
        told = next((step for step in later if step.status == 409 and step.exchange is not None
                     and step.exchange.path == path), None)
        if told is not None and any(
            step.worked and step.exchange is not None and step.exchange.method == "DELETE"
            and path.startswith(f"{step.exchange.path}/") and step.position > told.position
            for step in later
        ):
            yield "undone", (f"{ends} deleted an image whose upload was done: the second upload "
                             "got 409")


def _is_excused(image_id: str, outcome: Outcome) -> bool:
    """Return whether the client could not remove an image.

    It tried, and the service refused; or the failure made every later request fail.
    """
    tries = [step for step in outcome.steps if step.exchange is not None
             and step.exchange.method == "DELETE" and image_id in step.exchange.path]
    if tries and not tries[-1].succeeded:
        return True
    planted = outcome.planted()
    if not planted:
        return False
    ended = any(failure.name in ("token-revoked", "token-expired")
                or (failure.everywhere and failure.lasts is None)
                for failure in planted[0].planted)
    return ended and not any(step.succeeded for step in outcome.steps
                             if step.position > planted[0].position)


def _is_assertion(error: BaseException) -> bool:
    return isinstance(error, AssertionError) or (
        type(error).__module__ == "_pytest.outcomes" and type(error).__name__ != "Skipped")


def is_clients(error: BaseException) -> bool:
    """Return whether an exception is one that the client expects its users to handle."""
    if isinstance(error, json.JSONDecodeError):
        return False  # in any package: the client did not check whether the body was JSON
    if isinstance(error, _OF_THE_NETWORK) or type(error).__name__ == "Skipped":
        return True
    package = type(error).__module__.partition(".")[0]
    return _is_meant(error) or (
        package not in _OUR_OWN and package not in sys.stdlib_module_names)


def _is_meant(error: BaseException) -> bool:
    """Return whether the user's own code raises an exception by a ``raise`` statement, as in
    ``raise RuntimeError("the image was killed")``. The interpreter raises the others."""
    trace = error.__traceback__
    if trace is None:
        return False
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    if code.co_filename.startswith(_NOT_THE_USERS) or code.co_filename.startswith("<"):
        return False
    return any(one.offset == trace.tb_lasti and one.opname == "RAISE_VARARGS"
               for one in dis.get_instructions(code))


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """Yield the exceptions of a group, or the exception itself."""
    inner = getattr(error, "exceptions", None)
    if isinstance(inner, tuple) and inner and all(isinstance(one, BaseException) for one in inner):
        for one in inner:
            yield from _leaves(one)
    else:
        yield error


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, and those that it names as its cause."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__


def _first_error(causes: Sequence[BaseException]) -> BaseException | None:
    """Return the client's exception during whose handling an exception arose, if none names it."""
    named = set(map(id, causes))
    found = [context for one in causes if not one.__suppress_context__ or one.__cause__ is not None
             for context in _contexts(one) if id(context) not in named and is_clients(context)]
    return found[-1] if found else None


def _contexts(error: BaseException) -> Iterator[BaseException]:
    seen = {id(error)}
    one = error.__context__
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__context__


def _status_of(error: BaseException | str) -> int | None:
    """Return the HTTP status that an error of a client has; None if none is known."""
    for holder in (getattr(error, "response", None), error):
        for name in ("status_code", "status", "http_status", "code"):
            value = getattr(holder, name, None)
            if isinstance(value, int) and not isinstance(value, bool) and 400 <= value < 600:
                return value
    found = re.search(r"\b[45]\d\d\b", str(error))
    return None if found is None else int(found[0])


def _told(outcome: Outcome) -> str:
    if outcome.error is None:
        return outcome.told
    return f"{_name(type(outcome.error))}: {_first_line(outcome.error)}"


def _name(kind: type[BaseException]) -> str:
    if kind.__module__ in ("builtins", "_pytest.outcomes"):
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    # The text can contain what the service sent; no control characters on the terminal.
    return "".join(one if one.isprintable() else ascii(one)[1:-1]
                   for one in (lines[0][:200] if lines else ""))
