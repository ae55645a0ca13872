"""Clients that go away at any byte leave nothing half-done; the guard sees what is."""

from __future__ import annotations

import logging
import sys
from typing import Any

import guard_vanishing as guard
import pytest

from fake_ims.domain.images import Images
from fake_ims.domain.patch import Change
from fake_ims.domain.uploads import Uploads

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.mark.parametrize("profile", guard.PROFILES)
def test_cut_at_a_sample_of_bytes(profile: str) -> None:
    count, wrong = guard.play(profile, 6)
    assert not wrong
    assert count > 200


def test_an_upload_that_stays_half_done_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "PATIENCE", 0.2)
    monkeypatch.setattr(Uploads, "abort", lambda *_: None)
    _, wrong = guard.play("openstack", 4, only="upload")
    assert "('i', 'saving', 0, ())" in wrong[0]


def test_a_patch_that_is_half_done_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    patch = Images.patch

    def half(self: Images, caller: Any, image_id: str, changes: list[Change]) -> Any:
        return patch(self, caller, image_id, changes[:len(self._store.all()) % 2])

    guard.play("otc", 2, only="PATCH")  # finds what a whole one leaves
    monkeypatch.setattr(guard, "PATIENCE", 0.2)
    monkeypatch.setattr(Images, "patch", half)
    _, wrong = guard.play("otc", 2, only="PATCH")
    assert "('new', 'queued', 0, ())" in wrong[0]


def test_what_is_logged_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def loud(*_: object) -> None:
        logging.getLogger("fake_ims").error("oh")

    monkeypatch.setattr(Uploads, "abort", loud)
    monkeypatch.setattr(guard, "PATIENCE", 0.2)
    assert "oh" in guard.play("otc", 4, only="chunked upload")[1]
