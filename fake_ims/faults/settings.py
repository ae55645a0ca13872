"""The keyword arguments of ``Faults.add``, as types.

The module of each kind explains its settings. ``registry.SETTINGS`` has the same names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, TypedDict

from ..contract.model import ImageStatus, JobStatus
from ..domain.durations import DurationLike
from .effects.changes import Body
from .effects.semantic.settings import SemanticSettings
from .moment import Moment


class MatchSettings(TypedDict, total=False):
    """Which requests a fault matches, besides ``operation``."""

    method: str | None
    path: str | None
    chapter: str | None
    tenant: str | None
    user: str | None
    client: str | None
    request_headers: Mapping[str, str] | None
    request_query: Mapping[str, str] | None
    image: str | None
    image_status: ImageStatus | None
    image_attribute: Mapping[str, object] | None
    job_status: JobStatus | None
    request_body: Mapping[str, object] | None


class ScheduleSettings(TypedDict, total=False):
    """When a fault fires among the matching requests."""

    attempt: int | Sequence[int] | str | None
    after: int | None
    every: int | None
    lasting: DurationLike | None
    between: Sequence[DurationLike | datetime] | None
    recovery: DurationLike | None
    until: ImageStatus | JobStatus | None
    until_change: bool | None
    rate: str | None
    concurrency: int | None
    sequence: Sequence[int | str | Mapping[str, object]] | None
    probability: float | None
    seed: int | str | None
    times: int | None


class EffectSettings(SemanticSettings, total=False):
    """What happens when a fault fires."""

    status: int | None
    error_code: str | None
    retry_after: float | str | None
    response_body: Body | None
    response_headers: Mapping[str, str] | None
    moment: Moment | None
    delay: DurationLike | Mapping[str, object] | None
    reset_connection: Moment | None
    refuse: DurationLike | bool | None
    half_close: bool | None
    hang: bool | None
    raw: Mapping[str, object] | None
    gateway_page: Literal[502, 503, 504] | None
    redirect_loop: Literal["itself", "two"] | None
    garbage: bool | str | bytes | None
    invalid_json: Literal["cut", "stray"] | None
    content_type: str | None
    http10: bool | None
    truncate: int | str | None
    wrong_length: int | None
    invalid_chunks: Literal["size", "overrun", "no-end"] | None
    first_byte: DurationLike | Mapping[str, DurationLike] | None
    dribble: float | Mapping[str, float] | None


class Settings(MatchSettings, ScheduleSettings, EffectSettings, total=False):
    """The keyword arguments of ``Faults.add``."""
