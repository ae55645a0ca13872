"""A run of a sweep: what it sees, and that no reset takes the failure away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from runs import Clock, case_of, run
from wire import Wire

from fake_ims import FakeIMS
from fake_ims.sweeping.options import Settings
from fake_ims.sweeping.step import Somewhere
from fake_ims.sweeping.sweep import Ran, Sweep


def lists(wire: Wire) -> int:
    """Send a request, and return its status."""
    return wire.get("/v2/images").status


def test_the_steps_of_a_run() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        wire.post("/v2/images", {"name": "a"})
        lists(wire)
        lists(wire)
        wire.get("/v2/nothing/x/y/z")

    steps = run(program).steps
    assert [(one.position, one.operation, one.nth, one.status) for one in steps] == [
        (1, "images.create", 1, 201), (2, "images.list", 1, 200), (3, "images.list", 2, 200),
        (4, "", 1, 404)]
    assert [one.name for one in steps[2:]] == ["images.list", "GET /v2/nothing/x/y/z"]
    assert steps[0].before != steps[0].after == steps[1].before == steps[1].after


@pytest.mark.parametrize("act", [
    lambda fake: fake.reset(), lambda fake: fake.faults.clear(),
    lambda fake: fake.load({"images": []}), lambda fake: fake.requests.clear(),
    lambda fake: fake.reset(profile="openstack"),
])
def test_what_a_test_does_to_its_fake_leaves_the_failure(act: Callable[[FakeIMS], object]) -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        lists(wire)
        act(fake)
        found.append(lists(wire.caller(fake)))

    found: list[int] = []
    outcome = run(program, case_of(run(program), "2:images.list:503"))
    assert found == [200, 503]
    assert len(outcome.steps) == 2


def test_the_failure_finds_its_request_at_any_fake() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        lists(wire)
        with FakeIMS(profile="openstack") as second:
            found.append(lists(Wire(second.url, second.headers)))

    found: list[int] = []
    run(program, case_of(run(program), "2:images.list:503"))
    assert found == [200, 503]


def test_the_faults_of_the_test_fire_beside_it() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        fake.faults.add("images.list", status=500, times=1)
        found.append([lists(wire), lists(wire), lists(wire)])
        assert len(fake.faults) == 1

    found: list[list[int]] = []
    run(program, case_of(run(program), "2:images.list:503"))
    assert found == [[500, 200, 200], [500, 503, 200]]


def test_the_images_of_stopped_and_reset_fakes_count() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        wire.post("/v2/images", {"name": "a"})
        fake.reset()
        with FakeIMS() as second:
            Wire(second.url, second.headers).post("/v2/images", {"name": "b"})
        wire.caller(fake).post("/v2/images", {"name": "c"})

    assert [dict(one)["name"] for one in run(program).left.images] == ["a", "b", "c"]


def test_the_test_is_told() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        assert fake.sweep is not None
        found.append((fake.sweep.case, fake.sweep.failures, fake.sweep.operations,
                      repr(fake.sweep)))
        wire.get("/v2/images")

    found: list[object] = []
    run(program, case_of(run(program), "1:images.list:503"))
    assert found == [
        ("", (), (), "<SweepRun: clean run>"),
        ("1:images.list:503", ("503",), ("images.list",), "<SweepRun: 1:images.list:503>")]
    with FakeIMS() as fake:
        assert fake.sweep is None


def test_a_client_that_never_ends_is_cut_off() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        for _ in range(30):
            lists(wire)

    clean = run(program)
    outcome = run(program, case_of(clean, "1:images.list:503"), limit=20, time=Clock())
    assert outcome.hang == "the client sent 20 requests and did not give up"
    assert isinstance(outcome.error, ConnectionError)
    assert not run(program, limit=20).hang, "the clean run may send what it wants"


def test_a_client_that_polls_until_a_deadline_is_not_cut_off() -> None:
    clock = Clock()

    def program(fake: FakeIMS, wire: Wire) -> None:
        for _ in range(30):
            lists(wire)
            clock.seconds += 1

    clean = run(program)
    outcome = run(program, case_of(clean, "1:images.list:503"), limit=20, time=clock, patience=60)
    assert (outcome.hang, outcome.error) == ("", None)


def test_a_client_that_goes_on_too_long_is_cut_off() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        for _ in range(10):
            lists(wire)
            clock.seconds += 60

    clock = Clock()
    outcome = run(program, case_of(run(program), "2:images.list:503"), time=clock, patience=240)
    assert "still sends requests 4m after the failure" in outcome.hang
    assert isinstance(outcome.error, ConnectionError)


def test_places_come_from_the_port_of_the_client() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        lists(wire)

    ports: list[int] = []

    def site(port: int) -> Somewhere:
        ports.append(port)
        return Somewhere("k", ("test.py:1 in f",))

    (step,) = run(program, time=Clock(site)).steps
    assert step.site.lines == ("test.py:1 in f",)
    assert ports[0] > 0
    assert run(program, time=Clock()).steps[0].site == Somewhere()


def test_tries_count_what_failed_before() -> None:
    def program(fake: FakeIMS, wire: Wire) -> None:
        for _ in range(3):
            lists(wire)

    clean = run(program)
    assert [one.tries for one in clean.steps] == [0, 0, 0]
    outcome = run(program, case_of(clean, "1:images.list:503"))
    assert [one.tries for one in outcome.steps] == [0, 1, 0]
    assert outcome.steps[0].request == outcome.steps[1].request == clean.steps[0].request


def test_a_helper_for_all_requests_is_not_the_place() -> None:
    """Reports show the line that calls it."""
    def program(fake: FakeIMS, wire: Wire) -> None:
        wire.post("/v2/images", {"name": "a"})
        wire.get("/v2/images")

    paths = iter([("c.py:1 in call", "c.py:5 in make", "t.py:2 in test"),
                  ("c.py:1 in call", "c.py:9 in show", "t.py:2 in test")])
    outcome = run(program, time=Clock(lambda port: Somewhere("k", next(paths))))
    sweep = Sweep("t", Settings(), lambda case: Ran(outcome), lambda case: "again")
    assert [one["site"] for one in sweep.begin(Ran(outcome))["requests"]] == [
        "c.py:5 in make", "c.py:9 in show"]
