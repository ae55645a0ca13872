"""An environment with a proxy: nothing that is meant for a fake goes there."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import aiohttp
import httpx
import pytest
import requests
from serving import COMMAND, DEADLINE, command, line_of, wait_for

from fake_ims import FakeIMS, UsageError
from fake_ims.cli import main as cli
from fake_ims.fake.proxies import in_the_way

# Whoever asks it meets a closed port.
PROXY = "http://127.0.0.1:1"
VARIABLES = ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
OURS = ["127.0.0.1", "localhost", "::1"]


@pytest.fixture(autouse=True)
def _proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.setenv(name, PROXY)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


def test_ctl_and_demo(fake_ims: FakeIMS, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ctl", "--url", fake_ims.url, "--control-token", "t", "state"]) == 0
    assert fake_ims.url in capsys.readouterr().out
    done = subprocess.run([*COMMAND, "demo"], capture_output=True, text=True, timeout=60,
                          check=False)
    assert (done.returncode, done.stderr) == (0, "")


def ask_with_every_client(url: str) -> None:
    # urlopen() keeps the proxies of its first call for later tests.
    with urllib.request.build_opener().open(f"{url}/v3", timeout=DEADLINE) as answer:
        assert answer.status == 200
    assert requests.get(f"{url}/v3", timeout=DEADLINE).status_code == 200
    assert httpx.get(f"{url}/v3", timeout=DEADLINE).status_code == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2"])
def test_the_variables_lead_past_it(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeIMS(host=host) as fake:
        with pytest.raises(OSError, match="refused"):
            ask_with_every_client(fake.url)
        for name, value in fake.env().items():
            monkeypatch.setenv(name, value)
        ask_with_every_client(fake.url)
        assert host in fake.env()["NO_PROXY"].split(",")


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_the_variables_lead_past_it_with_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/clients.md says that only urllib needs more than the variables."""
    try:
        fake = FakeIMS(host="::1").start()
    except UsageError:
        pytest.skip("this machine has no ::1")
    try:
        for name, value in fake.env().items():
            monkeypatch.setenv(name, value)
        assert requests.get(f"{fake.url}/v3", timeout=DEADLINE).status_code == 200
        assert httpx.get(f"{fake.url}/v3", timeout=DEADLINE).status_code == 200
        assert asyncio.run(ask_with_aiohttp(f"{fake.url}/v3")) == 200
        assert in_the_way(fake.url)
    finally:
        fake.stop()


async def ask_with_aiohttp(url: str) -> int:
    async with aiohttp.ClientSession(trust_env=True) as session, session.get(url) as answer:
        return answer.status


def test_what_the_user_has_is_kept(monkeypatch: pytest.MonkeyPatch, fake_ims: FakeIMS) -> None:
    monkeypatch.setenv("NO_PROXY", "corp.example, 10.0.0.1,localhost")
    monkeypatch.setenv("no_proxy", "other.example")
    env = fake_ims.env()
    assert env["no_proxy"] == env["NO_PROXY"] == (
        "corp.example,10.0.0.1,localhost,other.example,127.0.0.1,::1")
    monkeypatch.setenv("no_proxy", "*")
    assert fake_ims.env()["no_proxy"] == fake_ims.env()["NO_PROXY"] == "*"


def test_the_fixture_is_undone(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    pytester.makepyfile("""
        import os

        def test_set(fake_ims, fake_ims_env):
            assert os.environ["NO_PROXY"] == "corp.example,127.0.0.1,localhost,::1"
            assert os.environ["no_proxy"] == os.environ["NO_PROXY"] == fake_ims_env["NO_PROXY"]

        def test_undone():
            assert os.environ["NO_PROXY"] == "corp.example"
            assert "no_proxy" not in os.environ
    """)
    monkeypatch.setenv("NO_PROXY", "corp.example")
    pytester.runpytest_subprocess("-p", "no:randomly").assert_outcomes(passed=2)


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
def test_the_lines_of_print_env(tmp_path: Path) -> None:
    script = f"""
        eval "$({' '.join(COMMAND)} serve --print-env &)"
        {sys.executable} -c 'import urllib.request as u; u.urlopen("'$OS_AUTH_URL'")' || exit 3
        kill "$FAKE_IMS_PID"
        echo "$NO_PROXY" "$no_proxy"
    """
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=60,
                          env={**os.environ, "no_proxy": "corp.example"}, check=False)
    expected = ",".join(["corp.example", *OURS])
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{expected} {expected}\n", "")


@pytest.mark.parametrize("proxied", [True, False])
def test_serve_says_what_clients_need(
    tmp_path: Path, proxied: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not proxied:
        monkeypatch.setenv("no_proxy", "127.0.0.1")
    with command("serve", "--ready-file", str(tmp_path / "ready")) as process:
        wait_for(tmp_path / "ready")
        lines = [line_of(process.stdout) for _ in range(5)]
        assert all(("--noproxy" in line) is proxied for line in lines[2:])
        if proxied:
            assert line_of(process.stdout).startswith("The environment sets a proxy")
            assert line_of(process.stdout).strip() == (
                "export NO_PROXY=127.0.0.1,localhost,::1 no_proxy=127.0.0.1,localhost,::1")
        process.terminate()
        assert process.communicate(timeout=DEADLINE) == ("", "")
