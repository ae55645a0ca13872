"""``fake-ims faults``: everything that can be said of a fault."""

from __future__ import annotations

import json

import pytest

from fake_ims.cli.main import main
from fake_ims.faults.plan import plan
from fake_ims.faults.registry import SETTINGS
from fake_ims.faults.weather import WEATHER


def test_the_table_has_every_setting_and_every_weather(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["faults"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 100
    begins = [line.split()[0] for line in lines if line and not line.startswith(" ")]
    for name in (*SETTINGS, *WEATHER):
        assert begins.count(name) == 1, name
    for row in WEATHER.values():
        for settings in row.faults:
            assert sum(line.strip() == f"- {plan(settings)}" for line in lines) >= 1


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["faults", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {row["name"]: row["schema"] for row in document["settings"]} == {
        name: json.loads(json.dumps(setting.schema)) for name, setting in SETTINGS.items()}
    assert {row["role"] for row in document["settings"]} == {"match", "schedule", "effect"}
    assert {row["name"]: [one["settings"] for one in row["faults"]]
            for row in document["weather"]} == {
        name: [dict(one) for one in row.faults] for name, row in WEATHER.items()}
