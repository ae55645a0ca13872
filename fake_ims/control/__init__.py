"""The control API under ``/_fake_ims/``: everything ``FakeIMS`` can do, over HTTP.

The table in ``routes.py`` defines every operation. The server (``server.py``), the OpenAPI
description (``openapi.py``) and the command ``fake-ims ctl`` (``fake_ims/cli/ctl.py``) read it. The
handlers are in ``faults.py``, ``state.py``, ``images.py``, ``jobs.py``, ``world.py`` and
``requests.py``.
"""
