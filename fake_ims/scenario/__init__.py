"""Scenario files: a fake, the world around it, its faults, and what happens step by step.

``schema.py`` says what may stand in one, ``scenario.py`` reads and checks it, ``script.py`` takes
its steps, ``expectations.py`` judges what came in.
"""

from __future__ import annotations

from .scenario import Scenario, load
from .script import Script

__all__ = ["Scenario", "Script", "load"]
