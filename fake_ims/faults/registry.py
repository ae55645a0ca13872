"""Every kind of match, schedule and effect, in the order in which a fault has them."""

from __future__ import annotations

from .effects import answer, delay, reset
from .kinds import Kind, Setting
from .matches import (
    chapter,
    client,
    header,
    image,
    image_attribute,
    image_status,
    job_status,
    method,
    path,
    query,
    request_body,
    target,
    tenant,
    user,
)
from .schedules import (
    after,
    attempt,
    concurrency,
    every,
    probability,
    rate,
    sequence,
    times,
    until,
    window,
)

MATCHES: tuple[Kind, ...] = (
    target.KIND,
    method.KIND,
    path.KIND,
    chapter.KIND,
    tenant.KIND,
    user.KIND,
    client.KIND,
    header.KIND,
    query.KIND,
    image.KIND,
    image_status.KIND,
    image_attribute.KIND,
    job_status.KIND,
    request_body.KIND,
)

#: A fault's schedules form a chain in this order: ``times`` counts what the others let through.
SCHEDULES: tuple[Kind, ...] = (
    attempt.KIND,
    after.KIND,
    every.KIND,
    window.KIND,
    until.KIND,
    until.CHANGE,
    rate.KIND,
    concurrency.KIND,
    probability.KIND,
    sequence.KIND,
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
