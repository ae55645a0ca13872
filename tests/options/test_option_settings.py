"""Options of Glance: how they are written, checked, listed and kept."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from doc_examples import DOCS, examples, run

import fake_ims
from fake_ims import FakeIMS, UsageError
from fake_ims.cli.main import main
from fake_ims.contract.options import OPTIONS, Options, defaults


def test_each_row_is_an_attribute_and_each_attribute_a_row() -> None:
    assert [row.name for row in OPTIONS] == [field.name for field in fields(Options)]
    for profile in ("otc", "openstack"):
        FakeIMS(profile=profile, glance={  # type: ignore[arg-type]
            row.name: row.default(profile) for row in OPTIONS  # type: ignore[arg-type]
            if profile in row.profiles and row.name != "default_backend"})


def _read() -> set[str]:
    """The attributes of options that the code reads, outside of the modules that hold them."""
    root = Path(fake_ims.__file__).parent
    holders = {root / "contract" / "options.py", root / "profiles" / "options.py"}
    return {node.attr for path in root.rglob("*.py") if path not in holders
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute)}


def test_each_option_is_read_and_has_a_test_of_what_it_does() -> None:
    read = _read()
    # The stores are read through the property of that name.
    unread = [row.name for row in OPTIONS if row.name not in read | {"enabled_backends"}]
    assert unread == []
    assert "stores" in read
    text = (Path(__file__).parent / "test_option_effects.py").read_text(encoding="utf-8")
    named = re.findall(r'^@option\("(\w+)"', text, re.MULTILINE)
    assert sorted(named) == sorted(row.name for row in OPTIONS), (
        "write one test for each option in test_option_effects.py, marked @option(NAME, …)")


@pytest.mark.parametrize(("glance", "text"), [
    ({"image_tag_qota": 3}, "unknown option of Glance 'image_tag_qota'; did you mean "
                            "'image_tag_quota'?"),
    ({3: 3}, "unknown option of Glance 3; "),
    ({"image_tag_quota": "3"}, "image_tag_quota must be an integer up to 2147483647, not '3'"),
    ({"image_tag_quota": True}, "image_tag_quota must be an integer up to 2147483647, not True"),
    ({"api_limit_max": 0}, "api_limit_max must be an integer from 1 to 2147483647, not 0"),
    ({"delayed_delete": "true"}, "delayed_delete must be True or False, not 'true'"),
    ({"hashing_algorithm": "sha-256"}, "unknown hashing_algorithm 'sha-256'; did you mean "
                                       "'sha256'?"),
    ({"default_backend": 3}, "default_backend must be a string such as 'fast', not 3"),
    ({"default_backend": "fast"}, "default_backend: unknown store 'fast'; known: file"),
    ({"enabled_backends": ["a:file"], "default_backend": "b"},
     "default_backend: unknown store 'b'; known: a"),
    ({"enabled_backends": "a:file"}, "enabled_backends must be a list such as ['fast:file', "
                                     "'slow:rbd'], not 'a:file'"),
    ({"enabled_backends": ["a"]}, "enabled_backends must be a list of ID:TYPE such as "
                                  "['fast:file', 'slow:rbd'], not of 'a'"),
    ({"enabled_backends": [3]}, "enabled_backends must be a list of strings such as "),
    ({"enabled_backends": ["a:rdb"]}, "unknown type of store 'a': 'rdb'; did you mean 'rbd'?"),
    ({"enabled_backends": ["a:file", "a:rbd"]}, "two stores with the id 'a'"),
    ({"enabled_backends": ["os_glance_x:file"]}, "Glance reserves ids that begin with"),
    ({"enabled_import_methods": ["web-downlod"]}, "did you mean 'web-download'?"),
    ({"enabled_import_methods": ["web-download"] * 2}, "names an item twice"),
    (3, "glance must be a mapping of Glance's options to values, such as "),
    ("image_tag_quota", "write NAME=VALUE, such as image_tag_quota=10, not 'image_tag_quota'"),
    ("image_tag_quota=1; image_tag_quota=2", "image_tag_quota is given twice"),
    ("image_tag_quota=ten", "image_tag_quota must be an integer up to 2147483647, not 'ten'"),
    ("image_tag_quotas=1", "did you mean 'image_tag_quota'?"),
])
def test_a_mistake_is_refused_with_what_to_write(glance: Any, text: str) -> None:
    with pytest.raises(UsageError) as refused:
        FakeIMS(profile="openstack", glance=glance)
    assert text in str(refused.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(UsageError, match=r"api_limit_max must be .*; .*did you mean") as refused:
        FakeIMS(auth="none", glance={"api_limit_max": 0, "image_tag_qota": 1})  # type: ignore[arg-type]
    assert "unknown auth mode" in str(refused.value)


@pytest.mark.parametrize("row", [row for row in OPTIONS if len(row.profiles) == 1],
                         ids=lambda row: row.name)
def test_an_option_without_effect_in_the_profile_is_refused(row: Any) -> None:
    with pytest.raises(UsageError, match=f"{row.name} makes no difference in profile 'otc'; it "
                                         "needs profile='openstack'"):
        FakeIMS(glance={row.name: row.openstack})


@pytest.mark.parametrize("text", [
    "enabled_backends=fast:file, slow:rbd; image_tag_quota=-1; delayed_delete=Yes",
    "\n enabled_backends = fast:file,slow:rbd\n\nimage_tag_quota = -1\ndelayed_delete=on\n",
])
def test_the_text_of_ini_files_is_the_same(text: str) -> None:
    there = FakeIMS(profile="openstack", glance=text).glance
    assert there == FakeIMS(profile="openstack", glance={
        "enabled_backends": {"fast": "file", "slow": "rbd"}, "image_tag_quota": -1,
        "delayed_delete": True}).glance
    assert there["enabled_backends"] == ("fast:file", "slow:rbd")
    assert there["default_backend"] == "fast"


def test_a_reset_keeps_them_and_can_replace_them() -> None:
    with FakeIMS(profile="openstack", glance={"image_tag_quota": 3}) as fake:
        assert fake.glance["image_tag_quota"] == 3
        fake.reset()
        assert fake.glance["image_tag_quota"] == 3
        fake.reset(glance={"api_limit_max": 7})
        assert (fake.glance["image_tag_quota"], fake.glance["api_limit_max"]) == (128, 7)
        with pytest.raises(UsageError, match="did you mean 'api_limit_max'"):
            fake.reset(glance={"api_limit": 7})
        assert fake.glance["api_limit_max"] == 7
        fake.reset()
        assert fake.glance["image_tag_quota"] == 3
        fake.reset(glance={})
        assert fake.glance["image_tag_quota"] == 128


def test_the_profile_that_has_none_keeps_its_defaults() -> None:
    assert FakeIMS().peek(lambda service: service.profile.options) == defaults("otc")
    assert "enabled_backends" not in FakeIMS().glance


def test_the_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["options"]) == 0
    text = capsys.readouterr().out
    assert main(["options", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == [row.name for row in OPTIONS]
    for row in OPTIONS:
        assert re.search(rf"^{row.name} ", text, re.MULTILINE)
        assert " ".join(row.says.split()) in " ".join(text.split())


@pytest.mark.parametrize("code", examples("options.md"))
def test_the_examples_of_the_page_run(code: str) -> None:
    run("options.md", code)


def test_the_table_of_the_page_is_current() -> None:
    spec = importlib.util.spec_from_file_location("make_options", DOCS / "make_options.py")
    assert spec is not None
    assert spec.loader is not None
    make_options = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_options)
    assert make_options.text() == make_options.TARGET.read_text(encoding="utf-8"), (
        "run: python docs/make_options.py")
