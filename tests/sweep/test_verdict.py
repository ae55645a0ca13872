"""What a run with a failure is worth, rule by rule."""

from __future__ import annotations

import dataclasses
import json
import urllib.error
from collections.abc import Callable
from typing import Any

import pytest
from runs import Clock, case_of, run, verdict
from wire import OCTETS, Reply, Wire, replace

from fake_ims import FakeIMS, by_hand
from fake_ims.sweeping.case import Case
from fake_ims.sweeping.explore import named
from fake_ims.sweeping.outcome import Demands, Outcome
from fake_ims.sweeping.snapshot import Snapshot, differences, duplicates, lost, orphans
from fake_ims.sweeping.verdict import judge

NEW = {"name": "a", "disk_format": "raw", "container_format": "bare"}


class ClientError(Exception):
    """An exception as a client package has it."""

    def __init__(self, status: object, text: str = "") -> None:
        super().__init__(f"HTTP {status} {text}")
        self.status = status


ClientError.__module__ = "some_client.errors"


def good(reply: Reply) -> Reply:
    """What a client does with a response."""
    if reply.status >= 400:
        raise ClientError(reply.status)
    return reply


def create(wire: Wire, **attributes: object) -> str:
    return str(good(wire.post("/v2/images", {**NEW, **attributes})).json["id"])


def upload(wire: Wire, image_id: str) -> None:
    good(wire.put(f"/v2/images/{image_id}/file", b"data", {"Content-Type": OCTETS}))


def delete(wire: Wire, image_id: str) -> None:
    good(wire.delete(f"/v2/images/{image_id}"))


def by_error(error: BaseException) -> str:
    return judge(Outcome(error=error), Outcome(), Demands()).word


