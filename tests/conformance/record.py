"""Record what a real Glance answers: plays every conversation twice and writes ``recorded/*.json``.

python tests/conformance/record.py --venv DIR [--conversation NAME ...]
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from collections.abc import Sequence

from conversations import CONVERSATIONS
from player import Answer, Conversation, Player, recording_path
from real_glance import RealGlance, add_arguments, real_glance


def play(glance: RealGlance, conversation: Conversation) -> dict[str, Answer]:
    """Play at an empty Glance."""
    glance.reset()
    # A real Glance has no clock to move.
    player = Player(glance.url, lambda: time.sleep(0.05), lambda: time.sleep(1.1))
    return {step.id: answer for step, answer in player.play(conversation)}


def write(conversation: Conversation, answers: dict[str, Answer], versions: dict[str, str]) -> None:
    """One file per conversation, one diffable line per fact."""
    data = {
        "conversation": conversation.name,
        "versions": versions,
        "answers": {step: answer.as_json() for step, answer in answers.items()},
    }
    path = recording_path(conversation.name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def record(glance: RealGlance, chosen: Sequence[Conversation]) -> int:
    """Record the chosen conversations; the number of steps that were not answered alike twice."""
    versions = glance.versions()
    unstable = steps = 0
    for conversation in chosen:
        first, second = play(glance, conversation), play(glance, conversation)
        write(conversation, first, versions)
        steps += len(first)
        for step, answer in first.items():
            if second[step] != answer:
                unstable += 1
                print(f"UNSTABLE {conversation.name} {step}:\n  {answer}\n  {second[step]}")
            if answer.status >= 500 or not answer.status:
                print(f"NOTE {conversation.name} {step}: {answer.status}")
        print(f"{conversation.name}: {len(first)} steps", flush=True)
    print(f"{steps} steps, {unstable} unstable")
    return unstable


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    add_arguments(parser)
    parser.add_argument("--conversation", action="append", help="only this one (may be repeated)")
    args = parser.parse_args()
    chosen = [c for c in CONVERSATIONS if not args.conversation or c.name in args.conversation]
    unstable = 0
    # A Glance for each set of options; those without options share one.
    for options, same in itertools.groupby(
            sorted(chosen, key=lambda one: str(dict(one.glance))), lambda one: dict(one.glance)):
        with real_glance(args.venv, args.dir, args.port, options) as glance:
            unstable += record(glance, list(same))
    return 1 if unstable else 0


if __name__ == "__main__":
    sys.exit(main())
