"""The sweep: runs a test again for every possible failure of its requests.

A clean run records the requests of the test. Then the test runs again once for every request and
every failure possible there. In reading order:

- ``failures.py``: the failures, as a table.
- ``case.py``, ``explore.py``: which requests fail, and how, in each run; what may be left out.
- ``watch.py``: one run. It sees every request of every fake, and lets those of the case fail.
- ``alike.py``, ``snapshot.py``: what is equal in two runs; the images that a run leaves.
- ``outcome.py``, ``rules.py``, ``verdict.py``: what happened in a run, the rules, the judgement.
  ``client_errors.py`` and ``crashes.py`` tell a crash from an error that a client reports.
- ``sweep.py``: runs and judges all cases of one test.
- ``options.py``, ``mark.py``, ``baseline.py``: settings, the decorator, known cases.
- ``compressed``: time that passes at once.
- ``files.py``: reads and writes the files: baseline and reports.
- ``report``: the results as text, JSON, HTML, ...

The pytest plugin and ``fake-ims sweep`` do the running.
"""
