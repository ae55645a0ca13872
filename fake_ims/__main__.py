"""``python -m fake_ims`` is ``fake-ims``."""

from __future__ import annotations

from .cli import main

raise SystemExit(main())
