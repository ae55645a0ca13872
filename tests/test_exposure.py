"""A fake that other machines can reach says so."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import warnings

import pytest
from serving import DEADLINE, command, line_of

from fake_ims import ExposedWarning, FakeIMS


def can_listen(host: str) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as sock:
            sock.bind((host, 0))
    except OSError:
        return False
    return True


HOSTS = [host for host in ("0.0.0.0", "::") if can_listen(host)]
LOCAL = [host for host in ("127.0.0.1", "127.1.2.3", "localhost", "::1")
         if host == "localhost" or can_listen(host)]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("options", [("--quiet",), (), ("--print-env",)])
def test_serve_says_it_always(host: str, options: tuple[str, ...]) -> None:
    with command("serve", "--host", host, *options) as process:
        text = line_of(process.stderr)
        assert text.startswith(f"fake-ims: warning: the fake listens on {host}: everybody in the "
                               "network can reach it, and its control API too.")
        assert "--control-token TOKEN or --no-control" in text
        process.terminate()
        assert process.communicate(timeout=DEADLINE)[1] == ""
        assert process.returncode == 0


@pytest.mark.parametrize("options", [("--no-control",), ("--control-token", "t")])
def test_a_guarded_control_api_is_not_mentioned(options: tuple[str, ...]) -> None:
    with command("serve", "--quiet", "--host", "0.0.0.0", *options) as process:
        text = line_of(process.stderr)
        assert "everybody in the network can reach it. Use --host 127.0.0.1" in text
        assert "control" not in text


@pytest.mark.parametrize("host", LOCAL)
def test_an_address_of_this_machine_needs_no_words(host: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with FakeIMS(host=host):
            pass
    with command("serve", "--quiet", "--host", host) as process:
        line_of(process.stdout)
        process.terminate()
        assert process.communicate(timeout=DEADLINE)[1] == ""


@pytest.mark.parametrize("host", HOSTS)
def test_python_warns_where_the_fake_is_started(host: str) -> None:
    async def in_loop() -> None:
        async with FakeIMS(host=host):
            pass

    def use_all_ways() -> None:
        with FakeIMS(host=host):
            pass
        FakeIMS(host=host).start().stop()
        asyncio.run(in_loop())

    with pytest.warns(ExposedWarning, match="control_token= or control=False") as seen:
        use_all_ways()
    assert [one.filename for one in seen] == [__file__] * 3
    with pytest.warns(ExposedWarning) as seen, FakeIMS(host=host, control=False):
        pass
    assert "control" not in str(seen[0].message)


def test_a_warning_that_is_an_error_leaves_nothing_behind() -> None:
    threads, descriptors = threading.active_count(), len(os.listdir("/dev/fd"))
    fake = FakeIMS(host="0.0.0.0")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ExposedWarning):
            fake.start()
    assert not fake.running
    assert (threading.active_count(), len(os.listdir("/dev/fd"))) == (threads, descriptors)
    with pytest.warns(ExposedWarning), fake:
        assert fake.url.startswith("http://127.0.0.1:")
