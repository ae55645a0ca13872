"""The sentences of our validator are those of ``jsonschema``, which Glance hands on."""

from __future__ import annotations

import pytest

from fake_ims.contract.schema import image_properties
from fake_ims.contract.validation import Mismatch, check, is_type

PROPERTIES = image_properties("openstack")


def reason(document):
    with pytest.raises(Mismatch) as caught:
        check(document, PROPERTIES)
    return caught.value.reason


def test_a_wrong_type_shows_schema_and_instance():
    assert reason({"min_ram": "x"}) == (
        "'x' is not of type 'integer'\n\n"
        "Failed validating 'type' in schema['properties']['min_ram']:\n"
        "    {'type': 'integer',\n"
        "     'description': 'Amount of ram (in MB) required to boot image.'}\n\n"
        "On instance['min_ram']:\n    'x'")


def test_a_property_that_is_no_string_is_named_by_the_rule_for_further_ones():
    assert reason({"colour": 5}).startswith(
        "5 is not of type 'string'\n\nFailed validating 'type' in "
        "schema['additionalProperties']:")


def test_of_several_mismatches_the_last_by_name_is_named():
    assert "On instance['zoo']" in reason({"min_ram": "x", "zoo": 3, "abc": 4})


def test_of_one_attribute_and_its_item_the_attribute_is_named():
    assert "On instance['name']" in reason({"name": 3, "tags": [1]})


def test_of_several_wrong_items_the_last_is_named():
    said = reason({"tags": ["a", 1, 2]})
    assert "in schema['properties']['tags']['items']:" in said
    assert "On instance['tags'][2]" in said


@pytest.mark.parametrize("value", [1, 1.0, 0, -3])
def test_whole_numbers_are_integers(value):
    check({"min_ram": value}, PROPERTIES)


@pytest.mark.parametrize(("value", "expected"), [
    (1, True), (1.5, True), (True, False), ("1", False), (None, False)])
def test_what_is_a_number(value, expected):
    assert is_type(value, "number") is expected


@pytest.mark.parametrize("value", [True, 1.5, "1", None])
def test_these_are_not(value):
    assert "is not of type 'integer'" in reason({"min_ram": value})
