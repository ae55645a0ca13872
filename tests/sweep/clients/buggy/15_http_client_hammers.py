"""Lists the first names. http.client; tries a busy service again.

BUG: two hundred tries without a pause between them.
CAUGHT BY: images.list 503-lasting
DEPTH: 1
PATTERN: hammers without pause
"""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

from fake_ims import FakeIMS, sweep


class ListError(Exception):
    pass


def names(url: str, token: str) -> list[str]:
    found: dict[str, str] = {}
    path = "/v2/images"
    while path:
        page = _page(urlsplit(url).netloc, token, path)
        found |= {image["id"]: image["name"] for image in page["images"]}
        path = page.get("next")
    return sorted(found.values())


def _page(host, token, path):  # type: ignore[no-untyped-def]
    for _ in range(200):
        connection = http.client.HTTPConnection(host, timeout=15)
        try:
            connection.request("GET", path, headers={"X-Auth-Token": token})
            response = connection.getresponse()
            body = response.read()
            if response.status == 200:
                return json.loads(body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ListError(f"GET {path}: {error!r}") from error
        finally:
            connection.close()
        if response.status not in (429, 503):
            break
    raise ListError(f"GET {path}: {response.status} {body[:100]!r}")


@sweep(survive=("503",))
def test_names(fake_ims: FakeIMS) -> None:
    fake_ims.images.add(name="a")
    assert names(fake_ims.url, fake_ims.token) == ["a"]
