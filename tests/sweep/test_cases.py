"""Which cases a sweep has, in which order, and how one is set."""

from __future__ import annotations

import pytest
from wire import Wire

from fake_ims import FakeIMS, UsageError
from fake_ims.contract.operations import BY_ID, OPERATIONS
from fake_ims.faults.plan import plan
from fake_ims.sweeping.failures import KINDS, failures_of, kinds_of
from fake_ims.sweeping.plan import cases_of, named, points_of

ALL = frozenset(KINDS)


def talk(fake: FakeIMS, wire: Wire) -> None:
    wire.post("/v2/images", {"name": "a"})
    wire.get("/v2/images")
    wire.get("/v2/images")
    wire.get("/v2/nothing/x/y/z")


def test_every_failure_of_every_operation_can_be_set() -> None:
    for operation in OPERATIONS:
        for failure in failures_of(operation, ALL):
            settings = dict(failure.settings) or {"delay": 1, "reset_connection": "before"}
            assert plan({"operation": operation.id, **settings}).keys == (operation.id,)


def test_statuses_are_those_that_the_operation_documents() -> None:
    names = {one.name for one in failures_of(BY_ID["images.upload"], frozenset({"statuses"}))}
    assert names == set(map(str, BY_ID["images.upload"].errors))


def test_kinds() -> None:
    assert kinds_of("all") == ALL
    assert kinds_of("statuses, connection") == {"statuses", "connection"}
    with pytest.raises(UsageError, match="did you mean 'statuses'"):
        kinds_of("status")


def test_the_same_failure_of_all_exchanges_comes_before_the_next(
    fake_ims: FakeIMS, wire: Wire
) -> None:
    talk(fake_ims, wire)
    points = points_of(fake_ims.requests, ALL)
    assert [point.id for point in points[:3]] == [
        "1:images.create:reset-before", "2:images.list:reset-before", "3:images.list:reset-before"]
    assert [point.nth for point in points[:3]] == [1, 1, 2]
    assert len({point.id for point in points}) == len(points)


def test_depth(fake_ims: FakeIMS, wire: Wire) -> None:
    talk(fake_ims, wire)
    points = points_of(fake_ims.requests, frozenset({"connection"}))[:6]
    assert len(cases_of(points, 1)) == 6
    pairs = cases_of(points, 2)
    # Two at each of three exchanges: 6 alone, and 12 of the 15 pairs are at two exchanges.
    assert len(pairs) == 18
    assert all(len({point.position for point in case.points}) == len(case.points)
               for case in pairs)


def test_a_case_by_its_id(fake_ims: FakeIMS, wire: Wire) -> None:
    talk(fake_ims, wire)
    exchanges = list(fake_ims.requests)
    case_id = "1:images.create:503+3:images.list:reset-after"
    case = named(exchanges, case_id)
    assert case.id == case_id
    fake_ims.reset()
    for point in case.points:
        point.plant(fake_ims, 1.0)
    assert wire.post("/v2/images", {"name": "a"}).status == 503
    assert wire.get("/v2/images").status == 200
    with pytest.raises(ConnectionError):
        wire.get("/v2/images")
    assert wire.get("/v2/images").status == 200
    with pytest.raises(UsageError, match="use one of 3:images"):
        named(exchanges, "3:images.list:nothing")


def test_no_answer_comes_to_an_end(fake_ims: FakeIMS, wire: Wire) -> None:
    talk(fake_ims, wire)
    case = named(list(fake_ims.requests), "2:images.list:no-answer")
    fake_ims.reset()
    case.points[0].plant(fake_ims, 0.01)
    with pytest.raises(ConnectionError):
        wire.get("/v2/images")
    assert not fake_ims.requests.last.left


@pytest.mark.parametrize(("operation", "names"), [
    ("images.create", {"twice", "quota", "token-revoked"}),
    ("images.upload", {"killed", "dies-saving", "dies-killed", "unseen", "token-revoked"}),
    ("images.list", {"stale", "page-miss", "page-repeat", "token-revoked"}),
    ("images.download", {"unseen", "corrupt", "short", "token-revoked"}),
    ("images.delete", {"unseen", "token-revoked", "deleted-meanwhile", "slow-delete"}),
    ("cloudimages.quickimport",
     {"twice", "job-fails", "job-lies", "job-hangs", "quota", "token-revoked"}),
    ("identity.tokens.create", {"twice"}),
])
def test_failures_with_meaning_are_those_that_the_operation_can_have(
    operation: str, names: set[str]
) -> None:
    found = failures_of(BY_ID[operation], frozenset({"semantic"}))
    assert {failure.name for failure in found} == names
