"""Small rules of the domain, each by itself."""

from __future__ import annotations

import struct
from contextlib import nullcontext

import pytest

from fake_ims import UsageError
from fake_ims.domain.access import allowed, is_granted, is_visible, require_project
from fake_ims.domain.callers import Caller
from fake_ims.domain.clock import Clock, isotime
from fake_ims.domain.data import SPOOL_LIMIT, Blob
from fake_ims.domain.filters import parse_time, split_operator, split_values
from fake_ims.domain.image import Image, Member
from fake_ims.domain.lifecycle import Lifecycle
from fake_ims.domain.patch import tokens
from fake_ims.domain.refusal import Refused
from fake_ims.domain.spool import PAGE, Spool
from fake_ims.domain.tokens import Tokens


@pytest.mark.parametrize(("pointer", "expected"), [
    ("/name", ("name",)), ("//name", ("name",)), ("/a~1b", ("a/b",)), ("/a~0b", ("a~b",)),
    ("/a~01", ("a~1",)), ("/a/b", ("a", "b")), ("/ a ", ("a",)), ("/", ("",)),
    ("/Xa", ("Xa",)),
])
def test_tokens_of_a_pointer(pointer, expected):
    assert tokens(pointer) == expected


@pytest.mark.parametrize(("pointer", "key"), [
    ("name", "patch.pointer_start"),
    ("", "patch.pointer_start"),
    ("/a//b", "patch.pointer_adjacent"),
    ("///a", "patch.pointer_adjacent"),
    ("/name/", "patch.pointer_end"),
    ("/a~", "patch.pointer_escape"),
    ("/a~2", "patch.pointer_escape"),
])
def test_pointers_that_are_none(pointer, key):
    with pytest.raises(Refused) as caught:
        tokens(pointer)
    assert caught.value.row.key == key


@pytest.mark.parametrize(("text", "expected"), [
    ("a,b", ["a", "b"]), ('"a,b",c', ["a,b", "c"]), ("a", ["a"]), ('"a"', ["a"]),
    ("a,,b", ["a", "", "b"]),
    (" a, b", [" a", " b"]),
])
def test_values_of_a_list(text, expected):
    assert split_values(text) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("gt:2018-10-28T10:00:00Z", ("gt", "2018-10-28T10:00:00Z")),
    ("2018-10-28T10:00:00Z", ("eq", "2018-10-28T10:00:00Z")),
    ("in:a,b", ("in", "a,b")), ("plain", ("eq", "plain")), ("a:b:c", ("a", "b:c")),
])
def test_operators(text, expected):
    assert split_operator(text) == expected


@pytest.mark.parametrize("text", ["2018-10-28T10:00:00Z", "2018-10-28 10:00:00",
                                  "20181028T100000Z", "2018-10-28T12:00:00+02:00",
                                  "2018-10-28T10:00", "2018-10-28T15:30:00+05:30",
                                  "2018-10-28T08:30:00-0130", "2018-10-28T15:00:00+05"])
def test_ways_to_write_an_instant(text):
    assert isotime(parse_time(text)) == "2018-10-28T10:00:00Z"


def test_a_fraction_of_a_second_is_added():
    whole = parse_time("2018-10-28T10:00:00Z")
    assert parse_time("2018-10-28T10:00:00.25Z") == whole + 0.25


@pytest.mark.parametrize("text", ["", "yesterday", "2018-13-01T00:00:00Z", "10:00:00"])
def test_ways_not_to(text):
    assert parse_time(text) is None


def padded(head, size=512):
    return head + b"\0" * (size - len(head))


@pytest.mark.parametrize(("head", "name", "virtual_size"), [
    (padded(b"QFI\xfb" + b"\0" * 20 + struct.pack(">Q", 5 << 30)), "qcow2", 5 << 30),
    (padded(b"conectix" + b"\0" * 32 + struct.pack(">Q", 1 << 30)), "vhd", 1 << 30),
    (padded(b"vhdxfile"), "vhdx", 512),
    (padded(b"KDMV" + b"\0" * 8 + struct.pack("<Q", 2048)), "vmdk", 2048 * 512),
    (padded(b"COWD"), "vmdk", 512),
    (padded(b"# Disk DescriptorFile"), "vmdk", 512),
    (padded(b"QED\0"), "qed", 512),
    (padded(padded(b"\0" * 64 + b"\x7f\x10\xda\xbe", 368) + struct.pack("<Q", 3 << 30)), "vdi",
     3 << 30),
    (padded(b"LUKS\xba\xbe"), "luks", 512),
    (b"\0" * 510 + b"\x55\xaa", "gpt", 512),
    (padded(b"\0" * 32769 + b"CD001", 34816), "iso", 34816),
    (b"QFI\xfb", "raw", 4),
    (b"\0" * 32769 + b"CD001", "raw", 32774),
    (b"anything", "raw", 8),
    (b"", "raw", 0),
])
def test_formats_by_their_magic_numbers_in_whole_headers(head, name, virtual_size):
    blob = Blob.of(Spool(), head)
    assert (blob.format, blob.virtual_size) == (name, virtual_size)
    blob.close()


