"""The files that ``serve`` writes: whose they are, who may read them, who removes them."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import COMMAND, DEADLINE, command, line_of, wait_for

from fake_ims import FakeIMS, UsageError
from fake_ims.server import realtime

OPTIONS = ("--ready-file", "--clouds-yaml")
ENDED = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"],
                       capture_output=True, text=True, check=True).stdout.strip()
posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX files")


def refused(*arguments: str) -> str:
    run = subprocess.run([*COMMAND, "serve", *arguments], capture_output=True, text=True,
                         timeout=60)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.count("\n") == 1
    return run.stderr


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """Where the file is to be; nothing else is left beside it."""
    yield tmp_path / "file"
    assert {name.name for name in tmp_path.iterdir()} <= {"file", "other"}


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("text", ["my thesis\n", "{}", "", "\xff\0"])
def test_a_file_of_somebody_else_stays(path: Path, option: str, text: str) -> None:
    path.write_text(text, encoding="latin-1")
    assert f"{str(path)!r}: it exists and was not written by fake-ims" in refused(option, str(path))
    assert path.read_text(encoding="latin-1") == text


@posix
@pytest.mark.parametrize("option", OPTIONS)
def test_what_is_no_regular_file_stays(path: Path, option: str) -> None:
    other = path.with_name("other")
    other.write_text("mine")
    for make in (lambda: path.symlink_to(other), lambda: path.symlink_to("nowhere"),
                 lambda: os.mkfifo(path), path.mkdir):
        make()
        before = os.lstat(path)
        assert "it exists and is not a regular file" in refused(option, str(path))
        assert os.lstat(path).st_ino == before.st_ino
        path.rmdir() if path.is_dir() else path.unlink()
    assert other.read_text() == "mine"


@pytest.mark.parametrize("option", OPTIONS)
def test_a_place_where_nothing_can_be_written(path: Path, option: str) -> None:
    for place in (path / "no" / "file", Path(__file__) / "file"):
        assert "cannot write " in refused(option, str(place))


@posix
def test_only_the_owner_may_read_them(tmp_path: Path) -> None:
    ready, clouds = tmp_path / "ready", tmp_path / "clouds.yaml"
    with command("serve", "--quiet", "--ready-file", str(ready), "--clouds-yaml", str(clouds),
                 preexec_fn=lambda: os.umask(0)) as process:
        wait_for(ready)
        assert [stat.S_IMODE(file.stat().st_mode) for file in (ready, clouds)] == [0o600, 0o600]
        process.terminate()
        assert process.wait(DEADLINE) == 0
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("option", OPTIONS)
def test_a_start_that_fails_leaves_the_file_of_a_running_server(path: Path, option: str) -> None:
    with command("serve", "--quiet", option, str(path)) as running:
        url = line_of(running.stdout).rpartition(" ")[2]
        before = path.read_text()
        assert "is in use" in refused("--port", url.rpartition(":")[2], option, str(path))
        assert path.read_text() == before
        running.terminate()
        assert running.wait(DEADLINE) == 0
    assert not path.exists()


@pytest.mark.parametrize("option", OPTIONS)
def test_a_server_that_ends_leaves_the_file_of_its_successor(path: Path, option: str) -> None:
    with command("serve", "--quiet", option, str(path)) as old:
        line_of(old.stdout)
        with command("serve", "--quiet", option, str(path)) as new:
            url = line_of(new.stdout).rpartition(" ")[2]
            old.terminate()
            assert old.wait(DEADLINE) == 0
            assert url in path.read_text()
            new.terminate()
            assert new.wait(DEADLINE) == 0
    assert not path.exists()


@pytest.mark.parametrize("option", OPTIONS)
def test_a_server_that_ends_leaves_what_somebody_else_has_put_there(
    path: Path, option: str
) -> None:
    with command("serve", "--quiet", option, str(path)) as process:
        line_of(process.stdout)
        path.write_text("my thesis\n")
        process.terminate()
        assert process.communicate(timeout=DEADLINE) == ("", "")
        assert process.returncode == 0
    assert path.read_text() == "my thesis\n"


@posix
@pytest.mark.parametrize("option", OPTIONS)
def test_the_file_of_a_killed_server_is_not_believed(path: Path, option: str) -> None:
    with command("serve", "--quiet", option, str(path)) as process:
        url = line_of(process.stdout).rpartition(" ")[2]
        process.send_signal(signal.SIGKILL)
        process.wait(DEADLINE)
    assert url in path.read_text()
    assert "256.0.0.1" in refused("--host", "256.0.0.1", option, str(path))
    assert not path.exists()


def test_the_file_appears_in_one_piece(tmp_path: Path) -> None:
    """Who looks all the time sees no file, or all of it."""
    ready = tmp_path / "ready"
    with command("serve", "--quiet", "--ready-file", str(ready)) as process:
        deadline = realtime.monotonic() + DEADLINE
        while not ready.exists():
            assert realtime.monotonic() < deadline
        assert json.loads(ready.read_text())["pid"] == process.pid


@posix
def test_python_writes_the_same_kind_of_file(fake_ims: FakeIMS, tmp_path: Path) -> None:
    path = tmp_path / "clouds.yaml"
    path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="is not a regular file"):
        fake_ims.clouds_yaml(path)
    path.unlink()
    fake_ims.clouds_yaml(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["clouds.yaml"]
