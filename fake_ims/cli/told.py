"""What every subcommand tells on standard error, and the exit status of misuse."""

from __future__ import annotations

import sys

PROG = "fake-ims"
MISUSE = 2


def complain(text: str) -> None:
    """Print a text on standard error, each line with the name of the command."""
    for line in text.splitlines():
        print(f"{PROG}: {' '.join(line.split())}", file=sys.stderr, flush=True)
