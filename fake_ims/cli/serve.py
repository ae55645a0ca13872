"""``fake-ims serve``: runs the fake as a standalone server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shlex
import signal
import sys
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, cast

from ..errors import UsageError
from ..fake import client_config as configuration
from ..fake.fake_ims import FakeIMS
from ..version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..contract.model import Profile
    from ..domain.callers import AuthMode
    from ..journal import Exchange
    from ..scenario import ScenarioDocument

_UNPRINTABLE = re.compile(r"[^ -~\u00a0-\ud7ff\ue000-\U0010ffff]")
_RED, _YELLOW, _GREEN, _PLAIN = "\x1b[31m", "\x1b[33m", "\x1b[32m", "\x1b[0m"


def serve(
    *,
    profile: str,
    auth: str,
    saving: str,
    deleting: str,
    jobs: str,
    region: str,
    seed: str,
    scenario: str | None,
    control: bool,
    control_token: str | None,
    host: str,
    port: int,
    ready_file: str | None,
    clouds_yaml: str | None,
    print_env: bool,
    quiet: bool,
) -> None:
    """Run the fake until SIGINT or SIGTERM.

    Args:
        profile, auth, saving, deleting, jobs, region, seed, host, port, control, control_token:
            the same as the arguments of ``FakeIMS``.
        scenario: scenario file to play; its settings override the others.
        ready_file: JSON file to write when the fake is ready, with ``url``, ``token``,
            ``project_id``, ``pid`` and the credentials of the default user. It is removed at exit.
        clouds_yaml: ``clouds.yaml`` to write before the ready file. It is removed at exit.
        print_env: print only shell commands, then close standard output. So
            ``eval "$(fake-ims serve --print-env &)"`` returns when the fake is ready.
        quiet: print only the URL; do not log requests.

    Raises:
        UsageError: a setting is wrong, or a file cannot be written.
        PortTakenError: the port is in use.
    """
    fake = FakeIMS(profile=cast("Profile", profile), auth=cast("AuthMode", auth), saving=saving,
                   deleting=deleting, jobs=jobs, region=region, seed=seed, host=host, port=port,
                   control=control, control_token=control_token)
    played: ScenarioDocument | None = None
    if scenario is not None:
        from ..scenario import load

        played = load(scenario, FakeIMS)
    with contextlib.suppress(KeyboardInterrupt):  # where no signal handler can be installed
        asyncio.run(_serve(fake, played, ready_file, clouds_yaml, print_env, quiet))


async def _serve(
    fake: FakeIMS, scenario: ScenarioDocument | None, ready_file: str | None,
    clouds_yaml: str | None, print_env: bool, quiet: bool
) -> None:
    voice = _Voice()
    if not quiet and not print_env:
        fake.requests.listener = voice.tell
    if ready_file is not None:
        _remove(ready_file)  # left by a killed server; a reader must not take it for this one
    if clouds_yaml is not None:
        configuration.check_clouds(clouds_yaml).unlink(missing_ok=True)
    written: list[str] = []
    ended = asyncio.Event()
    _on_signals(ended.set)
    async with fake:
        if scenario is not None:
            fake.play(scenario)
        try:
            if clouds_yaml is not None:
                fake.clouds_yaml(clouds_yaml)
                written.append(clouds_yaml)
            if ready_file is not None:
                _write(ready_file, fake)
                written.append(ready_file)
            if print_env:
                for line in configuration.shell_lines(fake, fake.project_id):
                    voice.say(line)
                voice.close()
            voice.say(f"fake-ims {__version__} (profile {fake.profile}, auth {fake.auth}) "
                      f"listening on {fake.url}")
            if not quiet:
                voice.say("Press Ctrl-C to stop. To try it, paste these commands:")
                for line in _examples(fake):
                    voice.say(f"  {line}")
            await ended.wait()
            for complaint in fake.scenario.complaints() if fake.scenario else ():
                print(f"fake-ims: {complaint}", file=sys.stderr)
        finally:
            for path in written:
                _remove(path)
    _no_more_signals()


def _on_signals(end: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, end)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(end))


def _no_more_signals() -> None:
    """Ignore signals from here on: a handler that runs while the loop closes would write to a
    closed descriptor."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows
            loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_IGN)


def _examples(fake: FakeIMS) -> list[str]:
    """Return three curl commands: create an image, upload its data, list images."""
    image_id = str(uuid.uuid4())
    images = f"{fake.url}/v2/images"
    body = {"id": image_id, "name": "my-first-image", "disk_format": "raw",
            "container_format": "bare"}
    token = ["curl", "-H", f"X-Auth-Token: {fake.lasting_token}"]
    return [
        shlex.join([*token, "-H", "Content-Type: application/json",
                    "-d", json.dumps(body), images]),
        shlex.join([*token, "-H", "Content-Type: application/octet-stream",
                    "-X", "PUT", "-d", "the bytes of a disk", f"{images}/{image_id}/file"]),
        shlex.join([*token, images]),
    ]


class _Voice:
    """Prints lines at once, coloured on a terminal, until the reader closes the pipe."""

    def __init__(self) -> None:
        self._heard = sys.stdout is not None  # None under pythonw, or after >&-
        self.coloured = self._heard and sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def say(self, line: str) -> None:
        """Print one line."""
        if not self._heard:
            return
        encoding = sys.stdout.encoding or "utf-8"
        text = line.encode(encoding, "backslashreplace").decode(encoding)
        try:
            print(text, flush=True)
        except (OSError, ValueError):  # the other end of a pipe has gone, or stdout is closed
            self.close()

    def close(self) -> None:
        """Stop printing, and close standard output for its reader."""
        if not self._heard:
            return
        self._heard = False
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def tell(self, exchange: Exchange) -> None:
        """Print the log line of an exchange: one request and its response."""
        moment = datetime.fromtimestamp(exchange.started_at).strftime("%H:%M:%S")
        # Control characters sent by a client must not reach the terminal.
        line = _UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], exchange.line())
        if self.coloured:
            line = f"{_colour(exchange)}{line}{_PLAIN}"
        self.say(f"{moment} {line}")


def _colour(exchange: Exchange) -> str:
    if exchange.faults or not 0 < exchange.status < 500:
        return _RED
    return _YELLOW if exchange.status >= 400 else _GREEN


def _write(path: str, fake: FakeIMS) -> None:
    """Write the ready file atomically."""
    text = json.dumps({
        "url": fake.url, "token": fake.lasting_token, "project_id": fake.project_id,
        "pid": os.getpid(),
        "auth_url": fake.auth_url, "region": fake.region, "username": fake.username,
        "password": fake.password, "project_name": fake.project_name,
        "user_domain_name": fake.user_domain_name, "access_key": fake.access_key,
        "secret_key": fake.secret_key,
    })
    draft = f"{path}.{os.getpid()}.tmp"
    try:
        with open(draft, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        os.replace(draft, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        raise UsageError(f"cannot write the ready file {path!r}: {error.strerror}") from None


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise UsageError(f"cannot write the ready file {path!r}: {error.strerror}") from None
