"""The benchmark works; what it measures is nobody's test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_it_prints_a_table() -> None:
    run = subprocess.run([sys.executable, str(HERE), "--tiny"], capture_output=True, text=True,
                         timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    facts, head, rule, *rows = run.stdout.splitlines()
    assert facts.startswith("Python ")
    assert [cell.strip() for cell in head.strip("|").split("|")] == [
        "what", "compared", "fake_ims", "ratio", "spread", "target"]
    assert set(rule) <= set("|- ")
    assert len(rows) >= 16
    assert all(row.count("|") == head.count("|") for row in rows)
