"""Effects on what the service does: stale reads, repeated requests, jobs that lie, ...

They change the service's behaviour, not the bytes of its responses: an image is really created
twice, a list is really read from older images. ``sorts.py`` defines which operations support each
of them. ``..view`` shows a handler the changed service.
"""

from __future__ import annotations

from ...kinds import Kind
from . import (
    deleting,
    download,
    job,
    meanwhile,
    page,
    page_size,
    quota,
    saving,
    skew,
    stale,
    token,
    twice,
    unseen,
    upload_dies,
)

KINDS: tuple[Kind, ...] = (
    meanwhile.KIND,
    stale.KIND,
    unseen.KIND,
    page.KIND,
    page_size.KIND,
    quota.KIND,
    job.KIND,
    saving.KIND,
    deleting.KIND,
    upload_dies.KIND,
    download.KIND,
    twice.KIND,
    skew.KIND,
    token.KIND,
)

__all__ = ["KINDS"]
