"""A keyword that resembles an attribute of an image is hardly meant as a free property."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from fake_ims import FakeIMS, UsageError


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeIMS]:
    with FakeIMS() as one:
        yield one


MISSES = [("nam", "name"), ("Name", "name"), ("tag", "tags"), ("visiblity", "visibility"),
          ("min_dsk", "min_disk"), ("member", "members"), ("proprties", "properties"),
          ("statu", "status"), ("create_at", "created_at")]


@pytest.mark.parametrize(("given", "meant"), MISSES)
def test_a_near_miss_is_refused(fake: FakeIMS, given: str, meant: str) -> None:
    count = len(fake.images)
    with pytest.raises(UsageError, match=f"unknown attribute '{given}'; did you mean '{meant}'"):
        fake.images.add(**{given: "x"})  # type: ignore[misc]
    assert len(fake.images) == count
    image = fake.images.add(name="a")
    with pytest.raises(UsageError, match=f"did you mean '{meant}'"):
        image.set(**{given: "x"})  # type: ignore[misc]
    assert given not in image.attributes


@pytest.mark.parametrize("name", ["hw_disk_bus", "os_distro", "os_type", "architecture",
                                  "os_version", "kernel_id", "mine", "__mine",
                                  "user_id", "min_cpu", "image_type", "version"])
def test_what_resembles_no_attribute_stays_free(fake: FakeIMS, name: str) -> None:
    image = fake.images.add(**{name: "x"})  # type: ignore[misc]
    assert image[name] == "x"


def test_properties_may_have_any_name(fake: FakeIMS) -> None:
    image = fake.images.add(name="a", properties={"nam": "x", "__os_version": "CentOS 7.0 64bit"})
    assert image["nam"] == "x"
    assert image["__os_version"] == "CentOS 7.0 64bit"
    image.set(properties={"nam": "y", "properties": "z"})
    assert (image["nam"], image["properties"]) == ("y", "z")
    shown = requests.get(f"{fake.url}/v2/images/{image.id}", headers=fake.headers, timeout=20)
    assert shown.json()["nam"] == "y"


@pytest.mark.parametrize(("properties", "text"), [
    ({"name": "x"}, "'name' is an attribute, not a property; write name=…"),
    ({"mine": 3}, "property 'mine' must be a string, not 3"),
    ({3: "x"}, "the name of a property must be a non-empty string, not 3"),
    (["mine"], "properties must be a mapping of names to strings"),
])
def test_properties_that_cannot_be(fake: FakeIMS, properties: object, text: str) -> None:
    with pytest.raises(UsageError, match=text):
        fake.images.add(properties=properties)  # type: ignore[typeddict-item]


def test_a_keyword_that_python_has_changed(fake: FakeIMS) -> None:
    # What Python makes of the keyword __os_version inside of a class of tests.
    with pytest.raises(UsageError, match=r"write properties=\{'__os_version': …\}"):
        fake.images.add(**{"_TestIt__os_version": "x"})  # type: ignore[misc]


def test_the_same_in_a_scenario(fake: FakeIMS) -> None:
    with pytest.raises(UsageError, match=r"images\[0\].nam: unknown attribute 'nam'; did you mean"):
        fake.load({"images": [{"nam": "x"}]})
    fake.load({"images": [{"name": "a", "properties": {"nam": "x"}}]})
    assert fake.images.named("a")["nam"] == "x"


def test_the_same_over_the_control_api(fake: FakeIMS) -> None:
    url = f"{fake.url}/_fake_ims/images"
    refused = requests.post(url, json={"nam": "x"}, timeout=20)
    assert refused.status_code == 400
    assert "did you mean 'name'" in refused.text
    made = requests.post(url, json={"name": "b", "properties": {"nam": "x"}}, timeout=20)
    assert made.status_code == 200, made.text
    changed = requests.patch(f"{url}/{made.json()['id']}", json={"statu": "x"}, timeout=20)
    assert changed.status_code == 400
    assert "did you mean 'status'" in changed.text
