"""Every kind of match, schedule and effect, in the order in which a fault applies them."""

from __future__ import annotations

from .effects import (
    answer,
    content_type,
    delay,
    dribble,
    first_byte,
    garbage,
    gateway_page,
    half_close,
    hang,
    http10,
    invalid_chunks,
    invalid_json,
    raw,
    redirect_loop,
    refuse,
    reset_connection,
    semantic,
    truncate,
    wrong_length,
)
from .kinds import Kind, Setting
from .matches import (
    chapter,
    client,
    image,
    image_attribute,
    image_status,
    job_status,
    method,
    operation,
    path,
    request_body,
    request_headers,
    request_query,
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
    operation.KIND,
    method.KIND,
    path.KIND,
    chapter.KIND,
    tenant.KIND,
    user.KIND,
    client.KIND,
    request_headers.KIND,
    request_query.KIND,
    image.KIND,
    image_status.KIND,
    image_attribute.KIND,
    job_status.KIND,
    request_body.KIND,
)

#: A fault checks its schedules in this order: ``times`` counts the requests that the others accept.
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
    refuse.KIND,
    reset_connection.KIND,
    half_close.KIND,
    hang.KIND,
    answer.KIND,
    raw.KIND,
    gateway_page.KIND,
    redirect_loop.KIND,
    garbage.KIND,
    invalid_json.KIND,
    content_type.KIND,
    http10.KIND,
    truncate.KIND,
    wrong_length.KIND,
    invalid_chunks.KIND,
    first_byte.KIND,
    dribble.KIND,
    *semantic.KINDS,
)

KINDS: tuple[Kind, ...] = (*MATCHES, *SCHEDULES, *EFFECTS)

SETTINGS: dict[str, Setting] = {
    setting.name: setting for kind in KINDS for setting in kind.settings
}