def test_a_blob_is_read_in_parts_and_by_several_at_once():
    data = bytes(range(256)) * (SPOOL_LIMIT // 256 + 10)
    blob = Blob.of(Spool(), data)
    whole, part = blob.read(0, blob.size), blob.read(100, 1000)
    assert next(whole) == data[:65536]
    assert b"".join(part) == data[100:1100]
    assert b"".join(whole) == data[65536:]
    assert blob.size == len(data)
    blob.close()


def test_a_closed_blob_gives_its_pages_back_when_nobody_reads():
    spool = Spool()
    stays = Blob.of(spool, bytes(SPOOL_LIMIT + 1))
    pages = SPOOL_LIMIT // PAGE + 1
    assert spool.take() == pages
    spool.give([pages])
    reading = stays.read(0, 10)
    stays.close()
    assert spool.take() == pages
    spool.give([pages])
    reading.close()
    assert spool.take() == 0


def test_what_fits_into_memory_takes_no_page():
    spool = Spool()
    blobs = [Blob.of(spool, bytes(size)) for size in (SPOOL_LIMIT, SPOOL_LIMIT - 1)]
    assert spool.take() == 0
    for blob in blobs:
        blob.close()


def test_a_page_that_is_given_back_is_taken_first():
    spool = Spool()
    assert [spool.take(), spool.take(), spool.take()] == [0, 1, 2]
    spool.give([1])
    assert [spool.take(), spool.take()] == [1, 3]


def image(**attributes):
    return Image(id="i", owner="a", created_at=0.0, updated_at=0.0, sequence=1, **attributes)


@pytest.mark.parametrize(("rule", "roles", "project", "visibility", "expected"), [
    ("get_image", ("reader",), "a", "private", True),
    ("get_image", (), "a", "private", False),
    ("get_image", ("reader",), "b", "public", True),
    ("get_image", ("reader",), "b", "private", False),
    ("modify_image", ("reader",), "a", "private", False),
    ("modify_image", ("member",), "a", "private", True),
    ("modify_image", ("member",), "b", "public", False),
    ("modify_image", ("admin",), "b", "private", True),
    ("download_image", ("reader",), "a", "private", False),
    ("publicize_image", ("member",), "a", "private", False),
    ("modify_member", ("member",), "a", "shared", False),
    ("modify_member", ("member",), "b", "shared", True),
])
def test_policies(rule, roles, project, visibility, expected):
    shared = image(visibility=visibility, members={"b": Member("b", "pending", 0.0, 0.0)})
    assert allowed(rule, Caller("u", project, roles), shared) is expected


def verdicts(lifecycle, names):
    return [lifecycle.why_killed(name) for name in names]


def test_the_next_uploads_take_one_kill_each():
    lifecycle = Lifecycle()
    lifecycle.kill_next("first", count=2)
    lifecycle.kill_next("second")
    assert verdicts(lifecycle, "xxxx") == ["first", "first", "second", None]


def test_every_upload_counts_for_every_nth():
    lifecycle = Lifecycle()
    lifecycle.kill_nth(1, "first")
    lifecycle.kill_nth(3, "third")
    assert verdicts(lifecycle, "xxxx") == ["first", None, "third", None]


def test_kills_of_different_kinds_do_not_hide_uploads_from_each_other():
    lifecycle = Lifecycle()
    lifecycle.kill_next("next")
    lifecycle.kill_nth(2, "second")
    assert verdicts(lifecycle, "xxx") == ["next", "second", None]
    lifecycle.reset()
    lifecycle.kill_named("b", "named")
    lifecycle.kill_nth(2, "second")
    assert verdicts(lifecycle, "bxxb") == ["named", "second", None, "named"]


@pytest.mark.parametrize("order", [
    lambda kill: kill.kill_nth(0), lambda kill: kill.kill_nth(1, 5), lambda kill: kill.kill_next(5),
    lambda kill: kill.kill_next(count=0), lambda kill: kill.kill_named(""),
    lambda kill: kill.kill_named(None),
])
def test_orders_that_cannot_be(order):
    with pytest.raises(UsageError):
        order(Lifecycle())


def test_a_misspelt_setting_is_an_error():
    with pytest.raises(AttributeError):
        Lifecycle().savng = "30s"


def test_the_clock_stays_where_it_is_when_it_cannot_be_advanced():
    clock = Clock()
    before = clock.now()
    with pytest.raises(UsageError, match="year 9999"):
        clock.advance(1e12)
    assert clock.now() - before < 1000


def test_a_triple_names_user_project_and_roles():
    caller = Tokens("triple").identify("u:p:Member,reader", 0.0)
    assert (caller.user_id, caller.project_id, caller.roles) == ("u", "p", ("member", "reader"))


@pytest.mark.parametrize("token", ["u", "u:p", ":p:member", "u:p:member:more"])
def test_a_token_that_is_no_triple_is_refused(token):
    with pytest.raises(Refused):
        Tokens("triple").identify(token, 0.0)


@pytest.mark.parametrize(("owner", "project", "granted", "expected"), [
    ("p", "e1", None, True), ("p", "e1", {"e1"}, True), ("p", "e2", {"e1"}, False),
    ("p", None, {"e1"}, False), ("p", None, {"0"}, True), ("p", "", {"0"}, True),
    ("p", "e1", set(), False), ("other", "e2", {"e1"}, True), (None, "e2", {"e1"}, True),
])
def test_enterprise_projects_leave_out_images_of_ones_own(owner, project, granted, expected):
    caller = Caller("u", "p", ("member",),
                    enterprise_projects=None if granted is None else frozenset(granted))
    image = Image(id="i", owner=owner, created_at=0.0, updated_at=0.0, sequence=1,
                  visibility="public")
    if project is not None:
        image.properties["enterprise_project_id"] = project
    assert (is_granted(caller, image), is_visible(caller, image)) == (expected, expected)


@pytest.mark.parametrize(("project", "granted", "held"), [
    ("e1", None, True), ("e1", {"e1"}, True), ("e2", {"e1"}, False), (None, {"e1"}, False),
    (None, {"0"}, True), ("", {"0"}, True),
])
def test_what_may_be_put_into_an_enterprise_project(project, granted, held):
    caller = Caller("u", "p", ("member",),
                    enterprise_projects=None if granted is None else frozenset(granted))
    with nullcontext() if held else pytest.raises(Refused):
        require_project(caller, project)
