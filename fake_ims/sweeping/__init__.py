"""The sweep: runs a test again for every possible failure of its requests.

A clean run records the requests of the test. Then the test runs again once for every request and
every failure possible there. ``failures.py`` lists the failures, ``plan.py`` makes the cases,
``snapshot.py`` compares the images that a run leaves, ``verdict.py`` judges a run, and
``report.py`` formats the results. The pytest plugin does the running.
"""
