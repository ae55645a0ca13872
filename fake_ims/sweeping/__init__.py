"""The sweep: every failure of one test, tried by itself.

A test is run once clean, and its exchanges are recorded. Then it is run again for each exchange
and each failure that its operation can have there. ``failures.py`` says which those are,
``plan.py`` makes the cases, ``snapshot.py`` looks at what a run leaves behind, ``verdict.py``
judges, ``report.py`` tells. The pytest plugin runs it.
"""
