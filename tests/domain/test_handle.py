"""What tests hold: a misspelt name fails, ``dir()`` is short, and all else works as usual."""

from __future__ import annotations

import abc
import asyncio
import copy
import dataclasses
from typing import Any

import pytest

from fake_ims import FakeIMS, UsageError
from fake_ims.domain.handle import Handle, at_callers_line, public_names, settable


class Lamp(Handle):
    colour: str

    def __init__(self) -> None:
        self.colour = "red"
        self._hours = 0

    @property
    def age(self) -> int:
        """Hours."""
        return self._hours

    def burn(self) -> None:
        """An hour passes."""
        self._hours += 1


@pytest.fixture
def world() -> Any:
    with FakeIMS() as fake:
        yield fake.world


@pytest.mark.parametrize("error", [UsageError, AttributeError])
def test_a_misspelt_name_cannot_be_set(error: type[Exception]) -> None:
    lamp = Lamp()
    with pytest.raises(error, match="Lamp has no 'color'; did you mean 'colour'"):
        lamp.color = "blue"  # type: ignore[attr-defined]
    with pytest.raises(error, match=r"Lamp\.age cannot be set"):
        lamp.age = 3  # type: ignore[misc]
    lamp.colour = "blue"
    assert (lamp.colour, hasattr(lamp, "color"), lamp.age) == ("blue", False, 0)


def test_a_method_can_be_replaced_for_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    lamp = Lamp()
    with monkeypatch.context() as patch:
        patch.setattr(lamp, "burn", lambda: None)
        lamp.burn()
    assert lamp.age == 0
    lamp.burn()
    assert lamp.age == 1


def test_dir_is_the_public_names() -> None:
    assert dir(Lamp()) == ["age", "burn", "colour"]
    assert public_names(Lamp) == {"age", "burn", "colour"}


def test_names_that_are_not_for_tests() -> None:
    class Dimmed(Lamp):
        _INTERNAL = frozenset({"burn", "hidden"})
        hidden: int
        level: int

        @property
        def width(self) -> int:
            """Millimetres."""
            return 3

        @width.setter
        def width(self, value: int) -> None:
            """Nothing comes of it."""

    assert public_names(Dimmed) == {"age", "colour", "level", "width"}
    assert {name for name in ("age", "burn", "colour", "hidden", "level", "other", "width")
            if settable(Dimmed, name)} == {"colour", "hidden", "level", "width"}


def test_names_of_the_world(world: Any) -> None:
    with pytest.raises(AttributeError, match="World has no 'servres'; did you mean 's"):
        world.servres = []
    with pytest.raises(UsageError, match=r"add records with world\.servers\.add"):
        world.servers = []
    with pytest.raises(UsageError, match=r"World\.outages cannot be set"):
        world.outages = ["OBS"]
    server = world.servers.add()
    with pytest.raises(UsageError, match="Server has no 'statos'; did you mean 'status'"):
        server.statos = "x"
    with pytest.raises(UsageError, match="Account has no 'has_balanc'; did you mean"):
        world.account.has_balanc = False
    assert not hasattr(server, "statos")
    for handle in (world, world.servers, world.buckets, world.outages):
        assert not [name for name in dir(handle) if name.startswith("_")]
    assert dir(server) == sorted(field.name for field in dataclasses.fields(server))
    assert dir(world.servers) == ["add", "get", "remove"]


def test_copies_are_copies(world: Any) -> None:
    world.known_only = True
    server = world.servers.add(data_disks=[world.disks.add().id])
    for made in (copy.copy(server), copy.deepcopy(server)):
        made.status = "ACTIVE"
        assert dataclasses.asdict(made) == {**dataclasses.asdict(server), "status": "ACTIVE"}
    assert copy.deepcopy(server).data_disks is not server.data_disks
    assert server.status == "SHUTOFF"
    other = copy.deepcopy(world)
    other.servers.add()
    assert (len(other.servers), len(world.servers), other.known_only) == (2, 1, True)


def test_what_keeps_its_tracebacks() -> None:
    """Anything but a plain function: it is not ours, or has been dealt with."""
    once = at_callers_line(dataclasses.asdict)
    assert once is not dataclasses.asdict
    assert at_callers_line(once) is once
    assert at_callers_line(len) is len
    assert at_callers_line(Lamp) is Lamp

    @abc.abstractmethod
    def later() -> None:
        """Somebody else's work."""

    assert at_callers_line(later) is later


def test_a_coroutine_takes_its_arguments_by_name() -> None:
    class Bell(Handle):
        async def ring(self, times: int, *, softly: bool = False) -> str:
            """Ring."""
            return f"{times} {softly}"

    assert asyncio.run(Bell().ring(times=2, softly=True)) == "2 True"


def test_a_handle_that_says_nothing_shows_its_class() -> None:
    assert repr(Lamp()) == "<Lamp>"
