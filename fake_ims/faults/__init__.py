"""Failures on demand: match x schedule x effect.

A match (``matches/``) selects requests. A schedule (``schedules/``) decides on which of them the
fault fires. An effect (``effects/``) is what happens then. Each kind is a small file. ``plan.py``
builds a fault from a user's settings and rejects impossible ones.

The request pipeline runs these steps in order::

    resolve the operation, identify the caller       # call.operation, call.params, call.caller
    try:
        strike = await service.faults.strike(call) if service.faults.any else None
        answer = await strike.before() if strike else None      # None: handle it
        if answer is None:
            answer = await strike.work(handler)                 # refusals rendered to an Answer
        if strike:
            answer = await strike.after(answer)                 # also over an answer of ``before``
    except ConnectionCut:
        exchange.status = 0; record the exchange
        cut(call.request)
        return web.Response()                                   # goes nowhere: see ``cut``
    record the exchange, send the answer

- ``strike`` decides which faults fire and counts them. It adds their sentences to
  ``call.exchange.faults`` before any effect runs. It may read a JSON body (``call.read()`` keeps
  it).
- A refusal by the handler becomes an ``Answer`` before ``after`` sees it. A fault can lose the
  response whether the handler succeeded or not.
- The taps in ``call.hold`` see the request body as it is read. ``answer.sender`` sends what aiohttp
  would not. ``call.hold.at_end`` runs when the request is over. Every wait uses ``call.pause``, so
  that a reset or a stop ends it.
- Requests without a route take the same path, with ``call.operation`` None. Requests to the control
  API do not: a fault on every request would lock the test out.
"""

from __future__ import annotations

from .fault import Fault
from .store import Faults
from .strike import Strike

__all__ = ["Fault", "Faults", "Strike"]
