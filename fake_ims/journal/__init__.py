"""The journal: every exchange with the fake, with filters, assertions and exports.

``exchange.py`` is one exchange and ``ring.py`` keeps them. ``filters.py`` selects some of them into
a ``selection.py``. ``questions.py`` has the methods of both. ``assertions.py`` and ``retries.py``
hold the assertions, ``unexpected.py`` finds requests that no client should send, and ``export.py``
and ``curl.py`` write other formats. ``secrets.py`` says what these mask, ``masked.py`` masks it.
"""

from __future__ import annotations

from .exchange import Draft, Exchange
from .ring import BODY_BYTES, EXCHANGES, TOTAL_BYTES, Journal
from .selection import Selection

__all__ = ["BODY_BYTES", "EXCHANGES", "TOTAL_BYTES", "Draft", "Exchange", "Journal", "Selection"]
