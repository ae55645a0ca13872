"""Every exchange that went through the fake, questions to them, and assertions over them.

``exchange.py`` is what is kept of one, ``ring.py`` where they are kept, ``filters.py`` how some
are chosen, ``selection.py`` those chosen, ``questions.py`` what can be asked of both,
``assertions.py`` and ``retries.py`` what can be asserted, ``unexpected.py`` what nobody should
send, ``export.py`` and ``curl.py`` other forms.
"""

from __future__ import annotations

from .exchange import Draft, Exchange
from .ring import BODY_BYTES, EXCHANGES, Journal
from .selection import Selection

__all__ = ["BODY_BYTES", "EXCHANGES", "Draft", "Exchange", "Journal", "Selection"]
