"""Which cases a sweep has, in which order, and what it leaves out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest
from runs import Program, case_of, run
from wire import Wire

from fake_ims import FakeIMS, UsageError
from fake_ims.contract.operations import BY_ID
from fake_ims.sweeping.case import Case
from fake_ims.sweeping.explore import Choice, Explorer, named
from fake_ims.sweeping.failures import KINDS, failures_of
from fake_ims.sweeping.outcome import Demands
from fake_ims.sweeping.step import Somewhere, Step
from fake_ims.sweeping.verdict import judge

CONNECTION = frozenset({"connection"})


def talk(fake: FakeIMS, wire: Wire) -> None:
    wire.post("/v2/images", {"name": "a"})
    wire.get("/v2/images")
    wire.get("/v2/images")
    wire.get("/v2/nothing/x/y/z")


def at(steps: Sequence[Step], *keys: str) -> list[Step]:
    """The steps, sent from these places."""
    return [replace(step, site=Somewhere(key, (key,)))
            for step, key in zip(steps, keys, strict=True)]


def ids(cases: list[Case]) -> list[str]:
    return [case.id for case in cases]


def test_the_same_failure_of_all_requests_comes_before_the_next() -> None:
    cases = Explorer(Choice()).first(run(talk).steps)
    assert ids(cases)[:3] == ["1:images.create:reset-before", "2:images.list:reset-before",
                              "3:images.list:reset-before"]
    assert [case.key for case in cases[1:3]] == ["images.list#1:reset-before",
                                                 "images.list#2:reset-before"]
    assert len(set(ids(cases))) == len(cases)


def test_requests_of_one_place_count_as_one() -> None:
    steps = at(run(talk).steps, "a", "b", "b", "c")
    explorer = Explorer(Choice(kinds=CONNECTION))
    found = Counter(case.points[0].position for case in explorer.first(steps))
    assert set(found) == {1, 2}
    assert explorer.equal == found[2]
    whole = Explorer(Choice(kinds=CONNECTION, full=True)).first(steps)
    assert {case.points[0].position for case in whole} == {1, 2, 3}


def test_another_query_or_result_is_another_request() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        wire.get("/v2/images")
        wire.get("/v2/images?limit=1")
        wire.get("/v2/images?limit=x")
        wire.get("/v2/images?limit=2")

    steps = at(run(program).steps, "a", "a", "a", "a")
    found = Explorer(Choice(kinds=CONNECTION)).first(steps)
    assert {case.points[0].position for case in found} == {1, 2, 3}


@pytest.mark.parametrize(("choice", "expected"), [
    (Choice(operations=("images.*",)), {1, 2, 3}),
    (Choice(operations=("images.list",)), {2, 3}),
    (Choice(operations=("!images.list",)), {1}),
    (Choice(operations=("images.*", "!images.create")), {2, 3}),
])
def test_operations(choice: Choice, expected: set[int]) -> None:
    found = Explorer(choice).first(run(talk).steps)
    assert {case.points[0].position for case in found} == expected


def test_skip() -> None:
    steps = run(talk).steps
    found = Explorer(Choice(skip=("statuses", "page-*", "images.list:stale", "*list:lost*"))).first(
        steps)
    names = {point.failure.name for case in found for point in case.points}
    assert not {"503", "page-miss", "stale"} & names
    assert {(point.operation, point.failure.name) for case in found for point in case.points
            if point.failure.name == "lost-blocked"} == {("images.create", "lost-blocked")}


def test_a_case_by_its_id() -> None:
    steps = run(talk).steps
    case = case_of(run(talk), "1:images.create:503", "3:images.list:reset-after")
    assert case.id == "1:images.create:503+3:images.list:reset-after"
    assert case.key == "images.create#1:503+images.list#2:reset-after"
    with pytest.raises(UsageError, match="use one of 3:images"):
        named(steps, "3:images.list:nothing")
    with pytest.raises(UsageError, match="sends no request that can fail"):
        named([], "1:images.list:503")


# two failures


def retries(fake: FakeIMS, wire: Wire) -> None:
    """A client that tries twice, then lists."""
    for _ in range(2):
        if wire.post("/v2/images", {"name": "a"}).status == 201:
            break
    wire.get("/v2/images")


def explored(program: Program, choice: Choice) -> tuple[list[str], int]:
    """The ids of all cases, and how many were equal to others."""
    explorer = Explorer(choice)
    clean = run(program)
    todo = explorer.first(clean.steps)
    done = []
    while todo:
        for case in todo:
            done.append(case.id)
            outcome = run(program, case)
            end = judge(outcome, clean, Demands())
            explorer.learn(case, outcome.steps, (end.word, end.rule, repr(outcome.left.images)))
        todo = explorer.further()
    return done, explorer.equal


STATUSES = Choice(kinds=frozenset({"statuses"}), skip=("*-after", "4*", "500"), depth=2)


def test_the_second_failure_meets_the_retry() -> None:
    found, equal = explored(retries, STATUSES)
    assert found == ["1:images.create:503", "2:images.list:503",
                     "1:images.create:503+2:images.create:503"]
    # After the retry the list is that of the clean run: a failure there is known already.
    assert equal == 1


def test_a_state_of_its_own_is_tried() -> None:
    choice = Choice(kinds=frozenset({"connection", "statuses"}), depth=2,
                    skip=("4*", "500*", "no-*", "truncated", "garbage", "gateway-*", "invalid-*",
                          "reset-before", "503-*"))

    def program(fake: FakeIMS, wire: Wire) -> None:
        try:
            wire.post("/v2/images", {"name": "a"})
        except ConnectionError:
            wire.post("/v2/images", {"name": "a"})
        wire.get("/v2/images")

    found, _ = explored(program, choice)
    # Two images instead of one: the list is another one, and its failures are tried.
    assert "1:images.create:reset-after+3:images.list:503" in found
    assert "1:images.create:reset-after+2:images.create:503" in found


def test_full_runs_what_counts_as_equal() -> None:
    found, equal = explored(retries, replace(STATUSES, full=True))
    assert "1:images.create:503+3:images.list:503" in found
    assert equal == 0


def test_three_failures_come_from_runs_with_two() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        for _ in range(3):
            if wire.post("/v2/images", {"name": "a"}).status == 201:
                break

    found, _ = explored(program, replace(STATUSES, depth=3))
    assert found == ["1:images.create:503", "1:images.create:503+2:images.create:503",
                     "1:images.create:503+2:images.create:503+3:images.create:503"]


def tries(count: int) -> Program:
    """A client that tries so often, whatever goes wrong."""
    def program(fake: FakeIMS, wire: Wire) -> None:
        for _ in range(count):
            try:
                if wire.get("/v2/images").status == 200:
                    return
            except ConnectionError:
                pass
    return program


def some(*names: str, depth: int = 2) -> Choice:
    """Only these failures."""
    every = {failure.name for failure in failures_of(BY_ID["images.list"], frozenset(KINDS))}
    return Choice(depth=depth, skip=tuple(every - set(names)))


def test_of_failures_after_which_the_client_does_the_same_one_is_tried_again() -> None:
    found, _ = explored(tries(2), some("503", "500", "429", "reset-before"))
    assert found == [
        "1:images.list:reset-before", "1:images.list:503", "1:images.list:500",
        "1:images.list:429",
        # 500 and 429 are answers, as 503 is, and the client did the same after all three.
        "1:images.list:reset-before+2:images.list:reset-before",
        "1:images.list:reset-before+2:images.list:503"]


def test_of_many_retries_the_first_fails() -> None:
    found, _ = explored(tries(5), some("503", "503-lasting"))
    # While 503 stays, four retries follow. They differ from each other in nothing but their number.
    assert found[2:] == ["1:images.list:503+2:images.list:503",
                         "1:images.list:503-lasting+2:images.list:503",
                         "1:images.list:503+2:images.list:503-lasting",
                         "1:images.list:503-lasting+2:images.list:503-lasting"]


def test_a_new_place_meets_every_failure_once() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        if wire.post("/v2/images", {"name": "a"}).status != 201:
            wire.get("/v2/images")  # at no time in the clean run

    choice = Choice(depth=2, kinds=frozenset({"statuses"}), skip=("4*", "*-after"))
    found, equal = explored(program, choice)
    assert found == ["1:images.create:503", "1:images.create:500",
                     "1:images.create:503+2:images.list:503",
                     "1:images.create:503+2:images.list:500"]
    assert equal == 2


def test_what_is_learnt_at_a_new_place_serves_its_other_requests() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        try:
            wire.post("/v2/images", {"name": "a"})
        except ConnectionError:
            wire.get("/v2/images")

    # After reset-after there is an image, after reset-before there is none: two states.
    found, _ = explored(program, some("reset-before", "reset-after", "503", "500"))
    pairs = [one for one in found if "+" in one]
    assert pairs == [f"1:images.create:reset-before+2:images.list:{name}"
                     for name in ("reset-before", "reset-after", "503", "500")] + [
                     f"1:images.create:reset-after+2:images.list:{name}"
                     for name in ("reset-before", "503")]


def test_what_the_rules_treat_differently_is_tried() -> None:
    """Here the client never asks again, so it treats both 503 alike. Elsewhere it might."""
    def program(fake: FakeIMS, wire: Wire) -> None:
        try:
            wire.post("/v2/images", {"name": "a"})
        except ConnectionError:
            wire.get("/v2/images")

    found, _ = explored(program, some("reset-before", "reset-after", "503", "503-retry-after"))
    assert [one for one in found if one.startswith("1:images.create:reset-after+")] == [
        f"1:images.create:reset-after+2:images.list:{name}"
        for name in ("reset-before", "503", "503-retry-after")]


def test_an_error_that_the_client_handles_is_part_of_what_it_meets() -> None:
    """The clean-up is the same request in the same state, but an error of its own may hide one."""
    def program(fake: FakeIMS, wire: Wire) -> None:
        wire.get("/v2/images")
        wire.get("/v2/images?limit=1")

    found, _ = explored(program, some("503"))
    assert found == ["1:images.list:503", "2:images.list:503",
                     "1:images.list:503+2:images.list:503"]
