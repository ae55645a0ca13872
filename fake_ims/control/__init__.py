"""The control API below ``/_fake_ims/``: what ``FakeIMS`` can do, from any language.

``routes.py`` is the table that all derives from: the server (``server.py``), the OpenAPI
description (``openapi.py``) and the command ``fake-ims ctl`` (``command.py``). The handlers stand
in ``faults.py``, ``state.py``, ``images.py``, ``jobs.py``, ``world.py`` and ``requests.py``.
"""
