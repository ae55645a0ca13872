"""``fake-ims demo``: a short example session with a fake of its own."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from typing import Any

from ..fake.fake_ims import FakeIMS
from ..fake.proxies import open_directly

OCTETS = {"Content-Type": "application/octet-stream"}


def _ask(fake: FakeIMS, method: str, path: str, body: bytes | None = None,
         headers: dict[str, str] | None = None) -> tuple[int, Any]:
    request = urllib.request.Request(fake.url + path, body, {**fake.headers, **(headers or {})},
                                     method=method)
    try:
        with open_directly(request, timeout=10) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text[:1] in b"{[" and text else text
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def run() -> int:
    """Run the session, and print each request and the status of its response.

    Returns:
        The exit status: 0 if every response was as expected, otherwise 1.
    """
    say = sys.stdout.write
    with FakeIMS() as fake:
        say(f"fake_ims (profile {fake.profile}) listening on {fake.url}\n\n")
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
        say(f"\nThe demo moved the fake's clock by 30s: the status of the image went from "
            f"{' to '.join(statuses)}.\n"
            f"The list contained {len(page['images'])} image. The download returned {len(data)} "
            "bytes.\n"
            f"A fault made the first DELETE fail with {refused} {body['error']['code']}. "
            f"The second DELETE returned {deleted}.\n")
    worked = (statuses == ["saving", "active"] and len(page["images"]) == 1
              and data == b"the bytes of a disk" and (refused, deleted) == (503, 204))
    return 0 if worked else 1
