"""From a user's settings to matches, schedules and effects; whatever cannot be is refused here."""

from __future__ import annotations

from dataclasses import dataclass

from ..contract.model import Profile
from ..contract.operations import BY_ID
from ..domain.durations import seconds
from ..errors import UsageError
from .effects import Effect
from .effects.alter import Alter
from .effects.changes import changes
from .effects.delay import Delay
from .effects.reset import Reset
from .effects.status import AnswerStatus
from .matches import Match
from .matches.image import AboutImage
from .matches.method import ByMethod, http_method
from .matches.overlap import may_fit
from .matches.path import AtPath, at_path
from .matches.target import OfOperation
from .matches.tenant import OfTenant
from .schedules import Schedule
from .schedules.after import After
from .schedules.every import Every
from .schedules.probability import Probability
from .schedules.times import Times
from .settings import Settings
from .statuses import RETRYABLE, check_status
from .targets import operation_ids
from .values import error_code, probability, retry_after_text, text, whole

#: The index key of requests that no route matched.
NO_OPERATION = ""


@dataclass(frozen=True)
class Plan:
    """A checked fault.

    Attributes:
        keys: the operations under which it is looked up; "" for requests without one.
        matches: conditions on a request, all of which must hold.
        schedules: the chain of conditions on when.
        effects: what happens, those that do not end the request first.
    """

    keys: tuple[str, ...]
    matches: tuple[Match, ...]
    schedules: tuple[Schedule, ...]
    effects: tuple[Effect, ...]

    def __str__(self) -> str:
        who = " ".join(map(str, self.matches)) or "every request"
        if self.matches and not isinstance(self.matches[0], (OfOperation, ByMethod, AtPath)):
            who = f"every request {who}"
        elif len(self.matches) == 1 and isinstance(self.matches[0], ByMethod):
            who = f"every {who}"
        what = ", then ".join(map(str, self.effects))
        return ", ".join([f"{who} {what}", *map(str, self.schedules)])


def plan(settings: Settings, profile: Profile | None = None) -> Plan:
    """The plan of a fault in a fake of a profile (None: of any).

    Raises:
        UsageError: a name or value is unknown, or the settings contradict each other.
    """
    keys, matches = _matches(settings, profile)
    return Plan(keys, matches, _schedules(settings), _effects(settings, keys))


def _matches(
    settings: Settings, profile: Profile | None
) -> tuple[tuple[str, ...], tuple[Match, ...]]:
    matches: list[Match] = []
    anything = settings.target in (None, "*")
    ids = operation_ids(settings.target or "*", profile)
    if settings.target is not None and not anything:
        matches.append(OfOperation(settings.target, frozenset(ids)))
    if settings.method is not None:
        method = http_method(settings.method)
        matches.append(ByMethod(method))
        ids = tuple(name for name in ids if BY_ID[name].method == method)
    at: AtPath | None = None
    if settings.path is not None:
        at = at_path(settings.path)
        matches.append(at)
        ids = tuple(name for name in ids if _leads_to(at, name))
    # Only a fault that names no operation can mean requests that are none.
    if anything and (at is None or at.ids is None):
        ids = (*ids, NO_OPERATION)
    if not ids:
        named = " ".join(map(str, matches))
        raise UsageError(f"no request can match {named!r}: no operation is all of that")
    if settings.tenant is not None:
        matches.append(OfTenant(text("tenant", settings.tenant)))
    if settings.image is not None:
        matches.append(AboutImage(text("image", settings.image)))
    return ids, tuple(matches)


def _leads_to(at: AtPath, name: str) -> bool:
    return name in at.ids if at.ids is not None else may_fit(at.pattern, BY_ID[name].path)


def _schedules(settings: Settings) -> tuple[Schedule, ...]:
    chain: list[Schedule] = []
    if whole("after", settings.after, 0):
        chain.append(After(settings.after))
    if whole("every", settings.every, 1) > 1:
        chain.append(Every(settings.every))
    if settings.probability is not None:
        chain.append(Probability(probability(settings.probability)))
    elif settings.seed is not None:
        raise UsageError("seed= goes with probability=; without it nothing is left to chance")
    if settings.times is not None:
        chain.append(Times(whole("times", settings.times, 1)))
    return tuple(chain)


def _effects(settings: Settings, keys: tuple[str, ...]) -> tuple[Effect, ...]:
    effects: list[Effect] = []
    if settings.delay is not None:
        effects.append(Delay(seconds(settings.delay)))
    if settings.reset is not None:
        _refuse_beside_reset(settings)
        effects.append(Reset(settings.reset))
        return tuple(effects)
    code = None if settings.error is None else error_code(settings.error)
    status = None if settings.status is None else check_status(settings.status, keys)
    if code and status and code.status != status:
        raise UsageError(f"error={code.code!r} answers {code.status}, which status={status} "
                         "contradicts; leave one of them out")
    headers = dict(settings.headers or {})
    if settings.retry_after is not None:
        shown = code.status if code else status
        if shown not in RETRYABLE:
            raise UsageError(f"retry_after= goes with a status of {', '.join(map(str, RETRYABLE))}"
                             f", not with {'none' if shown is None else shown}")
        headers["Retry-After"] = retry_after_text(settings.retry_after)
    changed = changes(settings.body, headers)
    if code:
        effects.append(AnswerStatus(code.status, code, changed))
    elif status:
        effects.append(AnswerStatus(status, None, changed))
    elif changed:
        effects.append(Alter(changed))
    if not effects:
        raise UsageError("a fault needs something to do: status=, error=, delay=, reset=, "
                         "body= or headers=")
    return tuple(effects)


def _refuse_beside_reset(settings: Settings) -> None:
    if settings.reset not in ("before", "after"):
        raise UsageError(f"reset={settings.reset!r}: it is 'before' (the work) or 'after' (it)")
    for name in ("status", "error", "retry_after", "body", "headers"):
        if getattr(settings, name) is not None:
            raise UsageError(f"reset= sends no answer, so {name}= cannot go with it")
