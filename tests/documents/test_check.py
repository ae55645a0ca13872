"""What is wrong with a document: every problem, at its place."""

from __future__ import annotations

import re

import pytest

from fake_ims.documents import schemas
from fake_ims.documents.check import Schema, check, dotted, expected
from fake_ims.documents.schemas import table


@pytest.mark.parametrize(("document", "schema", "texts"), [
    (1, {"type": "integer"}, []),
    (1.0, {"type": "integer"}, []),
    (1.5, {"type": "integer"}, ["1.5 is not an integer"]),
    (True, {"type": "integer"}, ["True is not an integer"]),
    (True, {"type": "boolean"}, []),
    (None, {"type": ["string", "null"]}, []),
    (0, {"type": "integer", "minimum": 1}, ["0 is too small; the minimum is 1"]),
    (3, {"type": "number", "maximum": 2}, ["3 is too large; the maximum is 2"]),
    ("", {"type": "string", "minLength": 1}, ["the string must not be empty"]),
    ("abc", {"type": "string", "maxLength": 2}, ["the string has 3 characters; the maximum is 2"]),
    ("x", {"type": "string", "pattern": "^a"}, ["'x' is not a string that matches ^a"]),
    ("otx", {"enum": ["otc", "openstack"]}, ["unknown value 'otx'; did you mean 'otc'?"]),
    (3, {"enum": [1, 2]}, ["3 is not one of 1, 2"]),
    ({"a": 1, "bb": 2}, table({"b": {"type": "integer"}}, required=("b",)),
     ["the key 'b' is missing", "a: unknown key 'a'; known: b",
      "bb: unknown key 'bb'; did you mean 'b'?"]),
    ({"x": 1}, table({}, others={"type": "string"}), ["x: 1 is not a string"]),
    ([1, "a", {}], {"type": "array", "items": {"type": "integer"}},
     ["[1]: 'a' is not an integer", "[2]: {} is not an integer"]),
    ([], {"type": "array", "minItems": 1}, ["the list has 0 items; the minimum is 1"]),
    ([1, 2], {"type": "array", "maxItems": 1}, ["the list has 2 items; the maximum is 1"]),
    (1, {"anyOf": [{"type": "string"}, {"type": "boolean"}]},
     ["1 is not a string or true or false"]),
    ({"b": "x"}, {"anyOf": [{"type": "string"}, table({"b": {"type": "integer"}})]},
     ["b: 'x' is not an integer"]),
])
def test_problems(document: object, schema: Schema, texts: list[str]) -> None:
    assert [str(one) for one in check(document, schema)] == texts


def test_references_lead_to_definitions() -> None:
    schema: Schema = {"$ref": "#/$defs/n", "$defs": {"n": {"type": "integer"}}}
    assert check(1, schema) == []
    assert [str(one) for one in check("a", schema)] == ["'a' is not an integer"]


def test_paths_and_words() -> None:
    assert dotted(("faults", 0, "status")) == "faults[0].status"
    assert expected({"title": "a thing", "type": "string"}) == "a thing"
    assert len(check("x" * 500, {"type": "integer"})[0].text) < 100


@pytest.mark.parametrize(("schema", "good", "bad"), [
    (schemas.DURATION, [0, 1.5, "90", "90s", "1h30m", "500ms", " 2d "], [-1, "", "soon", "s", []]),
    (schemas.DUE, [0, "30s", "polls(3)", "by hand", "by_hand", "by-hand"], ["polls(0)", "hand"]),
    (schemas.DATA, ["", {"base64": "aGk="}, {"zeros": 3}], [1, {}, {"zeros": -1}, {"base64": 3}]),
])
def test_forms_that_many_share(schema: Schema, good: list[object], bad: list[object]) -> None:
    assert [one for one in good if check(one, schema)] == []
    assert [one for one in bad if not check(one, schema)] == []


def test_the_world_is_described_from_its_records() -> None:
    known = schemas.world()["properties"]
    assert {"servers", "disks", "backups", "vaults", "keys", "buckets", "quota"} <= set(known)
    some_id = "877a2cda-ba63-4e1e-b95f-e67e48b6129a"
    assert not check({"servers": [{"id": some_id, "data_disks": [some_id], "vault_id": "v"}]},
                     schemas.world())
    (problem,) = check({"servers": [{"stats": "x"}]}, schemas.world())
    assert re.search("did you mean 'status'", problem.text)


def test_attributes_of_either_profile_are_taken() -> None:
    assert not check({"name": "a", "disk_format": "iso", "os_hidden": True, "__os_type": "Linux"},
                     schemas.image())
    assert check({"name": "a", "disk_format": "floppy"}, schemas.image())
    assert check({"__os_type": 3}, schemas.image())
