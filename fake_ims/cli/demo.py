"""``fake-ims demo``: a short conversation with a fake of its own, to see that it works."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from typing import Any

from ..fake.fake_ims import FakeIMS

OCTETS = {"Content-Type": "application/octet-stream"}


def _ask(fake: FakeIMS, method: str, path: str, body: bytes | None = None,
         headers: dict[str, str] | None = None) -> tuple[int, Any]:
    request = urllib.request.Request(fake.url + path, body, {**fake.headers, **(headers or {})},
                                     method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text[:1] in b"{[" and text else text
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def run() -> int:
    """Create, upload, wait, list, fail and delete; print each exchange. Gives an exit status."""
    say = sys.stdout.write
    with FakeIMS() as fake:
        say(f"fake_ims, profile {fake.profile}, listens on {fake.url}\n\n")
        fake.lifecycle.saving = "30s"
        system = {"name": "ubuntu", "__os_version": "Ubuntu 22.04 server 64bit"}
        _, image = _ask(fake, "POST", "/v2/images", json.dumps(system).encode())
        path = f"/v2/images/{image['id']}"
        _ask(fake, "PUT", f"{path}/file", b"the bytes of a disk", OCTETS)
        statuses = [_ask(fake, "GET", path)[1]["status"]]
        fake.clock.advance("30s")
        statuses.append(_ask(fake, "GET", path)[1]["status"])
        _, page = _ask(fake, "GET", "/v2/images?__platform=Ubuntu")
        _, data = _ask(fake, "GET", f"{path}/file")
        with fake.faults.add("images.delete", status=503, times=1):
            refused, body = _ask(fake, "DELETE", path)
            deleted, _ = _ask(fake, "DELETE", path)
        for exchange in fake.requests:
            say(f"  {exchange.line()}\n")
        say(f"\nIts status went from {' to '.join(statuses)} as the fake's clock moved 30s; "
            f"{len(page['images'])} image was listed, {len(data)} bytes came back.\n"
            f"The first DELETE was told to fail: {refused} {body['error']['code']}; "
            f"the second one: {deleted}.\n")
    worked = (statuses == ["saving", "active"] and len(page["images"]) == 1
              and data == b"the bytes of a disk" and (refused, deleted) == (503, 204))
    return 0 if worked else 1
