"""What users hold: ``FakeIMS``, and the handles that it gives.

``fake_ims.py`` is the object itself; ``running.py`` starts and stops it, ``scripted.py`` plays
scenarios to it. A handle is a module: ``images.py``, ``jobs.py``, ``identity.py``, ``tenant.py``.
"""
