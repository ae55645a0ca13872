"""Play the conversations at a running server; lay its answers beside those of a real Glance.

    python tests/conformance/compare.py BASEURL [--conversation NAME ...] [--no-clean] [-v]

Between two conversations the server is emptied, over its own API (as an administrator).
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

from conversations import CONVERSATIONS
from differ import Score, compare, table
from player import ADMIN, Player, Step


def clean(base: str) -> None:
    """Delete every image and every namespace."""
    player = Player(base, lambda: None, lambda: None)

    def ask(method: str, path: str, body: Any = None, query: str = "") -> Any:
        patch = (
            {"Content-Type": "application/openstack-images-v2.1-json-patch"}
            if method == "PATCH"
            else {}
        )
        step = Step("clean", method, path, ADMIN, query=query, json=body, headers=patch)
        return player.ask(step).parsed()

    for query in ("limit=1000", "limit=1000&os_hidden=true", "limit=1000&visibility=community"):
        found = ask("GET", "/v2/images", query=query)
        for image in found.get("images", []) if isinstance(found, dict) else []:
            if image.get("protected"):
                unprotect = [{"op": "replace", "path": "/protected", "value": False}]
                ask("PATCH", f"/v2/images/{image['id']}", unprotect)
            ask("DELETE", f"/v2/images/{image['id']}")
    found = ask("GET", "/v2/metadefs/namespaces")
    for space in found.get("namespaces", []) if isinstance(found, dict) else []:
        name = space["namespace"]
        if space.get("protected"):
            ask("PUT", f"/v2/metadefs/namespaces/{name}", {"namespace": name, "protected": False})
        ask("DELETE", f"/v2/metadefs/namespaces/{name}")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "base", metavar="BASEURL", help="root of the server, such as http://127.0.0.1:9292"
    )
    parser.add_argument("--conversation", action="append", help="only this one (may be repeated)")
    parser.add_argument(
        "--no-clean", action="store_true", help="leave alone what the server has already"
    )
    parser.add_argument(
        "--json", action="store_true", help="print step ids that differ as JSON, nothing else"
    )
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="also say which steps are played"
    )
    args = parser.parse_args()
    scores: list[Score] = []
    for conversation in CONVERSATIONS:
        if conversation.name not in (args.conversation or [conversation.name]):
            continue
        if conversation.glance and not args.conversation:
            continue  # it needs a server with these options
        if not args.no_clean:
            clean(args.base)
        # The service may be a real Glance, which has no clock to move.
        player = Player(args.base.rstrip("/"), lambda: time.sleep(0.05), lambda: time.sleep(1.1))
        if args.verbose:
            print(f"playing {conversation.name}", file=sys.stderr, flush=True)
        scores.append(compare(conversation, player))
    if args.json:
        print(json.dumps({s.name: [d.step.id for d in s.differences] for s in scores}, indent=1))
        return 0
    table(scores)
    for score in scores:
        if score.differences:
            print(f"\n== {score.name}")
        for difference in score.differences:
            print(difference)
    return 1 if any(score.differences for score in scores) else 0


if __name__ == "__main__":
    sys.exit(main())
