"""The long runs of docs/reliability.md: ``python tests/reliability GUARD [OPTION …]``.

Each guard is a module ``guard_NAME.py`` with a function ``main(arguments)``, which prints the
figures of the run and returns whether all held. The tests beside them call the same code with
numbers that fit into CI.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

GUARDS = sorted(
    path.stem.removeprefix("guard_") for path in Path(__file__).parent.glob("guard_*.py"))


def main(arguments: list[str]) -> int:
    """The command line; returns the exit status."""
    if not arguments or arguments[0] not in GUARDS:
        print(f"usage: python tests/reliability {{{','.join(GUARDS)}}} [OPTION …]", file=sys.stderr)
        return 2
    guard = importlib.import_module(f"guard_{arguments[0]}")
    return 0 if guard.main(arguments[1:]) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
