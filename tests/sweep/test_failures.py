"""The failures: each can be planted, and does what its row says."""

from __future__ import annotations

from typing import Any

import pytest
from runs import case_of, run
from wire import OCTETS, Reply, Wire

from fake_ims import FakeIMS, UsageError
from fake_ims.contract.operations import BY_ID, OPERATIONS
from fake_ims.faults.plan import plan
from fake_ims.sweeping.failures import KINDS, failures_of, kinds_of, names, writes

ALL = frozenset(KINDS)


def test_every_failure_of_every_operation_can_be_set() -> None:
    for operation in OPERATIONS:
        for failure in failures_of(operation, ALL):
            for settings in (failure.settings, failure.later):
                if settings is not None:
                    made = plan({"operation": operation.id, **settings})
                    assert made.keys == (operation.id,)


def test_statuses_are_those_that_the_operation_documents_and_two_that_all_have() -> None:
    found = {one.name for one in failures_of(BY_ID["images.upload"], frozenset({"statuses"}))}
    errors = BY_ID["images.upload"].errors
    assert found == {*map(str, errors), *(f"{one}-after" for one in errors), "429", "503",
                     "503-after", "429-retry-after", "503-retry-after"}


def test_only_what_writes_can_fail_after_the_work() -> None:
    for operation in OPERATIONS:
        found = {one.name for one in failures_of(operation, ALL)}
        after = {name for name in found if name.endswith("-after") and name[0] in "45"
                 and "retry" not in name}
        assert bool(after) == writes(operation), operation.id


def test_kinds() -> None:
    assert kinds_of("all") == ALL
    assert kinds_of("statuses, connection") == {"statuses", "connection"}
    with pytest.raises(UsageError, match="did you mean 'statuses'"):
        kinds_of("status")


def test_names_are_all_different_words() -> None:
    assert len(names()) == len(set(names()))
    assert {"503", "503-after", "503-lasting", "small-pages", "no-answer"} <= set(names())


@pytest.mark.parametrize(("operation", "expected"), [
    ("images.create", {"twice", "quota", "token-revoked", "token-expired"}),
    ("images.upload", {"killed", "dies-saving", "dies-killed", "unseen", "token-revoked",
                       "token-expired"}),
    ("images.list", {"stale", "page-miss", "page-repeat", "small-pages", "token-revoked",
                     "token-expired"}),
    ("images.download", {"unseen", "corrupt", "short", "token-revoked", "token-expired"}),
    ("images.delete", {"unseen", "token-revoked", "token-expired", "deleted-meanwhile",
                       "slow-delete"}),
    ("cloudimages.quickimport", {"twice", "job-fails", "job-lies", "job-hangs", "quota",
                                 "token-revoked", "token-expired"}),
    ("identity.tokens.create", set()),
])
def test_failures_with_meaning_are_those_that_the_operation_can_have(
    operation: str, expected: set[str]
) -> None:
    found = failures_of(BY_ID[operation], frozenset({"semantic"}))
    assert {failure.name for failure in found} == expected


def test_the_quota_fails_only_where_there_is_one() -> None:
    found = failures_of(BY_ID["images.create"], ALL, "openstack")
    assert "quota" not in {failure.name for failure in found}


# what happens to the requests

CREATE = "1:images.create"


class Asks:
    """A program that sends the same request several times and notes what came back."""

    def __init__(self, times: int, wait: float = 0.0) -> None:
        self.statuses: list[Any] = []
        self._times = times
        self._wait = wait

    def __call__(self, fake: FakeIMS, wire: Wire) -> None:
        self.statuses = []
        for number in range(self._times):
            if number:
                fake.clock.advance(self._wait)
            self.statuses.append(status(wire.post, "/v2/images", {"name": "a"}))
        self.statuses.append(status(wire.get, "/v2/images"))
        self.count = len(fake.images)


def status(send: Any, *arguments: Any) -> int:
    """The status of a request; 0 without a response."""
    try:
        reply: Reply = send(*arguments)
    except OSError:
        return 0
    return reply.status


@pytest.mark.parametrize(("name", "wait", "statuses", "images"), [
    ("503", 0, [503, 201, 201, 200], 2),
    ("503-after", 0, [503, 201, 201, 200], 3),
    ("503-lasting", 60, [503, 503, 503, 200], 0),
    ("503-30s", 10, [503, 503, 503, 200], 0),
    ("503-30s", 20, [503, 503, 201, 200], 1),
    ("lost-blocked", 60, [0, 503, 503, 200], 1),
    ("outage", 60, [503, 503, 503, 503], 0),
    ("outage-30s", 20, [503, 503, 201, 200], 1),
    ("reset-lasting", 60, [0, 0, 0, 200], 0),
    ("reset-after", 0, [0, 201, 201, 200], 3),
    ("token-expired", 0, [401, 401, 401, 401], 0),
    ("token-revoked", 0, [201, 401, 401, 401], 1),
    ("429-retry-after", 0, [429, 201, 201, 200], 2),
])
def test_what_the_client_sees(name: str, wait: float, statuses: list[int], images: int) -> None:
    program = Asks(3, wait)
    clean = run(program)
    assert program.statuses == [201, 201, 201, 200]
    run(program, case_of(clean, f"{CREATE}:{name}"))
    assert (program.statuses, program.count) == (statuses, images)


def test_retry_after() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        found.append(wire.get("/v2/images").headers["Retry-After"])

    found: list[str | None] = []
    run(program, case_of(run(program), "1:images.list:503-retry-after"))
    assert found == [None, "7"]


def test_small_pages_last_to_the_end_of_the_list() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        for name in "abc":
            fake.images.add(name=name)
        pages.append([])
        path = "/v2/images"
        while path:
            page = wire.get(path).json
            pages[-1].append(len(page["images"]))
            path = page.get("next")

    pages: list[list[int]] = []
    run(program, case_of(run(program), "1:images.list:small-pages"))
    assert pages == [[3], [1, 1, 1]]


def test_what_the_test_adds_is_old() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        old = fake.images.add(name="old", data=b"1")
        new = wire.post("/v2/images", {"name": "new"}).json["id"]
        later = fake.images.add(name="later")
        found.append({one["name"] for one in wire.get("/v2/images").json["images"]})
        found.append([wire.get(f"/v2/images/{one}").status for one in (old.id, later.id, new)])

    found: list[Any] = []
    clean = run(program)
    assert found == [{"old", "new", "later"}, [200, 200, 200]]
    found.clear()
    run(program, case_of(clean, "2:images.list:stale"))
    assert found[0] == {"old", "later"}
    for number, expected in enumerate([[200, 200, 200], [200, 200, 200], [200, 200, 404]]):
        found.clear()
        run(program, case_of(clean, f"{3 + number}:images.show:unseen"))
        assert found[1] == expected


def test_no_answer_after_the_work_is_late_completion() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        image = wire.post("/v2/images", {"name": "a", "disk_format": "raw",
                                         "container_format": "bare"}).json
        status(wire.put, f"/v2/images/{image['id']}/file", b"data", {"Content-Type": OCTETS})
        found.append(fake.images[image["id"]].status)

    found: list[str] = []
    outcome = run(program, case_of(run(program), "2:images.upload:no-answer-after"), patience=0.05)
    assert found == ["active", "active"]
    assert "waited 0.05s for the response to PUT /v2/images/" in outcome.hang
