"""The rules that a run with failures must not break, in the order in which they are asked.

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

``hang`` and the failures that were not reached are asked first, in ``verdict.py``.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator

from ..contract.operations import BY_ID
from . import client_errors as errors
from .failures import RETRY_AFTER
from .outcome import Demands, Outcome
from .snapshot import differences, duplicates, lost, orphans
from .step import Step

RULES = ("hang", "pace", "repeat", "undone", "orphan", "duplicate", "overwritten", "lost", "assert",
         "crash", "misled", "hidden", "result")
_LEFT = frozenset({"orphan", "duplicate", "lost"})
# A client may try that often without a pause.
_TRIES = 5


def broken(outcome: Outcome, clean: Outcome, demands: Demands) -> Iterator[tuple[str, str]]:
    """Yield the rules that a run breaks, each with a sentence."""
    yield from _pace(outcome, clean)
    yield from _repeat(outcome)
    ends = f"{outcome.end}, but" if outcome.passed else f"{outcome.end}, and"
    yield from _undone(outcome, ends)
    for image_id, name, status in orphans(clean.left, outcome.left):
        if not _is_excused(image_id, outcome):
            yield "orphan", f"{ends} left image {name!r} in status {status}"
    for name, count, before in duplicates(clean.left, outcome.left):
        if not any(_is_excused(image_id, outcome) for image_id in outcome.left.named(name)):
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
        yield from _misled(outcome, errors.status_of(outcome.told))


def _seeder(outcome: Outcome) -> str:
    return "scenario" if outcome.command else "test"


def _by_error(
    outcome: Outcome, error: BaseException, demands: Demands
) -> Iterator[tuple[str, str]]:
    if isinstance(error, demands.expect):
        return
    told = outcome.error_text
    if errors.is_assertion(error):
        yield "assert", f"the client raised no error, but the test found: {told}"
        return
    if not all(map(errors.is_clients, errors.leaves(error))):
        yield "crash", f"the client raised an unexpected exception: {told}"
    causes = list(errors.causes(error))
    status = next((found for one in causes if (found := errors.status_of(one)) is not None), None)
    if status is None:
        return
    first = errors.first_error(causes)
    if first is not None and _is_of_a_clean_up(status, outcome):
        known = errors.status_of(first)
        if known != status and str(known or errors.first_line(first)) not in (
                " ".join(map(str, causes))):
            yield "hidden", (f"the client reports {told}, the failure of its clean-up, which hides "
                             f"the first error: {errors.told(first)}")
    if status in {step.status for step in outcome.planted()}:
        return
    misled = list(_misled(outcome, status))
    if misled:
        yield from misled
        return
    before = [one for one in errors.contexts(error) if errors.is_clients(one)]
    if before and error.__cause__ is None and not error.__suppress_context__ and (
            status not in map(errors.status_of, before)):
        first = before[-1]
        yield "hidden", (f"the client reports {told}, which hides the first error: "
                         f"{errors.told(first)}")


def _misled(outcome: Outcome, status: int | None) -> Iterator[tuple[str, str]]:
    if status is None or status in {step.status for step in outcome.planted()}:
        return
    for done in outcome.planted():
        retry = next((step for step in outcome.steps if step.position > done.position
                      and step.request == done.request and step.status == status), None)
        if done.worked and not done.succeeded and retry is not None:
            yield "misled", (f"the client repeated {done.name}, which had done its work, and "
                             f"reports the {status} of the second try: {outcome.error_text}")
            return


def _is_of_a_clean_up(status: int, outcome: Outcome) -> bool:
    """Return whether the last request with this status was a DELETE, and not the first failure."""
    last = next((step for step in reversed(outcome.steps) if step.status == status), None)
    first = outcome.planted()[:1]
    return last is not None and last.method == "DELETE" and all(
        step.method != "DELETE" for step in first)


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
            failure.says_when for failure in before[-1].planted
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
        if refused.status in (400, 403) and refused.operation != "images.download" and (
            not _discovers(refused)) and any(
            step.request == refused.request and step.position > refused.position
            for step in outcome.steps
        ):
            yield "repeat", (f"the client sent {refused.name} again, although the response was "
                             f"{refused.status}")
            return


def _discovers(step: Step) -> bool:
    """Return whether a request asks which versions there are. It needs no token and says nothing
    that could be wrong: who asks again asks for another reason, such as another client's start."""
    operation = BY_ID.get(step.operation)
    return operation is not None and operation.method == "GET" and not operation.auth


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
                and one.method == "GET" and one.path == step.path]
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
        later = [step for step in outcome.steps if step.position > upload.position]
        told = next((step for step in later if step.status == 409 and step.path == upload.path),
                    None)
        if told is not None and any(
            step.worked and step.method == "DELETE" and upload.path.startswith(f"{step.path}/")
            and step.position > told.position for step in later
        ):
            yield "undone", (f"{ends} deleted an image whose upload was done: the second upload "
                             "got 409")


def _is_excused(image_id: str, outcome: Outcome) -> bool:
    """Return whether the client could not remove an image.

    It tried, and the service refused; or the failure made every later request fail.
    """
    tries = [step for step in outcome.steps if step.method == "DELETE" and image_id in step.path]
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
