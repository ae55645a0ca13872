"""The histories of images under many clients at once are linearizable; the guard sees when not."""

from __future__ import annotations

import pytest
from guard_histories import PROFILES, State, What, play, specification
from linearizable import IMPOSSIBLE, Event, check

from fake_ims.domain.images import Images
from fake_ims.domain.patch import Change


@pytest.mark.parametrize("profile", PROFILES)
def test_fifty_clients_at_once(profile: str) -> None:
    run = play(profile, clients=50, operations=20, images=4)
    assert run.ok, [verdict.why for verdict in run.verdicts.values() if not verdict.ok]
    assert run.operations == 1000
    assert {("upload", 204), ("upload", 400), ("upload", 409), ("delete", 204), ("patch", 200),
            ("members", 200), ("share", 409), ("untag", 204)} <= run.kinds.keys()


def test_a_lost_update_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A patch that writes back what it read earlier, which no end state shows."""
    patch = Images.patch
    stale: dict[str, dict[str, str]] = {}

    def lossy(self: Images, caller: object, image_id: str, changes: list[Change]) -> object:
        image = patch(self, caller, image_id, changes)  # type: ignore[arg-type]
        before = stale.get(image_id)
        stale[image_id] = dict(image.properties)
        if before is not None and before.get("level") != image.properties.get("level"):
            image.properties["level"] = before.get("level", "")
            image.changed(self._now())
        return image

    monkeypatch.setattr(Images, "patch", lossy)
    assert not play("openstack", clients=8, operations=10, images=1).ok


def test_an_upload_that_two_win_is_seen() -> None:
    start = State("queued", "n", "", frozenset(), frozenset(), None)
    parts = [Event(0, 9, What("upload.begin", (1, False), 204)),
             Event(0, 9, What("upload.end", (1, False), 204), after=0)]
    twice = [*parts, Event(0, 9, parts[0].what), Event(0, 9, parts[1].what, after=2)]
    assert check(parts, start, specification).ok
    assert not check(twice, start, specification).ok


def test_what_is_gone_is_gone() -> None:
    assert specification(None, What("get", None, 404)) is None
    assert specification(None, What("tag", "a", 204)) is IMPOSSIBLE
