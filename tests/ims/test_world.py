"""``fake.world``: plain data, permissive unless it is made strict."""

from __future__ import annotations

import struct

import pytest

from fake_ims import FakeIMS, UsageError
from fake_ims.domain.refusal import ImsError

from .conftest import Ims

SERVER = "877a2cda-ba63-4e1e-b95f-e67e48b6129a"


def test_records_are_added_and_found(ims: Ims) -> None:
    servers = ims.fake.world.servers
    one = servers.add(id=SERVER, status="ACTIVE")
    other = servers.add(name="db")
    assert (len(servers), servers[SERVER], SERVER in servers, "x" in servers) == (
        2, one, True, False)
    assert list(servers) == [one, other]
    assert servers.get("x") is None
    servers.remove(SERVER)
    assert SERVER not in servers
    assert repr(servers).startswith("<1 server: ")


def test_what_cannot_be_added_is_said(ims: Ims) -> None:
    world = ims.fake.world
    world.servers.add(id=SERVER)
    with pytest.raises(UsageError, match="there is a server"):
        world.servers.add(id=SERVER)
    with pytest.raises(UsageError, match="did you mean 'status'"):
        world.servers.add(statu="ACTIVE")
    with pytest.raises(UsageError, match="unknown server 'x'"):
        _ = world.servers["x"]
    with pytest.raises(UsageError, match="unknown server"):
        world.servers.remove("x")
    world.buckets.add("b01")
    with pytest.raises(UsageError, match="there is a bucket"):
        world.buckets.add("b01")
    with pytest.raises(UsageError, match="unknown bucket"):
        world.buckets.remove("b02")


def test_a_permissive_world_has_all_and_a_strict_one_what_was_put_there(ims: Ims) -> None:
    world = ims.fake.world
    assert world.server(SERVER).status == "SHUTOFF"
    assert world.server(SERVER).system_disk in world.disks
    assert repr(world) == "<world, permissive>"
    world.strict()
    with pytest.raises(ImsError):
        world.server("another")
    assert world.server(SERVER).id == SERVER  # taken to be there before
    world.strict(False)
    world.server("another")


def test_what_was_assumed_can_be_put_there_for_good(ims: Ims) -> None:
    world = ims.fake.world
    world.server(SERVER)
    assert world.servers.add(id=SERVER, status="ACTIVE").status == "ACTIVE"


def test_the_default_enterprise_project_is_always_there(ims: Ims) -> None:
    ims.fake.world.strict()
    assert ims.fake.world.enterprise_project("0").enabled


@pytest.mark.parametrize(("name", "data", "format_"), [
    ("disk.qcow2", None, "qcow2"), ("disk.vhd", None, "vhd"), ("disk.IMG", None, "raw"),
    ("disk", None, "raw"), ("disk.zvhd2", b"zeros" * 300, "zvhd2"),
    ("disk.vhd", b"QFI\xfb".ljust(600, b"\0"), "qcow2"),
    ("disk.vhd", b"KDMV" + struct.pack("<Q", 1) + b"\0" * 600, "vmdk"),
])
def test_the_format_is_that_of_the_bytes_else_of_the_name(
    ims: Ims, name: str, data: bytes | None, format_: str
) -> None:
    stored = ims.fake.world.buckets["b01"].put(name, data=data)
    assert stored.format == format_
    assert stored.size == (2**30 if data is None else len(data))
    assert ims.fake.world.buckets["b01"].put(name, format="iso", size=3).format == "iso"


def test_a_bucket_is_there_once_it_is_named(ims: Ims) -> None:
    buckets = ims.fake.world.buckets
    assert "b01" not in buckets
    assert buckets["b01"].region == ims.fake.region
    assert [bucket.name for bucket in buckets] == ["b01"]
    buckets.remove("b01")
    assert len(buckets) == 0


def test_a_reset_makes_the_world_anew() -> None:
    with FakeIMS() as fake:
        fake.world.servers.add(id=SERVER)
        fake.world.strict()
        fake.reset()
        assert len(fake.world.servers) == 0
        assert not fake.world.is_strict
