"""Runs a command as a process of its own, and leaves nothing of it behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from ..errors import UsageError
from ..server.realtime import monotonic

_SHORTEST, _LONGEST = 0.001, 0.02  # real seconds between two looks at the process
_GRACE = 1.0  # real seconds that it may use to end itself
_MOST = 4 * 1024 * 1024  # bytes of its output that are read


@dataclass(frozen=True)
class Ended:
    """A command that has ended.

    Attributes:
        status: its exit status; below 0 the signal that ended it; None if we ended it.
        output: what it wrote to standard output.
        errors: what it wrote to standard error.
        seconds: how long it ran.
    """

    status: int | None
    output: str
    errors: str
    seconds: float


def run(
    command: Sequence[str], env: Mapping[str, str], ends: Callable[[], bool]
) -> Ended:
    """Run a command until it ends. Then end what is left of its process group.

    Args:
        command: the command with its arguments.
        env: its environment.
        ends: asked all the time; returns whether to end the command.

    Raises:
        UsageError: the command does not exist, or cannot be started.
    """
    # Files, not pipes: a child that it leaves behind would hold a pipe open.
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = monotonic()
        process = _start(command, env, output, errors)
        try:
            ended = _wait(process, ends)
        finally:
            _end(process)
        seconds = monotonic() - started
        return Ended(process.returncode if ended else None, _read(output), _read(errors), seconds)


def _start(
    command: Sequence[str], env: Mapping[str, str], output: IO[bytes], errors: IO[bytes]
) -> subprocess.Popen[bytes]:
    try:
        if sys.platform == "win32":
            return subprocess.Popen(
                command, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=errors,
                creationflags=subprocess.CREATE_NEW_PROCESS_GROUP)
        return subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=output,
                                stderr=errors, start_new_session=True)
    except FileNotFoundError:
        raise UsageError(f"cannot find the command {command[0]!r}; write its path, or 'sh -c "
                         "\"...\"' for a line of the shell") from None
    except OSError as error:
        raise UsageError(f"cannot start the command {command[0]!r}: {error.strerror}") from None


def _wait(process: subprocess.Popen[bytes], ends: Callable[[], bool]) -> bool:
    """Return whether the process ended by itself."""
    pause = _SHORTEST
    while process.poll() is None:
        if ends():
            return False
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST)
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_GRACE)
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read(file: IO[bytes]) -> str:
    """Return the text of a file; of a long one, its end."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _MOST))
    return file.read().decode("utf-8", "replace").replace("\r\n", "\n")
