"""Scenario files: settings of a fake, its images, world and faults, and steps that change them.

``schema.py`` defines the format, ``document.py`` reads and checks a file, ``scenario.py`` takes the
steps, ``expectations.py`` compares the requests with the expectations of the file.
"""

from __future__ import annotations

from .document import ScenarioDocument, load
from .scenario import Scenario

__all__ = ["Scenario", "ScenarioDocument", "load"]
