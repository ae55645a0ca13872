"""Compressed time: a test that waits takes no real time, and its time-outs fire in order.

Waiting is a discrete event. When every thread of the process waits and nothing is on its way, the
clock jumps to the earliest deadline (``waits``). Each way of waiting has a module (``ways``).

====================================================================  ===========================
way of waiting                                                        compressed?
====================================================================  ===========================
``time.sleep``, also ``from time import sleep``                       yes
``time.time``, ``monotonic``, ``perf_counter``, with ``_ns``          they show the compressed time
``datetime.now``                                                      no: the real time
``Condition.wait`` and all that is built on it: ``Event``,            yes
``Semaphore``, ``Barrier``, ``queue.Queue``, ``Future.result``,
``Timer``
``Thread.join``                                                       yes
``Lock.acquire(timeout=)``, ``RLock``, ``queue.SimpleQueue``          no: written in C
``selectors``, so asyncio, anyio on asyncio, aiohttp, httpx           yes
``select.select``, ``select.poll``, ``select.epoll``                  yes
``socket``: receive, send, accept                                     yes
``socket.connect``                                                    no: fakes accept at once
``ssl.SSLSocket``: read                                               yes, between TLS records
trio, anyio on trio                                                   yes, if trio starts inside
uvloop, gevent, pycurl and other code in C                            no
asyncio's proactor loop, the default on Windows                       no
``subprocess``: ``wait``, ``communicate``, ``run``                    no: no jump meanwhile
pipes to other processes                                              no: no jump meanwhile
====================================================================  ===========================

A wait that is not compressed takes its real time. While it lasts, other waits get a real 50 ms for
each jump, or no jump at all, as the table says. The same holds for sockets to others than a fake.

The module is imported only to sweep.
"""

from __future__ import annotations

from .context import CompressedTime
from .sites import Site

__all__ = ["CompressedTime", "Site"]
