"""``fake-ims ctl``, ``check`` and ``schema``: what they print and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fake_ims import FakeIMS
from fake_ims.cli import main as cli
from fake_ims.control.routes import ROUTES
from fake_ims.scenario.schema import schema


@pytest.fixture(autouse=True)
def _fake(fake_ims: FakeIMS, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_IMS_URL", fake_ims.url)
    monkeypatch.delenv("FAKE_IMS_CONTROL_TOKEN", raising=False)


def test_without_an_operation_it_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ctl"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [route.id for route in ROUTES]


def test_values_are_json_or_texts(fake_ims: FakeIMS, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ctl", "faults.add", "operation=images.list", "status=503",
                     'response_headers={"X-A": "b"}']) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["settings"] == {"operation": "images.list", "status": 503,
                                "response_headers": {"X-A": "b"}}
    assert cli.main(["ctl", "images.add", "name=a b", "min_ram=7", "__os_type=Linux"]) == 0
    image = fake_ims.images.named("a b")
    assert (image["min_ram"], image["__os_type"]) == (7, "Linux")
    capsys.readouterr()
    assert cli.main(["ctl", "images.delete", "image=a b"]) == 0
    assert capsys.readouterr().out == ""
    assert len(fake_ims.images) == 0


def test_queries_and_files(
    fake_ims: FakeIMS, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "s.toml").write_text('[[images]]\nname = "a"')
    assert cli.main(["ctl", "scenario.play", f"toml=@{tmp_path / 's.toml'}"]) == 0
    fake_ims.faults.add("images.list", status=503)
    capsys.readouterr()
    assert cli.main(["ctl", "faults", "unused=true"]) == 0
    assert len(json.loads(capsys.readouterr().out)["faults"]) == 1


@pytest.mark.parametrize(("arguments", "status", "words"), [
    (["faults.ad"], 2, "did you mean 'faults.add'?"),
    (["faults.list"], 2, "did you mean 'faults'?"),
    (["faults.add", "operation"], 2, "write NAME=VALUE"),
    (["faults.add", "status=503", "status=500"], 2, "status= is given twice"),
    (["faults.add", "staus=503"], 2, "did you mean 'status'?"),
    (["faults.remove"], 2, "faults.remove requires the argument number="),
    (["faults.remove", "number=9"], 1, "fault 9 does not exist"),
    (["faults.add", "operation=images.lst", "status=503"], 1, "did you mean 'images.list'?"),
    (["faults.add", "status=5"], 1, "status: 5 is too small; the minimum is 400"),
    (["scenario.play", "toml=@/no/such/file"], 2, "cannot read the file of toml=@/no/such/file"),
    (["--url", "127.0.0.1", "state"], 2, "is not a URL"),
    (["--url", "http://127.0.0.1:1", "state"], 2, "cannot reach a fake at http://127.0.0.1:1/"),
    (["--url", "http://127.0.0.1:1", "--ready-file", "x", "state"], 2, "not both"),
    (["--ready-file", "/no/such", "state"], 2, "cannot read the ready file /no/such"),
])
def test_what_is_wrong_is_said(
    arguments: list[str], status: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["ctl", *arguments]) == status
    captured = capsys.readouterr()
    assert words in captured.err
    assert captured.out == ""


def test_which_fake(
    fake_ims_factory: object, capsys: pytest.CaptureFixture[str], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake: FakeIMS = fake_ims_factory(control_token="t")  # type: ignore[operator]
    ready = tmp_path / "ready.json"
    ready.write_text(json.dumps({"url": fake.url}))
    monkeypatch.delenv("FAKE_IMS_URL")
    assert cli.main(["ctl", "state"]) == 2
    assert "the URL of the fake is missing" in capsys.readouterr().err
    assert cli.main(["ctl", "--ready-file", str(ready), "state"]) == 1
    assert "the control token is missing or wrong" in capsys.readouterr().err
    assert cli.main(["ctl", "--ready-file", str(ready), "--control-token", "t", "state"]) == 0
    monkeypatch.setenv("FAKE_IMS_CONTROL_TOKEN", "t")
    assert cli.main(["ctl", "--url", fake.url, "state"]) == 0


def test_check_and_schema(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text('name = "a"')
    bad.write_text("nam = 1\n\nsteps = 3")
    assert cli.main(["check", str(good), str(bad)]) == 1
    captured = capsys.readouterr()
    assert captured.out == f"{good}: ok\n"
    assert captured.err.splitlines() == [
        f"{bad}:1: nam: unknown key 'nam'; did you mean 'name'?",
        f"{bad}:3: steps: 3 is not a list"]
    assert cli.main(["check", str(good)]) == 0
    capsys.readouterr()
    assert cli.main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out) == schema()
