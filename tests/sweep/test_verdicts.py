"""What a run with a failure is worth."""

from __future__ import annotations

import json
import urllib.error
from collections import Counter
from typing import Any

import pytest

from fake_ims import FakeIMS, by_hand
from fake_ims.sweeping.snapshot import Snapshot, broken, differences
from fake_ims.sweeping.verdict import Outcome, judge

NOTHING = Snapshot((), Counter())


class ClientError(Exception):
    """An exception as a client package has it."""


ClientError.__module__ = "some_client.errors"


def word(error: BaseException | None = None, *, clean: Snapshot = NOTHING,
         left: Snapshot = NOTHING, hang: str = "", reached: bool = True, **given: Any) -> str:
    return judge(Outcome(error, hang, reached, left), clean, **given).word


def snapshot(*images: dict[str, Any], deleted: tuple[str, ...] = ()) -> Snapshot:
    with FakeIMS() as fake:
        for one in images:
            fake.images.add(**one)
        for name in deleted:
            fake.images.add(name=name).delete()
        return Snapshot.of(fake)


@pytest.mark.parametrize(("error", "expected"), [
    (None, "survived"),
    (ClientError("no"), "failed well"),
    (ConnectionResetError("cut"), "failed well"),
    (urllib.error.URLError("cut"), "failed well"),
    (TimeoutError(), "failed well"),
    (AssertionError("1 == 2"), "wrong"),
    (KeyError("status"), "wrong"),
    (TypeError("None"), "wrong"),
    (json.JSONDecodeError("bad", "", 0), "wrong"),
    (RecursionError(), "wrong"),
])
def test_by_what_the_test_raised(error: BaseException | None, expected: str) -> None:
    assert word(error) == expected


def test_a_json_error_of_a_package_is_wrong_too() -> None:
    class Theirs(json.JSONDecodeError):
        pass

    Theirs.__module__ = "requests.exceptions"
    assert word(Theirs("bad", "", 0)) == "wrong"


def test_hang_and_not_reached() -> None:
    assert word(hang="it waited") == "wrong"
    assert word(ClientError("no"), reached=False) == "not reached"
    assert word(hang="it waited", reached=False) == "wrong"


def test_expected_and_allowed() -> None:
    assert word(KeyError("x"), expect=(KeyError,)) == "failed well"
    assert word(AssertionError(), expect=(AssertionError,)) == "failed well"
    assert word(AssertionError(), allow=frozenset({"assert"})) == "failed well"


def test_what_is_left_counts_whatever_was_raised() -> None:
    orphan = snapshot({"name": "a", "status": "queued"})
    assert word(ClientError("no"), left=orphan) == "wrong"
    assert word(ClientError("no"), left=orphan, allow=frozenset({"orphan"})) == "failed well"
    assert word(ClientError("no"), clean=orphan, left=orphan) == "failed well"
    assert word(left=orphan) == "wrong"


def test_passing_with_another_result_is_wrong() -> None:
    clean = snapshot({"name": "a", "data": b"1"})
    assert word(clean=clean, left=snapshot({"name": "a", "data": b"1"})) == "survived"
    assert word(clean=clean, left=snapshot({"name": "a", "data": b"2"})) == "wrong"
    assert word(clean=clean) == "wrong"
    assert word(clean=clean, allow=frozenset({"assert"})) == "wrong"
    assert word(clean=clean, allow=frozenset({"lost"})) == "survived"


def test_invariants() -> None:
    clean = snapshot({"name": "a"}, {"name": "b", "status": "queued"})
    found = snapshot({"name": "a"}, {"name": "a"}, {"name": "b", "status": "queued"},
                     {"name": "c", "status": "saving"}, deleted=("d",))
    assert dict(broken(clean, found)) == {
        "orphan": "image 'c' stuck in status saving",
        "duplicate": "2 images 'a' instead of 1",
        "lost": "image 'd' deleted, unlike in the clean run",
    }
    assert list(broken(found, found)) == []


def test_what_a_client_made_it_may_clean_up(wire: Any, fake_ims: FakeIMS) -> None:
    image = wire.post("/v2/images", {"name": "own"}).json
    assert wire.send("DELETE", f"/v2/images/{image['id']}").status == 204
    assert list(broken(NOTHING, Snapshot.of(fake_ims))) == []


@pytest.mark.parametrize(("saving", "orphans"), [
    ("1h", []), (by_hand, ["image 'a' stuck in status saving"]),
])
def test_what_the_service_is_still_at_is_no_orphan(
    wire: Any, fake_ims: FakeIMS, saving: Any, orphans: list[str]
) -> None:
    fake_ims.lifecycle.saving = saving
    image = wire.post("/v2/images", {"name": "a"}).json
    wire.put(f"/v2/images/{image['id']}/file", b"x", {"Content-Type": "application/octet-stream"})
    assert [text for _, text in broken(NOTHING, Snapshot.of(fake_ims))] == orphans


def test_what_is_being_deleted_is_gone(fake_ims: FakeIMS) -> None:
    fake_ims.lifecycle.deleting = "1h"
    fake_ims.images.add(name="a").delete()
    assert fake_ims.images.named("a").status == "pending_delete"
    assert Snapshot.of(fake_ims).images == ()


def test_what_an_error_says_is_printable() -> None:
    verdict = judge(Outcome(KeyError("\x00\x1b[31m\u2028"), "", True, NOTHING), NOTHING)
    assert verdict.why.isprintable()


def test_differences_are_told() -> None:
    clean = snapshot({"name": "a", "tags": ["t"]})
    assert differences(clean, snapshot({"name": "a", "status": "killed"})) == [
        "missing: 'a' active visibility='private' tags=('t',)",
        "unexpected: 'a' killed visibility='private'"]
    assert differences(clean, clean) == []


def test_of_a_fake_that_is_stopped_nothing_is_left() -> None:
    fake = FakeIMS()
    with fake:
        fake.images.add(name="a")
    assert Snapshot.of(fake) == NOTHING
