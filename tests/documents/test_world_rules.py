"""The schemas of documents, the records of the world and the wire accept the same values."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from fake_ims import UsageError
from fake_ims.contract.model import Parameter
from fake_ims.contract.parameters.common import IMAGE_URL
from fake_ims.documents import schemas
from fake_ims.documents.apply import change_world
from fake_ims.documents.check import check
from fake_ims.domain.ims.reading import read
from fake_ims.domain.refusal import ImsError
from fake_ims.domain.world import SHELVES, Bucket, StoredObject, World
from fake_ims.domain.world.outages import Account
from fake_ims.domain.world.rules import rules

UUID = "877a2cda-ba63-4e1e-b95f-e67e48b6129a"
TEXTS = ("", " ", "x", "0", "00", "b01", "B01", "a.b-c", "ab", "-ab", "a b", "a/b", "a/", "/",
         "a\n", "ä", "a" * 63, "a" * 64, "a/" + "a" * 128, "a" * 129, UUID, UUID.upper(), UUID[:-1],
         f"{UUID}\n", f" {UUID}", UUID.replace("-", ""))
OTHERS: tuple[Any, ...] = (0, 1, 5, -1, 1.0, 1.5, 10**12, True, False, None, [], ["x"], [UUID],
                           [""], [1], [None], {}, {"a": 1})
# In Python, None is how to leave these out; in a document it is not.
LEFT_OUT = {*((shelf, "id") for shelf in SHELVES), ("object", "size"), ("object", "format")}
KINDS = {**SHELVES, "buckets": Bucket, "account": Account, "object": StoredObject}


def choices(kind: type) -> list[str]:
    """Every value of every enumeration of a record, and two misspelt ones of each."""
    found = [choice for rule in rules(kind).values() for choice in rule.schema.get("enum", ())]
    return [text for choice in found if choice for text in (choice, choice.swapcase(), choice[1:])]


FIELDS = [(shelf, field) for shelf, kind in KINDS.items() for field in rules(kind)]


def document(shelf: str, field: str, value: Any) -> Any:
    """A world that has this value in this field."""
    if shelf == "account":
        return {shelf: {field: value}}
    if shelf == "object":
        return {"buckets": [{"name": "b01", "objects": [{"name": "a", field: value}]}]}
    least = {"name": "b01"} if shelf == "buckets" else {}
    return {shelf: [{**least, field: value}]}


def refused(given: dict[str, Any]) -> str:
    """Why a new world refuses a document; empty if it takes it."""
    try:
        change_world(World("eu-de", 10), given)
    except UsageError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(("shelf", "field"), FIELDS, ids=map(".".join, FIELDS))
def test_a_record_accepts_what_its_schema_accepts(shelf: str, field: str) -> None:
    accepted = 0
    for value in (*TEXTS, *OTHERS, *choices(KINDS[shelf])):
        if value is None and (shelf, field) in LEFT_OUT:
            continue
        given = document(shelf, field, value)
        problems, refusal = check(given, schemas.world()), refused(given)
        assert bool(problems) is bool(refusal), (value, problems, refusal)
        accepted += not problems
    assert accepted


@pytest.mark.parametrize("field", ["known_only", "quota", "max_jobs", "has_kms"])
def test_so_does_the_world(field: str) -> None:
    for value in (*TEXTS, *OTHERS):
        given = {field: value}
        assert bool(check(given, schemas.world())) is bool(refused(given)), value


def test_every_field_has_a_rule() -> None:
    kept_apart = {"objects", "data"}
    for name, kind in KINDS.items():
        assert list(rules(kind)) == [field.name for field in dataclasses.fields(kind)
                                     if field.name not in kept_apart], name
    known = schemas.world()["properties"]
    assert set(known) == {*SHELVES, "buckets", "account", "outages", "known_only", "quota",
                          "max_jobs", "has_kms", "urls", "failing_stores"}


def on_the_wire(parameter: Parameter, value: Any) -> bool:
    """Whether a request can name this value."""
    try:
        read((parameter,), {parameter.name: value})
    except ImsError:
        return False
    return True


WIRED = [(shelf, rules(kind)["id"].says.wire) for shelf, kind in SHELVES.items()
         if shelf != "remote_images"]


@pytest.mark.parametrize(("shelf", "parameter"), WIRED, ids=[shelf for shelf, _ in WIRED])
def test_a_record_has_an_id_that_a_request_can_name(
    shelf: str, parameter: Parameter | None
) -> None:
    assert parameter is not None
    for value in TEXTS:
        if value:  # an empty text is as good as none, or names nothing
            assert bool(refused({shelf: [{"id": value}]})) is not on_the_wire(parameter, value)


def test_a_bucket_and_an_object_have_names_that_a_request_can_name() -> None:
    for value in TEXTS:
        bucket = {"buckets": [{"name": value}]}
        assert bool(refused(bucket)) is not on_the_wire(IMAGE_URL, f"{value}:a"), value
        stored = {"buckets": [{"name": "b01", "objects": [{"name": value}]}]}
        assert bool(refused(stored)) is not on_the_wire(IMAGE_URL, f"b01:{value}"), value


def test_records_of_one_document_can_refer_to_each_other_in_any_order() -> None:
    other = UUID.replace("8", "9")
    given = {"known_only": True, "disks": [{"id": UUID, "server_id": other}],
             "servers": [{"id": other, "vault_id": "v"}], "vaults": [{"id": "v"}]}
    assert not check(given, schemas.world())
    world = World("eu-de", 10)
    world.known_only = True
    change_world(world, given)
    assert world.servers[other].data_disks == [UUID]
    with pytest.raises(UsageError, match="refers to vault w, which does not exist"):
        change_world(world, {"servers": [{"vault_id": "w"}]})
    assert world.known_only


@pytest.mark.parametrize("bad", [
    {"remote_images": [{"id": UUID}, {"id": UUID}]}, {"servers": [{"data_disks": [UUID, UUID]}]},
    {"known_only": True, "servers": [{"vault_id": "w"}]}, {"buckets": [{"name": "b01"}] * 2},
    {"servers": [{"status": "asleep"}]},
])
def test_a_document_that_is_refused_changes_nothing(bad: dict[str, Any]) -> None:
    world = World("eu-de", 10)
    world.disks.add(id=UUID)
    with pytest.raises(UsageError):
        change_world(world, {"quota": 5, "buckets": [{"name": "b02"}], "outages": ["OBS"],
                             "account": {"has_balance": False}, "vaults": [{"id": "v"}], **bad})
    assert (world.quota, len(world.buckets), list(world.outages)) == (10, 0, [])
    assert (len(world.vaults), len(world.servers), len(world.remote_images)) == (0, 0, 0)
    assert world.account.has_balance
    assert not world.known_only
    assert world.disks[UUID].server_id is None
