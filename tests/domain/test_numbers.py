"""What is a number in a text that a client sends."""

from __future__ import annotations

import pytest
from wire import Wire

from fake_ims import FakeIMS
from fake_ims.domain.numbers import HUGE, bounded, is_whole, whole


@pytest.mark.parametrize(("text", "number"), [
    ("0", 0), ("007", 7), ("9" * 18, HUGE - 1), ("9" * 19, None), ("", None), ("-1", None),
    ("1.5", None), ("²", None), ("٣", None), (" 1", None), ("9" * 5000, None),
])
def test_a_whole_number(text: str, number: int | None) -> None:
    assert whole(text) == number
    assert is_whole(text) is (number is not None or text.startswith("9"))


def test_a_huge_number_is_bounded() -> None:
    assert [bounded(text) for text in ("12", "9" * 5000)] == [12, HUGE]


@pytest.mark.fake_ims(profile="openstack", glance={
    "show_multiple_locations": True, "enabled_backends": {"file": "file", "web": "http"}})
@pytest.mark.parametrize("position", ["²", "٣", "9" * 5000])
def test_a_position_of_a_location_that_is_no_number(
    wire: Wire, fake_ims: FakeIMS, position: str
) -> None:
    image = fake_ims.images.add(name="a", data=b"x")
    wire = wire.caller(fake_ims.tenant("ops", roles=("admin",)))  # only they remove locations
    place = {"url": "http://example.org/a", "metadata": {}}
    path = f"/locations/{position}"
    status = 200 if position.startswith("9") else 400  # a huge one is behind all others
    assert wire.patch(image.id, {"op": "add", "path": path, "value": place}).status == status
    wire.patch(image.id, {"op": "add", "path": "/locations/-", "value": {
        **place, "url": "http://example.org/b"}})
    assert wire.patch(image.id, {"op": "remove", "path": path}).status == 400
