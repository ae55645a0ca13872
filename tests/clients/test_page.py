"""``docs/clients.md``: each of its blocks does what it says."""

from __future__ import annotations

import asyncio
import inspect
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "clients.md"
BLOCK = re.compile(r"^## (?P<title>[^\n]+)$|^```(?P<kind>python|sh)\n(?P<code>.*?)^```$",
                   re.M | re.S)


def blocks() -> dict[str, tuple[str, str]]:
    """Kind and code of each block, by the heading above it and its number there."""
    found: dict[str, tuple[str, str]] = {}
    title, number = "", 0
    for match in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        if match["title"]:
            title, number = match["title"], 0
        else:
            number += 1
            found[f"{title} {number}"] = match["kind"], match["code"]
    return found


BLOCKS = blocks()
FIXTURES = ("fake_ims", "fake_ims_env", "tmp_path", "monkeypatch")


def test_the_page_has_every_client() -> None:
    assert len(BLOCKS) >= 12
    for client in ("openstacksdk", "python-openstackclient", "python-glanceclient",
                   "otcextensions", "huaweicloudsdkims", "aiohttp, httpx, requests"):
        assert f"{client} 1" in BLOCKS


@pytest.mark.parametrize("name", [name for name, (kind, _) in BLOCKS.items() if kind == "python"])
def test_python(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    space: dict[str, object] = {}
    monkeypatch = request.getfixturevalue("monkeypatch")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if "otcextensions" in name:
        request.getfixturevalue("otcextensions_undone")
    if "python-openstackclient" in name:
        pytest.importorskip("openstackclient")
    try:
        exec(compile(BLOCKS[name][1], f"{PAGE.name}: {name}", "exec"), space)
    except ModuleNotFoundError as missing:
        pytest.skip(f"{missing.name} is not installed")
    (test,) = (value for key, value in space.items()
               if key.startswith("test_") and inspect.isfunction(value))
    result = test(**{parameter: request.getfixturevalue(parameter)
                     for parameter in inspect.signature(test).parameters})
    if inspect.iscoroutine(result):
        asyncio.run(result)


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
@pytest.mark.parametrize("name", [name for name, (kind, _) in BLOCKS.items() if kind == "sh"])
def test_shell(name: str, tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    code = BLOCKS[name][1]
    for command in ("fake-ims", "openstack", "glance"):
        if re.search(rf"\b{command} ", code) and shutil.which(command, path=path) is None:
            pytest.skip(f"{command} is not installed")
    ended = "trap 'kill $FAKE_IMS_PID 2>/dev/null' EXIT\n"  # also if a command fails
    run = subprocess.run(["sh", "-ec", ended + code], cwd=tmp_path, env=os.environ | {"PATH": path},
                         capture_output=True, text=True, timeout=60)
    assert "rror" not in run.stderr, run.stderr
    if "image create" in code:
        assert "| active |" in run.stdout
