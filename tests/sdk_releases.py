"""Which releases of the SDKs a test describes: pip installs older ones on older Pythons."""

from __future__ import annotations

import sys

import pytest

#: What the test shows has changed in openstacksdk since its last release for Python 3.10.
recent_openstacksdk = pytest.mark.skipif(
    sys.version_info < (3, 11), reason="the last openstacksdk for Python 3.10 acts otherwise")
