"""Failures on demand: match x schedule x effect.

``matches/`` say which requests a fault is about, ``schedules/`` when it fires among them,
``effects/`` what happens; each kind is a small file. ``plan.py`` builds them from a user's settings
and refuses what cannot be.

What the request pipeline does, in this order::

    resolve the operation, identify the caller       # call.operation, call.params, call.caller
    try:
        strike = await service.faults.strike(call) if service.faults.any else None
        answer = await strike.before() if strike else None      # None: do the work
        if answer is None:
            answer = await strike.work(handler)                 # refusals rendered to an Answer
        if strike:
            answer = await strike.after(answer)                 # also over an answer of ``before``
    except ConnectionCut:
        exchange.status = 0; record the exchange
        cut(call.request)
        return web.Response()                                   # goes nowhere: see ``cut``
    record the exchange, send the answer

- ``strike`` decides and counts; it notes the faults that fired in ``call.exchange.faults`` as
  sentences, before any effect runs. It may read a JSON body (``call.read()``, which keeps it).
- A refusal of the handler must be an ``Answer`` before ``after`` sees it: a lost answer is lost
  whether the work went well or not.
- A body that taps of ``call.hold`` wait for goes through them when it is read; ``answer.sender``
  sends what aiohttp would not; ``call.hold.at_end`` acts when all is over. All waits are taken
  with ``call.pause``, so that a reset or a stop ends them.
- Requests that no route matches go the same way, with ``call.operation`` None. Those of the
  control API must not: a fault on every request would lock the test out.
"""

from __future__ import annotations

from .fault import Fault
from .store import Faults
from .strike import Strike

__all__ = ["Fault", "Faults", "Strike"]
