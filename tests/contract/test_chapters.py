"""Chapters of handlers are loaded when they are first needed, and have what their rows say."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from fake_ims.api import handlers, registry

#: Rows whose module takes its handlers from beside it.
PACKAGES = {"identity.front": "identity"}


@pytest.mark.parametrize("module", handlers.CHAPTERS)
def test_a_chapter_has_the_handlers_of_its_row_and_no_others(module: str) -> None:
    registry.load(module)
    homes = {f"fake_ims.api.{PACKAGES.get(name, name)}.": name for name in handlers.CHAPTERS}

    def chapter(place: str) -> str | None:
        found = [home for home in homes if f"{place}.".startswith(home)]
        return homes[max(found, key=len)] if found else None

    assert {operation for operation, handler in handlers.registered().items()
            if chapter(handler.__module__) == module} == set(handlers.CHAPTERS[module])


def test_a_chapter_that_lacks_a_handler_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    registry.load("native.versions")
    monkeypatch.setattr(registry, "_HANDLERS", {})
    monkeypatch.setattr(registry, "_AWAITED", {})
    registry.awaits("native.versions", "versions.list", "versions.frob")
    with pytest.raises(RuntimeError, match=r"native\.versions has no handler of versions\.frob"):
        registry.load("native.versions")


def test_no_operation_is_in_two_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_HANDLERS", {})
    monkeypatch.setattr(registry, "_AWAITED", {})
    registry.awaits("native.versions", "versions.list")
    with pytest.raises(RuntimeError, match=r"versions\.list has two handlers"):
        registry.awaits("native.info", "versions.list")


def test_a_fake_loads_what_its_requests_need() -> None:
    code = """
import json, sys, urllib.request
from fake_ims import FakeIMS

def loaded():
    return sorted(name[9:] for name in sys.modules
                  if name.startswith(("fake_ims.api.", "fake_ims.domain.")))

def get(path):
    urllib.request.urlopen(urllib.request.Request(fake.url + path, headers=fake.headers)).close()

with FakeIMS() as fake:
    image = fake.images.add(tags=["a=b"])
    states = [loaded()]
    for path in ("/v2/images", f"/v2/images/{image.id}", "/v1/cloudimages/quota"):
        get(path)
        states.append(loaded())
print(json.dumps(states))
"""
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    started, listed, shown, asked = (set(one) for one in json.loads(answer.stdout))
    assert {one for one in started if one.startswith(("api.ims", "api.native"))} == set()
    assert {one for one in started if one.startswith(("domain.ims.", "domain.metadefs"))} == set()
    assert listed - started >= {"api.native.images"}
    assert shown == listed
    assert asked - shown >= {"api.ims.quota"}
    assert not asked & {"api.ims.create", "api.ims.tags", "api.native.metadefs"}
