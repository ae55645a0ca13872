"""The settings of semantic effects, as types for ``Faults.add``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, TypedDict

from ....domain.durations import Due, DurationLike


class SemanticSettings(TypedDict, total=False):
    """What the service does differently when a fault fires."""

    twice: bool | None
    stale: DurationLike | None
    page: Literal["miss", "repeat"] | None
    page_size: int | None
    dies_at: int | None
    leaves: Literal["saving", "killed", "queued"] | None
    corrupt: bool | None
    short: int | None
    job_hangs: float | None
    job_fails: str | None
    job_lies: bool | None
    quota_used_up: bool | None
    revokes_token: bool | None
    meanwhile: Literal["delete", "deactivate"] | Mapping[str, object] | None
    unseen: DurationLike | None
    deleting: DurationLike | Due | None
    saving: DurationLike | Due | None
    kill: str | None
    skew: float | str | timedelta | None
