"""Every kind of match, schedule and effect, in the order in which a fault has them."""

from __future__ import annotations

from .effects import answer, delay, reset
from .kinds import Kind, Setting
from .matches import image, method, path, target, tenant
from .schedules import after, every, probability, times

MATCHES: tuple[Kind, ...] = (
    target.KIND,
    method.KIND,
    path.KIND,
    tenant.KIND,
    image.KIND,
)

#: A fault's schedules form a chain in this order: ``times`` counts what the others let through.
SCHEDULES: tuple[Kind, ...] = (
    after.KIND,
    every.KIND,
    probability.KIND,
    times.KIND,
)

EFFECTS: tuple[Kind, ...] = (
    delay.KIND,
    reset.KIND,
    answer.KIND,
)

KINDS: tuple[Kind, ...] = (*MATCHES, *SCHEDULES, *EFFECTS)

SETTINGS: dict[str, Setting] = {
    setting.name: setting for kind in KINDS for setting in kind.settings
}