@pytest.mark.parametrize(("error", "expected"), [
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
def test_by_what_the_test_raised(error: BaseException, expected: str) -> None:
    assert by_error(error) == expected


def raised(code: str) -> BaseException:
    """What a client of these lines raises."""
    space: dict[str, Any] = {}
    exec(compile(f"def client():\n    {code}\n", __file__, "exec"), space)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever it is
        space["client"]()
    return caught.value


@pytest.mark.parametrize(("code", "expected"), [
    ("raise RuntimeError('killed')", "failed well"),
    ("raise KeyError('no image of this name')", "failed well"),
    ("{}['id']", "wrong"),
    ("[].sort()['id']", "wrong"),
    ("int('soon')", "wrong"),
    ("import json; json.loads('')", "wrong"),
    ("import asyncio; raise asyncio.TimeoutError", "failed well"),
    ("import concurrent.futures as f; raise f.TimeoutError", "failed well"),
    ("assert False", "wrong"),
    ("raise AssertionError", "wrong"),
])
def test_what_the_clients_own_code_raises_is_meant(code: str, expected: str) -> None:
    assert by_error(raised(code)) == expected


def test_a_json_error_of_a_package_is_wrong_too() -> None:
    class Theirs(json.JSONDecodeError):
        pass

    Theirs.__module__ = "requests.exceptions"
    assert by_error(Theirs("bad", "", 0)) == "wrong"


def test_a_json_error_of_another_library_is_wrong_too() -> None:
    class JSONDecodeError(ValueError):
        """As requests has it where simplejson is installed."""

    JSONDecodeError.__module__ = "requests.exceptions"
    assert by_error(JSONDecodeError("bad")) == "wrong"


def test_a_group_is_as_good_as_its_worst() -> None:
    class Group(Exception):  # as ExceptionGroup, which Python 3.10 does not have
        exceptions: tuple[BaseException, ...]

    good_group, bad_group = Group(), Group()
    good_group.exceptions = ClientError(503), TimeoutError()
    bad_group.exceptions = ClientError(503), KeyError("x")
    assert by_error(good_group) == "failed well"
    assert by_error(bad_group) == "wrong"


def test_hang_comes_first() -> None:
    found = judge(Outcome(hang="it waited", error=KeyError("x")), Outcome(), Demands())
    assert (found.word, found.rule) == ("wrong", "hang")
    allowed = Demands(allow=frozenset({"hang"}))
    assert judge(Outcome(hang="it waited"), Outcome(), allowed).word == "survived"


def test_expected_and_allowed() -> None:
    def word(error: BaseException, **demands: Any) -> str:
        return judge(Outcome(error=error), Outcome(), Demands(**demands)).word

    assert word(KeyError("x"), expect=(KeyError,)) == "failed well"
    assert word(KeyError("x"), allow=frozenset({"crash"})) == "failed well"
    assert word(AssertionError(), expect=(AssertionError,)) == "failed well"
    assert word(AssertionError(), allow=frozenset({"assert"})) == "failed well"


# not reached


def test_a_failure_that_changed_nothing_was_not_reached() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        fake.images.add(name="only")
        good(wire.get("/v2/images"))

    for name in ("small-pages", "page-miss", "page-repeat", "stale"):
        found = verdict(program, f"1:images.list:{name}")
        assert (found.word, found.why) == ("not reached", "the failure changed nothing here")


def test_what_is_not_sent_again_was_not_reached() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        if fake.sweep is not None and not fake.sweep.failures:
            wire.get("/v2/images")

    found = verdict(program, "1:images.list:503")
    assert (found.word, found.why) == ("not reached",
                                       "the test did not send this request again")


def test_the_second_of_two_failures_must_be_reached() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        good(wire.get("/v2/images"))
        good(wire.get("/v2/images"))

    assert verdict(program, "1:images.list:503", "2:images.list:503").word == "not reached"


# what is left


def test_an_upload_that_fails_leaves_an_orphan() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        upload(wire, create(wire))

    found = verdict(program, "2:images.upload:503")
    assert (found.word, found.rule) == ("wrong", "orphan")
    assert found.why.endswith("left image 'a' in status queued")
    assert verdict(program, "2:images.upload:503", allow=frozenset({"orphan"})).word == (
        "failed well")


def cleans_up(fake: FakeIMS, wire: Wire) -> None:
    image_id = create(wire)
    try:
        upload(wire, image_id)
    except Exception:
        delete(wire, image_id)
        raise


def test_a_client_that_cleans_up_fails_well() -> None:
    for name in ("503", "409", "503-after", "reset-before", "reset-after", "503-lasting"):
        assert verdict(cleans_up, f"2:images.upload:{name}").word == "failed well", name


@pytest.mark.parametrize("name", [
    "2:images.upload:outage", "2:images.upload:token-expired", "1:images.create:token-revoked"])
def test_clean_up_that_the_failure_made_impossible(name: str) -> None:
    assert verdict(cleans_up, name).word == "failed well"


def test_a_later_chance_ends_the_excuse() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        image_id = create(wire)
        try:
            upload(wire, image_id)
        except ClientError:
            fresh = fake.tenant(fake.project_id, user="again")
            good(wire.caller(fresh).get("/v2/images"))
            raise

    assert verdict(program, "2:images.upload:token-expired").rule == "orphan"


@pytest.mark.parametrize(("own_id", "word"), [(True, "failed well"), (False, "wrong")])
def test_an_image_whose_create_lost_its_response_can_be_removed(own_id: bool, word: str) -> None:
    """By a client that has given the id."""
    def program(fake: FakeIMS, wire: Wire) -> None:
        given = {"id": "6f5ad3b8-3a6c-4a5e-8f6e-0d3c9a4b7e21"} if own_id else {}
        try:
            upload(wire, create(wire, **given))
        except ConnectionError as error:
            if own_id:
                wire.delete(f"/v2/images/{given['id']}")
            raise ClientError(0, "the response was lost") from error

    assert verdict(program, "1:images.create:reset-after").word == word


def test_a_clean_up_that_was_refused_is_no_orphan() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        delete(wire, create(wire))

    assert verdict(program, "2:images.delete:403").word == "failed well"


def test_the_image_of_a_job_that_hangs_is_no_orphan() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        fake.world.buckets["disks"].put("o.raw", data=b"x" * 1024)
        job = good(wire.post("/v2/cloudimages/action", {
            "name": "a", "image_url": "disks:o.raw", "min_disk": 40,
            "os_version": "Ubuntu 20.04 server 64bit"})).json["job_id"]
        shown = good(wire.get(f"/v1/{fake.project_id}/jobs/{job}")).json
        if shown["status"] != "SUCCESS":
            raise ClientError(0, "the job did not end in time")

    assert verdict(program, "1:cloudimages.create:job-hangs").word == "failed well"


def test_duplicates() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        try:
            create(wire)
        except ConnectionError:
            create(wire)

    found = verdict(program, "1:images.create:reset-after", allow=frozenset({"orphan"}))
    assert (found.rule, found.why) == (
        "duplicate", "the test passed, but left 2 images 'a' instead of 1")


def test_what_the_test_had_added_must_not_be_lost() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        image = fake.images.add(name="precious")
        try:
            good(wire.get(f"/v2/images/{image.id}"))
        except ClientError:
            delete(wire, image.id)
            raise

    found = verdict(program, "1:images.show:503")
    assert (found.word, found.rule) == ("wrong", "lost")


def test_what_somebody_else_does_is_not_the_clients() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        image = fake.images.add(name="a")
        good(wire.patch(image.id, replace("/min_ram", 1)))

    assert verdict(program, "1:images.update:deleted-meanwhile").word == "failed well"
    assert verdict(program, "1:images.update:changed-meanwhile").word == "survived"


def test_passing_with_another_result() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        wire.post("/v2/images", NEW)

    found = verdict(program, "1:images.create:503")
    assert (found.word, found.rule) == ("wrong", "result")


def test_the_images_of_the_test_count_before_its_fixtures_clean_up() -> None:
    clean, other = snapshot({"name": "a"}), Snapshot()
    assert judge(Outcome(result=other), Outcome(result=clean), Demands()).rule == "result"
    assert judge(Outcome(result=clean), Outcome(result=clean), Demands()).word == "survived"


# work that was done


def test_a_client_must_not_undo_what_was_done() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        image_id = create(wire)
        try:
            try:
                upload(wire, image_id)
            except ConnectionError:
                upload(wire, image_id)
        except ClientError:
            delete(wire, image_id)
            raise

    found = verdict(program, "2:images.upload:reset-after")
    assert (found.word, found.rule) == ("wrong", "undone")


def test_a_client_must_not_report_the_refusal_of_its_own_retry() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        image_id = create(wire)
        upload(wire, image_id)
        try:
            delete(wire, image_id)
        except ConnectionError:
            delete(wire, image_id)

    found = verdict(program, "3:images.delete:reset-after")
    assert (found.word, found.rule) == ("wrong", "misled")
    assert "reports the 404 of the second try" in found.why


def test_an_idempotent_delete_survives() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        image_id = create(wire)
        try:
            delete(wire, image_id)
        except ConnectionError:
            if wire.delete(f"/v2/images/{image_id}").status not in (204, 404):
                raise

    assert verdict(program, "2:images.delete:reset-after").word == "survived"


def test_the_first_error_must_not_hide() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        image_id = create(wire)
        try:
            upload(wire, image_id)
        except ClientError:
            delete(wire, image_id)
            good(wire.get(f"/v2/images/{image_id}"))
            raise

    found = verdict(program, "2:images.upload:503")
    assert (found.word, found.rule) == ("wrong", "hidden")
    assert "HTTP 404" in found.why


@pytest.mark.parametrize("told", ["", "HTTP 403"])
def test_the_failure_of_a_clean_up_must_not_hide_the_first_error(told: str) -> None:
    """Not even if it names a cause of its own, as a client does that translates every error."""
    def program(fake: FakeIMS, wire: Wire) -> None:
        image_id = create(wire)
        try:
            upload(wire, image_id)
        except ClientError:
            try:
                delete(wire, image_id)
            except ClientError as error:
                raise ClientError("?", f"cannot delete {image_id} {told}") from error
            raise

    clean = run(program)
    case = case_of(clean, "2:images.upload:403")
    last = run(program, case).steps[-1]
    assert last.operation == "images.delete"
    both = named(run(program, case).steps, "3:images.delete:503", case)
    found = judge(run(program, both), clean, Demands())
    assert (found.word, found.rule) == (("failed well", "") if told else ("wrong", "hidden"))


def test_an_error_of_ones_own_about_the_failure_hides_nothing() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        try:
            create(wire)
        except Exception:
            raise ClientError("?", "cannot create the image")  # noqa: B904 - what is tried

    assert verdict(program, "1:images.create:503").word == "failed well"


def again_if(*statuses: int) -> Callable[[FakeIMS, Wire], None]:
    """A client that tries again after these statuses."""
    def program(fake: FakeIMS, wire: Wire) -> None:
        reply = wire.get("/v2/images")
        if reply.status in statuses:
            reply = wire.get("/v2/images")
        good(reply)

    return program


@pytest.mark.parametrize(("status", "word"), [
    (400, "wrong"), (403, "wrong"), (404, "survived"), (500, "survived"), (503, "survived")])
def test_what_is_refused_for_good_must_not_be_sent_again(status: int, word: str) -> None:
    found = verdict(again_if(status), f"1:images.list:{status}")
    assert (found.word, found.rule) == (word, "repeat" if word == "wrong" else "")


def test_a_download_that_fails_its_checksum_may_be_repeated() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        image = fake.images.add(name="a", data=b"data")
        if wire.download(image.id).body != b"data":
            assert wire.download(image.id).body == b"data"

    assert verdict(program, "1:images.download:403").word == "survived"


def test_the_versions_may_be_asked_for_again() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        assert 300 in (wire.get("/").status, wire.get("/").status)

    assert verdict(program, "1:versions.list:400").word == "survived"


def test_another_request_is_no_repetition() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        if wire.get("/v2/images?limit=1000").status == 400:
            good(wire.get("/v2/images?limit=10"))

    assert verdict(program, "1:images.list:400").word == "survived"


@pytest.mark.parametrize(("read", "names", "rule"), [
    (True, ("name", "min_ram"), "overwritten"),
    (True, ("min_ram",), ""),        # only what is meant to change
    (True, ("name",), ""),           # a name that is there already is meant
    (False, ("name", "min_ram"), ""),
])
def test_somebody_elses_change_must_not_be_undone(
    read: bool, names: tuple[str, ...], rule: str
) -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        image = fake.images.add(name="a", min_ram=7)
        if read:
            wire.get(f"/v2/images/{image.id}")
        good(wire.patch(image.id, *(replace(f"/{name}", image[name]) for name in names)))

    found = verdict(program, f"{1 + read}:images.update:changed-meanwhile")
    assert found.rule == rule


# pace


def again(tries: int, pause: float, clock: Clock) -> Callable[[FakeIMS, Wire], None]:
    """A client that tries again after a pause."""
    def program(fake: FakeIMS, wire: Wire) -> None:
        for number in range(tries):
            reply = wire.get("/v2/images")
            if reply.status == 200:
                return
            if number < tries - 1:
                clock.seconds += pause
        raise ClientError(reply.status)

    return program


@pytest.mark.parametrize(("name", "tries", "pause", "word"), [
    ("503", 2, 0.0, "survived"),
    ("503-lasting", 5, 0.0, "failed well"),
    ("503-lasting", 6, 0.0, "wrong"),
    ("503-lasting", 6, 1.0, "failed well"),
    ("503-retry-after", 2, 7.0, "survived"),
    ("503-retry-after", 2, 1.0, "wrong"),
    ("429-retry-after", 1, 0.0, "failed well"),
])
def test_pace(name: str, tries: int, pause: float, word: str) -> None:
    clock = Clock()
    program = again(tries, pause, clock)
    clean = run(program, time=clock)
    outcome = run(program, case_of(clean, f"1:images.list:{name}"), time=clock)
    found = judge(outcome, clean, Demands())
    assert (found.word, found.rule) == (word, "pace" if word == "wrong" else "")


@pytest.mark.parametrize("name", ["429-retry-after", "503-lasting"])
def test_others_of_the_same_operation_are_no_retries(name: str) -> None:
    """As threads and tasks send them, at the same moment."""
    clock = Clock()

    def program(fake: FakeIMS, wire: Wire) -> None:
        waiting = [f"/v2/images?name={number}" for number in range(9)]
        for _ in range(3):
            waiting = [path for path in waiting if wire.get(path).status != 200]
            clock.seconds += 8
        if waiting:
            raise ClientError(503)

    clean = run(program, time=clock)
    outcome = run(program, case_of(clean, f"1:images.list:{name}"), time=clock)
    assert judge(outcome, clean, Demands()).rule == ""


@pytest.mark.parametrize("name", ["503-retry-after", "503-lasting"])
def test_a_retry_is_one_whatever_is_sent_in_between(name: str) -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        for _ in range(9):
            if wire.get("/v2/images").status == 200:
                return
            wire.get("/v2/schemas/image")
        raise ClientError(503)

    assert verdict(program, f"1:images.list:{name}").rule == "pace"


def test_what_fails_as_often_in_the_clean_run_is_the_tests_own_pace() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        for _ in range(9):
            wire.get("/v2/images/none")
        good(wire.get("/v2/images"))

    assert verdict(program, "10:images.list:503").word == "failed well"


# promises, and what nobody can see


def test_a_promise() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        good(wire.get("/v2/images"))

    def word(*globs: str) -> str:
        return verdict(program, "1:images.list:503", survive=globs).word

    assert word() == word("429", "reset-*", "images.create:503") == "failed well"
    assert word("503") == word("5*") == word("statuses") == word("images.list:503") == (
        "should have survived")


def test_a_promise_for_both_of_two() -> None:
    case = case_of(run(lambda fake, wire: (wire.get("/v2/images"), wire.get("/v2/images"))),
                   "1:images.list:503", "2:images.list:500")
    assert not Demands(survive=("503",)).promises(case)
    assert Demands(survive=("50?",)).promises(case)
    assert not Demands(survive=("*",)).promises(Case())


def test_what_cannot_be_seen() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        create(wire)
        assert len(good(wire.get("/v2/images")).json["images"]) == 1

    found = verdict(program, "2:images.list:stale")
    assert (found.word, found.rule) == ("cannot be seen", "assert")
    assert verdict(program, "2:images.list:503").word == "failed well"


def test_a_404_to_a_delete_looks_like_done() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        image = fake.images.add(name="a")
        reply = wire.delete(f"/v2/images/{image.id}")
        if reply.status != 404:
            good(reply)
        assert image.id not in fake.images

    assert verdict(program, "1:images.delete:404").word == "cannot be seen"
    assert verdict(program, "1:images.delete:403").word == "failed well"


@pytest.mark.parametrize(("deleted", "word"), [(True, "cannot be seen"), (False, "wrong")])
def test_a_404_after_a_delete_looks_like_gone(deleted: bool, word: str) -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        image = fake.images.add(name="a")
        if deleted:
            good(wire.delete(f"/v2/images/{image.id}"))
        for _ in range(9):
            if wire.get(f"/v2/images/{image.id}").status == 404:
                break
            fake.clock.advance("1s")
            if not deleted:
                return
        assert image.id not in fake.images

    found = verdict(program, f"{1 + deleted}:images.show:404", settings={"deleting": "5s"})
    assert (found.word, found.rule) == (word, "assert")


def test_a_delete_that_takes_long_is_reached() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        image = fake.images.add(name="a")
        good(wire.delete(f"/v2/images/{image.id}"))
        fake.clock.advance("1m")
        assert image.id not in fake.images

    for settings in ({}, {"deleting": "5s"}):
        found = verdict(program, "1:images.delete:slow-delete", settings=settings)
        assert (found.word, found.rule) == ("cannot be seen", "assert")


@pytest.mark.parametrize("waits", ["looks", "sleeps"])
def test_a_client_that_waits_for_the_end_of_a_delete_must_see_it(waits: str) -> None:
    clock = Clock()

    def program(fake: FakeIMS, wire: Wire) -> None:
        image = fake.images.add(name="a")
        good(wire.delete(f"/v2/images/{image.id}"))
        if waits == "looks":
            wire.get(f"/v2/images/{image.id}")
        else:
            clock.seconds += 5
        assert image.id not in fake.images

    clean = run(program, time=clock)
    found = judge(run(program, case_of(clean, "1:images.delete:slow-delete"), time=clock), clean,
                  Demands())
    assert (found.word, found.rule) == ("wrong", "assert")


@pytest.mark.parametrize(("status", "word"), [(400, "cannot be seen"), (500, "wrong")])
def test_a_4xx_says_that_nothing_was_done(status: int, word: str) -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        upload(wire, create(wire))

    found = verdict(program, f"1:images.create:{status}-after")
    assert (found.word, found.rule) == (word, "orphan")


# snapshots


def snapshot(*images: dict[str, Any], deleted: tuple[str, ...] = ()) -> Snapshot:
    def program(fake: FakeIMS, wire: Wire) -> None:
        for one in images:
            fake.images.add(**one)
        for name in deleted:
            fake.images.add(name=name).delete()
        wire.get("/v2/images")

    return run(program).left


def test_what_runs_leave() -> None:
    clean = snapshot({"name": "a"}, {"name": "b", "status": "queued"})
    found = snapshot({"name": "a"}, {"name": "a"}, {"name": "b", "status": "queued"},
                     {"name": "c", "status": "saving"}, deleted=("d",))
    assert orphans(clean, found) == []  # the test itself has added them
    theirs = dataclasses.replace(found, spared=frozenset())
    assert [one[1:] for one in orphans(clean, theirs)] == [("c", "saving")]
    assert duplicates(clean, found) == [("a", 2, 1)]
    assert lost(clean, found) == [("d", 1)]
    assert orphans(found, found) == duplicates(found, found) == lost(found, found) == []


@pytest.mark.parametrize(("saving", "expected"), [("1h", []), (by_hand, ["saving"])])
def test_what_the_service_is_still_at_is_no_orphan(saving: Any, expected: list[str]) -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        upload(wire, create(wire))

    found = run(program, settings={"saving": saving}).left
    assert [status for _, _, status in orphans(Snapshot(), found)] == expected


def test_what_a_job_is_still_making_is_no_orphan() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        fake.world.buckets["disks"].put("a.qcow2", size=1)
        good(wire.post("/v2/cloudimages/action", {
            "name": "a", "image_url": "disks:a.qcow2", "min_disk": 40,
            "os_version": "CentOS 7.2 64bit"}))
        fake.clock.advance("5s")
        good(wire.get("/v2/images"))

    found = run(program, settings={"jobs": "30s"}).left
    assert [status for _, _, status in found.unfinished()] == ["saving"]
    assert orphans(Snapshot(), found) == []


def test_what_is_being_deleted_is_gone() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        delete(wire, create(wire))
        assert fake.images.named("a").status == "pending_delete"

    assert run(program, settings={"deleting": "1h"}).left.images == ()


def test_differences_are_told() -> None:
    clean = snapshot({"name": "a", "tags": ["t"]})
    assert differences(clean, snapshot({"name": "a", "status": "killed"})) == [
        "missing: 'a' active visibility='private' tags=('t',)",
        "unexpected: 'a' killed visibility='private'"]
    assert differences(clean, clean) == []


def test_what_an_error_says_is_printable() -> None:
    assert judge(Outcome(error=KeyError("\x00\x1b[31m\u2028")), Outcome(),
                 Demands()).why.isprintable()
