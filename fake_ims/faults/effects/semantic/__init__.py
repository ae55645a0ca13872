"""Effects that know what an operation means: stale reads, lost work, jobs that lie, ...

They work on what the service does, not on the bytes of its answers: an image is really made twice,
a list is really read from older images. ``sorts.py`` says at which operations each of them means
something; ``..view`` is how a handler meets a service that is not quite as it is.
"""

from __future__ import annotations

from ...kinds import Kind
from . import (
    deleting,
    download,
    job,
    meanwhile,
    page,
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
