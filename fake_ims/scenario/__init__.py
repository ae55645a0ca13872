"""Scenario files: a fake, the world around it, its faults, and what happens step by step.

``schema.py`` says what may stand in one, ``document.py`` reads and checks it, ``scenario.py`` takes
its steps, ``expectations.py`` judges what came in.
"""

from __future__ import annotations

from .document import ScenarioDocument, load
from .scenario import Scenario

__all__ = ["Scenario", "ScenarioDocument", "load"]
