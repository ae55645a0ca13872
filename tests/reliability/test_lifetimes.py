"""Nothing gathers in a fake that lives long: the short form of ``guard_lifetimes``."""

from __future__ import annotations

import guard_lifetimes
import pytest

from fake_ims.server.state import Service


def test_nothing_gathers() -> None:
    verdicts = guard_lifetimes.play(starts=15, resets=100, hours=1)
    # So few rounds cannot tell what gathers in memory from what is loaded at first use.
    assert [str(one) for one in verdicts if one.more] == []
    assert len(verdicts) == 5


def test_what_a_reset_forgets_to_close_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = []
    reset = Service.reset

    def leaking(self: Service, *settings: str) -> None:
        kept.append(open("/dev/null"))  # noqa: SIM115 - it is never closed on purpose
        reset(self, *settings)

    monkeypatch.setattr(Service, "reset", leaking)
    try:
        with guard_lifetimes.watched(), guard_lifetimes.FakeIMS() as fake:
            found = guard_lifetimes.measure("idle resets", 10, lambda _: fake.reset())
        assert found.more.keys() == {"descriptors"}
    finally:
        for file in kept:
            file.close()
