"""A scenario that the check calls good can be played; one that cannot be changes nothing."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from fake_ims import FakeIMS
from fake_ims.cli import main as cli
from fake_ims.errors import FakeImsError
from fake_ims.scenario import load

ID = "877a2cda-ba63-4e1e-b95f-e67e48b6129a"
KILLED = [{"name": "bad", "status": "killed"}]
TWINS = [{"name": "twin"}, {"name": "twin"}]

# What no fake can play, and the key that the error names.
UNPLAYABLE: list[tuple[dict[str, Any], str]] = [
    ({"delete": ["nosuch"]}, "delete[0]"),
    ({"activate": ["nosuch"]}, "activate[0]"),
    ({"kill": [{"image": "nosuch"}]}, "kill[0].image"),
    ({"change": [{"image": "nosuch", "name": "x"}]}, "change[0].image"),
    ({"images": [{"name": "a"}], "delete": ["a", "a"]}, "delete[1]"),
    ({"images": KILLED, "activate": ["bad"]}, "activate[0]"),
    ({"images": TWINS, "activate": ["twin"]}, "activate[0]"),
    ({"images": [{"id": ID}], "change": [{"image": ID, "status": "queued", "min_ram": -1}]},
     "change[0]"),
    ({"steps": [{"delete": ["nosuch"]}]}, "steps[0].delete[0]"),
    ({"steps": [{"after": 0, "kill": [{"image": "no"}]}]}, "steps[0].kill[0]"),
    ({"steps": [{"job": {"succeed": True}}]}, "steps[0].job"),
    ({"steps": [{"faults": [{"name": "down", "status": 503}], "clear": ["down"]}]},
     "steps[0].clear[0]"),
    ({"steps": [{"tenants": [{"project_id": "p2"}]},
                {"when": {"times": 1}, "revoke": ["p3"]}]}, "steps[1].revoke[0]"),
    ({"steps": [{"expect": [{"operation": "images.list"}]}]}, "steps[0].expect[0]"),
    ({"expect": [{"times": 1, "at_most": 2}]}, "expect[0]"),
    ({"expect": [{"at_least": 3, "at_most": 2}]}, "expect[0]"),
    ({"steps": [{"when": {"times": 1}, "expect": [{"at_least": 3, "at_most": 2}]}]},
     "steps[0].expect[0]"),
    ({"steps": [{"when": {"times": 1}, "change": [{"image": "a", "min_ram": -1}]}]},
     "steps[0].change[0]"),
    ({"settings": {"saving": "polls(9999999)"}}, "settings"),
    ({"advance": "36500d", "steps": [{"advance": "36500d"} for _ in range(80)]}, "steps[7"),
]


@pytest.mark.parametrize(("document", "key"), UNPLAYABLE)
@pytest.mark.parametrize("profile", ["otc", "openstack"])
def test_what_cannot_be_played_is_refused_and_nothing_is_reset(
    fake_ims_factory: Any, document: dict[str, Any], key: str, profile: str
) -> None:
    fake = fake_ims_factory(profile=profile)
    fake.images.add(name="stands")
    with pytest.raises(FakeImsError) as refused:
        fake.load(document)
    assert key in str(refused.value)
    status, answer = _post(fake, {"scenario": document})
    assert status == 400
    assert any(one["path"].startswith(key.split("[")[0]) for one in answer["error"]["problems"])
    assert [image.name for image in fake.images] == ["stands"]
    assert fake.scenario is None


def test_an_image_that_a_client_may_make_is_no_problem(fake_ims: FakeIMS) -> None:
    later = {"delete": ["a"], "kill": [{"image": "b"}], "activate": ["c"],
             "change": [{"image": "d", "min_ram": 7}], "job": {"succeed": True}}
    for condition in ({"when": {"operation": "images.create"}}, {"after": "1s"}):
        fake_ims.load({"steps": [{**condition}, later]})
    # It may also have made another of an image that is here.
    fake_ims.load({"images": KILLED, "steps": [{"when": {"times": 1}, "activate": ["bad"]}]})
    fake_ims.load({"images": TWINS, "steps": [{"when": {"times": 1}, "activate": ["twin"]}]})


def test_it_is_tried_on_a_fake_with_the_same_settings(fake_ims_factory: Any) -> None:
    document = {"images": [{"name": "a", "visibility": "private", "members": ["p2"]}]}
    fake_ims_factory(profile="otc").load(document)
    fake = fake_ims_factory(profile="openstack")
    fake.images.add(name="stands")
    with pytest.raises(FakeImsError, match="a private image cannot have members"):
        fake.load(document)
    with pytest.raises(FakeImsError, match="a private image cannot have members"):
        fake.play(load(document, FakeIMS))
    assert [image.name for image in fake.images] == ["stands"]
    fake.load(document, profile="otc")


def test_one_mistake_brings_no_others(fake_ims: FakeIMS) -> None:
    with pytest.raises(FakeImsError) as refused:
        fake_ims.load({"images": [{"name": "a", "min_ram": -1}], "delete": ["a"]})
    assert len(str(refused.value).splitlines()) == 1


NINES = "9" * 5000


@pytest.mark.parametrize(("name", "text", "words"), [
    ("a.json", "[" * 100_000, ":1: invalid JSON: lists and mappings are nested"),
    ("a.json", '{"a":' * 100_000 + "1" + "}" * 100_000, ":1: invalid JSON: lists and mappings"),
    ("a.json", '{"images":' + "[" * 900 + "]" * 900 + "}", ":1: images: lists and mappings"),
    ("a.json", '{"settings":\n{"seed":' + NINES + "}}", ":2: invalid JSON: an integer has too"),
    ("a.toml", "[settings]\nseed = " + NINES, ":2: invalid TOML: an integer has too many digits"),
    ("a.toml", "a = " + "[" * 3000 + "]" * 3000, "lists and mappings are nested"),
    ("a.toml", "a = " + "{a=" * 3000 + "1" + "}" * 3000, "lists and mappings are nested"),
    ("a.toml", ".".join(["a"] * 3000) + " = 1", "lists and mappings are nested"),
    ("a.toml", "[" + ".".join(["a"] * 3000) + "]\nx = 1", "lists and mappings are nested"),
    ("a.toml", f"[settings]\nsaving = 'polls({NINES})'", ":1: settings: saving: polls("),
    ("a.toml", "[[images]]\nself = '/v2/images/x'", ":2: images[0].self: 'self' cannot be set"),
    ("a.toml", "name = 'a'\n[[images]]\ncreated_at = nan", ":3: images[0].created_at: nan is not"),
    ("a.toml", "advance = inf", ":1: advance: inf is not a finite number"),
    ("a.toml", "advance = 1e300", ":1: advance: a duration must be at most 100 years"),
    ("a.json", '{"images":[{"data":"\\ud800"}]}', ":1: images[0].data: '\\ud800' has the lone"),
    ("a.json", '{"images":[{"\\ud800":"x"}]}', ":1: images[0].\\ud800: the key is not valid"),
    ("a.json", '{"advance": 1' + "0" * 400 + "}", ":1: advance: an integer of 1329 bits"),
    ("a.json", '{"images":[{"created_at": 1e18}]}', ":1: images[0].created_at: created_at: "),
    ("a.json", '{"settings":{"seed":"\\udfff"}}', ":1: settings.seed: '\\udfff' has the lone"),
])
def test_a_malformed_file_has_a_line(
    name: str, text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / name
    file.write_text(text)
    assert cli.main(["check", str(file)]) == 1
    captured = capsys.readouterr()
    assert captured.err.startswith(f"{file}:")
    assert words in captured.err
    assert captured.out == ""


def test_a_whole_number_may_be_written_as_1_0(fake_ims: FakeIMS) -> None:
    fake_ims.load({"images": [{"name": "a", "data": {"zeros": 10.0}}]})
    assert fake_ims.images.named("a").size == 10


@pytest.mark.parametrize("document", [{1: "a"}, {"images": [{2: "x"}]}])
def test_a_document_from_python_has_keys_that_are_strings(
    fake_ims: FakeIMS, document: Any
) -> None:
    with pytest.raises(FakeImsError, match="is not a string"):
        fake_ims.load(document)


def test_a_document_that_contains_itself(fake_ims: FakeIMS) -> None:
    document: dict[str, Any] = {}
    document["images"] = [document]
    with pytest.raises(FakeImsError, match="nested more than"):
        fake_ims.load(document)


def _post(fake: FakeIMS, body: object) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(urlsplit(fake.url).netloc, timeout=30)
    try:
        connection.request("POST", "/_fake_ims/scenario", json.dumps(body),
                           {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


@pytest.mark.parametrize("step", [{}, {"when": {"operation": "images.list"}}])
def test_a_step_after_a_time_that_is_too_long_is_named(step: dict[str, object]) -> None:
    with FakeIMS() as fake, pytest.raises(FakeImsError, match=r"steps\[0\]\.after: a dur"):
        fake.load({"steps": [{**step, "after": "9" * 400}]})
