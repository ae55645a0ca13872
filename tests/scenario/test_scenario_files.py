"""Scenario files: checked whole before anything is done; then a fake as they have it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from wire import Wire

from fake_ims import FakeIMS, UsageError

GOOD = """
name = "flaky create"
[settings]
saving = "30s"
[[tenants]]
project_id = "p2"
roles = ["reader"]
[[images]]
name = "base"
data = {zeros = 100}
members = ["p2"]
[world]
known_only = true
quota = 3
[[world.servers]]
id = "877a2cda-ba63-4e1e-b95f-e67e48b6129a"
status = "ACTIVE"
[[world.buckets]]
name = "b01"
objects = [{name = "x.qcow2", size = 100}]
[[kill_nth]]
nth = 2
[[job_failures]]
error_code = "IMG.0057"
[[faults]]
name = "busy"
operation = "images.create"
status = 503
times = 2
"""


def write(folder: Path, text: str, name: str = "s.toml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_fake_as_the_file_has_it(fake_ims: FakeIMS, wire: Wire, tmp_path: Path) -> None:
    script = fake_ims.load(write(tmp_path, GOOD))
    assert fake_ims.scenario is script
    assert str(fake_ims.lifecycle.saving) == "30s"
    image = fake_ims.images.named("base")
    assert (image.data, image.members) == (bytes(100), {"p2": "pending"})
    assert fake_ims.world.known_only
    assert fake_ims.world.quota == 3
    assert fake_ims.world.servers["877a2cda-ba63-4e1e-b95f-e67e48b6129a"].status == "ACTIVE"
    assert fake_ims.world.buckets["b01"].objects["x.qcow2"].size == 100
    assert script.tenants["p2"].roles == ("reader",)
    wire = Wire(fake_ims.url, fake_ims.headers)
    assert [wire.post("/v2/images", {"name": "x"}).status for _ in range(3)] == [503, 503, 201]
    script.check()


def test_json_says_the_same(fake_ims: FakeIMS, tmp_path: Path) -> None:
    document = {"settings": {"profile": "openstack"}, "images": [{"name": "a"}]}
    fake_ims.load(write(tmp_path, json.dumps(document), "s.json"))
    assert fake_ims.profile == "openstack"
    assert [image.name for image in fake_ims.images] == ["a"]
    fake_ims.load(document)
    assert len(fake_ims.images) == 1


def test_settings_of_the_call_go_before_those_of_the_file(
    fake_ims: FakeIMS, tmp_path: Path
) -> None:
    fake_ims.load(write(tmp_path, GOOD), saving="1m", auth="issued")
    assert (str(fake_ims.lifecycle.saving), fake_ims.auth) == ("60s", "issued")
    fake_ims.reset()
    assert fake_ims.scenario is None
    assert (str(fake_ims.lifecycle.saving), len(fake_ims.images)) == ("0s", 0)


BAD = """\
name = ""
[settings]
saving = "soon"
profil = "otc"
[[images]]
name = "base"
status = "activ"
[[faults]]
operation = "images.create"
staus = 503
[[steps]]
wen = {operation = "images.list"}
"""
WRONG = """\
[[images]]
name = "base"
min_disk = 99999999
[[images]]
name = "a"
id = "11111111-1111-4111-8111-111111111111"
[[images]]
name = "b"
id = "11111111-1111-4111-8111-111111111111"
[[faults]]
operation = "images.creat"
status = 503
[[faults]]
operation = "images.create"
retry_after = 3
[[kill_nth]]
next = 1
nth = 2
[[steps]]
when = {operation = "imges.*"}
expect = [
  {method = "GETT"},
]
revoke = ["p9"]
clear = ["storm"]
[[expect]]
path = "/v2/nothing/{id}"
"""


@pytest.mark.parametrize(("text", "lines"), [
    (BAD, [
        (1, "name: the string must not be empty"),
        (3, "settings.saving: 'soon' is not a duration such as '30s'"),
        (4, "settings.profil: unknown key 'profil'; did you mean 'profile'?"),
        (7, "images[0].status: unknown value 'activ'; did you mean 'active'?"),
        (10, "faults[0].staus: unknown key 'staus'; did you mean 'status'?"),
        (12, "steps[0].wen: unknown key 'wen'; did you mean 'when'?"),
    ]),
    (WRONG, [
        (1, "images[0]: IMG.0055"),
        (9, "images[2].id: image 11111111-1111-4111-8111-111111111111 already exists"),
        (11, "faults[0].operation: unknown operation 'images.creat'; did you mean"),
        (15, "faults[1].retry_after: retry_after= requires"),
        (17, "kill_nth[0].next: unknown key 'next'"),
        (20, "steps[0].when.operation: unknown operation 'imges.*'"),
        (21, "steps[0].expect[0].method: unknown value 'GETT'; did you mean 'GET'?"),
        (27, "expect[0].path: unknown path template"),
    ]),
])
def test_every_problem_is_told_at_its_place_and_nothing_is_done(
    fake_ims: FakeIMS, tmp_path: Path, text: str, lines: list[tuple[int, str]]
) -> None:
    stands = fake_ims.load({"images": [{"name": "what stood before"}]})
    path = write(tmp_path, text)
    with pytest.raises(UsageError) as refused:
        fake_ims.load(path)
    told = str(refused.value).splitlines()
    assert len(told) == len(lines), told
    for line, (number, words) in zip(told, lines, strict=True):
        assert line.startswith(f"{path}:{number}: {words}")
    assert fake_ims.scenario is stands
    assert [image.name for image in fake_ims.images] == ["what stood before"]


@pytest.mark.parametrize("document", [
    {"steps": 3}, {"steps": [3, {"expect": [{"times": 0, "x": 1}, 3], "kill": "a"}]},
    {"world": {"buckets": ["a", {"name": 3}], "servers": "x", "nothing": 1}},
    {"images": [3, {"data": {"zeros": -1, "base64": 3}}], "faults": "x", "settings": []},
    {"faults": [{"status": "x", "times": "y", "operation": 3}], "x": 1, "y": 2},
])
def test_whatever_is_wrong_is_told_as_such(fake_ims: FakeIMS, document: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="scenario:1: "):
        fake_ims.load(document)


def test_names_that_there_are_not(fake_ims: FakeIMS, tmp_path: Path) -> None:
    path = write(tmp_path, '[[steps]]\nrevoke = ["p9"]\nclear = ["storm"]\n')
    with pytest.raises(UsageError) as refused:
        fake_ims.load(path)
    assert str(refused.value).splitlines() == [
        f"{path}:2: steps[0].revoke[0]: unknown tenant 'p9'; none exist",
        f"{path}:3: steps[0].clear[0]: unknown fault 'storm'; none exist"]


def test_settings_that_contradict_are_told_too(fake_ims: FakeIMS) -> None:
    with pytest.raises(UsageError, match="region must be a name"):
        fake_ims.load({"settings": {"region": "é"}})
