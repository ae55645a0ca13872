"""Clients can go away at any byte: the short form of ``guard_vanishing``."""

from __future__ import annotations

import guard_vanishing
import pytest

from fake_ims.domain.image import Image
from fake_ims.domain.uploads import Uploads


@pytest.mark.parametrize("profile", guard_vanishing.PROFILES)
def test_clients_that_go_away(profile: str) -> None:
    results = list(guard_vanishing.play(profile, list(guard_vanishing.REQUESTS), samples=2))
    assert [text for result in results for text in result.failures] == []
    assert len(results) == (20 if profile == "otc" else 19)
    # Some departures came early enough to prevent a request, others too late.
    seen = {result.request: set(result.seen) for result in results}
    assert {"nothing", "all"} <= seen["create"] & seen["patch"] & seen["control"]


def test_an_upload_that_stays_half_done_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def forget(self: Uploads, image: Image, reason: str) -> None:
        """Leave the image ``saving``."""

    monkeypatch.setattr(Uploads, "abort", forget)
    [result] = guard_vanishing.play("otc", ["upload"], byte=300)
    assert len(result.failures) == 2  # FIN and RST
    assert all("'saving'" in text for text in result.failures)
