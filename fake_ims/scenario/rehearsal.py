"""Plays a scenario on a temporary fake, to find problems that its schema cannot express."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..documents import apply
from ..documents.check import Problem
from ..domain.durations import seconds
from ..domain.sound import Path
from ..errors import UnknownImageError, UsageError
from .actions import Refusal, Stage, actions
from .expectations import having, unmet

if TYPE_CHECKING:
    from ..fake.fake_ims import FakeIMS
    from ..fake.images import ImageHandle
    from ..fake.jobs import JobHandle


class _Rehearsal(Stage):
    """A stage without clients.

    Attributes:
        open: whether images and jobs can exist that are not here: a client may have made them
            before the step, or the part of the document that makes them is invalid. Then each
            action is tried on a stand-in.
        complete: whether all tenants and faults that the document names are here.
    """

    open = False
    complete = True

    def image(self, name: str, act: Callable[[ImageHandle], None]) -> None:
        try:
            act(apply.find_image(self.fake, name))
        except (UnknownImageError, UsageError):
            if not self.open:
                raise
            self._try_on_another(act)

    def _try_on_another(self, act: Callable[[ImageHandle], None]) -> None:
        other = self.fake.images.add()
        try:
            act(other)
        finally:
            while other in self.fake.images:  # the second time ends pending_delete
                other.delete()

    def job(self, act: Callable[[JobHandle], None]) -> None:
        if not self.open:  # only clients start jobs
            super().job(act)


def rehearse(document: Mapping[str, Any], fake: FakeIMS, *, whole: bool) -> list[Problem]:
    """Return the problems that playing a scenario meets.

    Args:
        document: the scenario; list items that are None are left out.
        fake: a fake with the settings of the scenario. It is reset at the end.
        whole: whether the document is complete, so that every name in it is defined.
    """
    stage = _Rehearsal(fake)
    stage.open, stage.complete = not whole, whole
    problems: list[Problem] = []
    _try(stage, document, (), problems)
    for position, step in enumerate(document.get("steps", ())):
        if step is None:
            continue
        path: Path = ("steps", position)
        if _takes_time(step, path, problems) or "when" in step:
            stage.open = True
        if "when" in step:
            _ask(fake, step["when"], (*path, "when"), problems)
        _expect(fake, step, path, problems, at_once=not stage.open)
        _try(stage, step, path, problems)
    _expect(fake, document, (), problems)
    fake.reset()
    return problems


def _takes_time(step: Mapping[str, Any], path: Path, problems: list[Problem]) -> bool:
    try:
        return seconds(step.get("after", 0)) > 0
    except UsageError as error:
        problems.append(Problem((*path, "after"), str(error)))
        return True


def _try(
    stage: _Rehearsal, document: Mapping[str, Any], path: Path, problems: list[Problem]
) -> None:
    """Apply each value by itself, so that one problem does not hide another."""
    for here, name, item in actions(document, path):
        if item is None or (name in ("clear", "revoke") and not stage.complete):
            continue
        try:
            stage.act(here, name, item)
        except Refusal as refusal:
            problems.append(_placed(refusal, item))
            # What this value should have made may be missing later.
            stage.open = True
            stage.complete = stage.complete and name not in ("tenants", "faults")


def _placed(refusal: Refusal, item: object) -> Problem:
    """Return the problem at the key that its text mentions, if it mentions one."""
    text = str(refusal)
    if isinstance(item, Mapping):
        for key in item:
            begins = (f"{key}=", f"{key} ", f"{key}: ", f"unknown {key} ")
            if text.startswith(begins) or repr(key) in text or (
                isinstance(item[key], str) and _names(item[key], text)
            ):
                return Problem((*refusal.path, key), text)
    return Problem(refusal.path, text)


def _names(value: str, text: str) -> bool:
    """Return whether a text mentions a value: in quotes, or long enough to exclude chance."""
    return repr(value) in text or (len(value) >= 8 and value in text)


def _expect(
    fake: FakeIMS, document: Mapping[str, Any], path: Path, problems: list[Problem], *,
    at_once: bool = False,
) -> None:
    for position, asked in enumerate(document.get("expect", ())):
        if asked is not None:
            _ask(fake, asked, (*path, "expect", position), problems, at_once=at_once)


def _ask(
    fake: FakeIMS, asked: Mapping[str, Any], path: Path, problems: list[Problem], *,
    at_once: bool = False,
) -> None:
    """Find the problems of a ``when`` or ``expect``: of each key, else of all together.

    Args:
        at_once: whether the expectation is compared before any request can arrive.
    """
    before = len(problems)
    for name in asked:
        try:
            having(fake.requests, {name: asked[name]}, 0)
        except UsageError as error:
            problems.append(Problem((*path, name), str(error)))
    if len(problems) == before:
        text: str | bool | None
        try:
            text = unmet(fake.requests, asked, 0)
        except UsageError as error:
            text = str(error)
        else:
            text = at_once and text and f"the step is due at once, before any request: {text}"
        if text:
            problems.append(Problem(path, str(text)))
