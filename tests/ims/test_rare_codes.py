"""Error codes of what hardly ever happens: the fake itself breaks, services around it do not work,
accounts and quotas stand in the way."""

from __future__ import annotations

import pytest

from fake_ims.domain.ims import listing

from .conftest import Ims


def test_what_breaks_in_the_fake_itself_is_an_unknown_error(
    ims: Ims, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*arguments: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(listing, "page", broken)
    assert ims.refused("GET /v2/cloudimages", status=500) == "IMG.0061"
    assert "GET /v2/cloudimages failed" in caplog.text
