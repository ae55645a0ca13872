"""The Python API: ``FakeIMS`` and its handles.

``fake_ims.py`` has the class; ``running.py`` starts and stops it, ``scripted.py`` plays scenarios.
Each handle has a module: ``images.py``, ``jobs.py``, ``identity.py``, ``tenant.py``.
"""
