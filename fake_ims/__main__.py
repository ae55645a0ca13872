"""``python -m fake_ims`` is ``fake-ims``."""

from __future__ import annotations

from .cli.main import main

raise SystemExit(main())
