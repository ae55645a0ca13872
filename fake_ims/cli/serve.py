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
import warnings
from datetime import datetime
from typing import TYPE_CHECKING, cast

from ..errors import ExposedWarning
from ..fake import client_config as configuration
from ..fake import exposure
from ..fake.fake_ims import FakeIMS
from ..fake.proxies import in_the_way
from ..version import __version__
from . import ready

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..contract.model import Profile
    from ..domain.callers import AuthMode
    from ..fake.own_file import OwnFile
    from ..journal import Exchange
    from ..scenario import ScenarioDocument
    from .outlet import Outlet

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
    glance: str,
    prefix: str,
    endpoint: str,
    regions: str,
    scenario: str | None,
    control: bool,
    control_token: str | None,
    allowed_hosts: list[str],
    host: str,
    port: int,
    ready_file: str | None,
    clouds_yaml: str | None,
    print_env: bool,
    quiet: bool,
    keep_exchanges: int,
    keep_bytes: int,
    keep_total: int,
    out: Outlet,
) -> None:
    """Run the fake until SIGINT or SIGTERM.

    Args:
        profile, auth, saving, deleting, jobs, region, seed, glance, prefix, endpoint, regions,
            host, port, control, control_token, allowed_hosts, keep_exchanges, keep_bytes,
            keep_total: the same as the arguments of ``FakeIMS``.
        scenario: scenario file to play; its settings override the others.
        ready_file: JSON file to write when the fake is ready, with ``url``, ``token``,
            ``project_id``, ``pid`` and the credentials of the default user. It is removed at exit.
        clouds_yaml: ``clouds.yaml`` to write before the ready file. It is removed at exit.
        print_env: print only shell commands, then close standard output. So
            ``eval "$(fake-ims serve --print-env &)"`` returns when the fake is ready.
        quiet: print only the URL; do not log requests.
        out: standard output.

    Raises:
        UsageError: a setting is wrong, or a file cannot be written.
        PortTakenError: the port is in use.
    """
    fake = FakeIMS(profile=cast("Profile", profile), auth=cast("AuthMode", auth), saving=saving,
                   deleting=deleting, jobs=jobs, region=region, seed=seed,
                   glance=glance, prefix=prefix, endpoint=endpoint, regions=regions,
                   host=host, port=port, control=control,
                   control_token=control_token, allowed_hosts=allowed_hosts,
                   keep_exchanges=keep_exchanges, keep_bytes=keep_bytes, keep_total=keep_total)
    played: ScenarioDocument | None = None
    if scenario is not None:
        from ..scenario import load

        played = load(scenario, fake.twin)
    files: list[tuple[OwnFile, Callable[[], str]]] = []
    if clouds_yaml is not None:
        files.append((configuration.clouds_file(clouds_yaml),
                      lambda: configuration.clouds(fake)))
    if ready_file is not None:  # the last one: its reader may read the others
        files.append((ready.ready_file(ready_file), lambda: ready.document(fake)))
    with (
        warnings.catch_warnings(),
        contextlib.suppress(KeyboardInterrupt),  # where no signal handler can be installed
    ):
        warnings.simplefilter("ignore", ExposedWarning)  # said below, in the words of options
        asyncio.run(_serve(fake, played, files, print_env, quiet, out))


async def _serve(
    fake: FakeIMS, scenario: ScenarioDocument | None,
    files: list[tuple[OwnFile, Callable[[], str]]], print_env: bool, quiet: bool, out: Outlet,
) -> None:
    if not quiet and not print_env:
        fake.requests.listener = _Log(out).tell
    for file, _ in files:
        file.remove_stale()
    ended = asyncio.Event()
    _on_signals(ended.set)
    async with fake:
        if (warning := fake.exposure(exposure.OPTIONS)) is not None:
            print(f"fake-ims: warning: {warning}", file=sys.stderr)
        if scenario is not None:
            fake.play(scenario)
        try:
            for file, text in files:
                file.write(text())
            if print_env:
                for line in configuration.shell_lines(fake, fake.project_id):
                    print(line)
                out.finish()
            print(f"fake-ims {__version__} (profile {fake.profile}, auth {fake.auth}) "
                  f"listening on {fake.url}")
            if not quiet:
                print("Press Ctrl-C to stop. To try it, paste these commands:")
                for line in _examples(fake):
                    print(f"  {line}")
                if in_the_way(fake.url):
                    print("The environment sets a proxy. Set NO_PROXY for your clients:")
                    hosts = shlex.quote(fake.env()["NO_PROXY"])
                    print(f"  export NO_PROXY={hosts} no_proxy={hosts}")
            await ended.wait()
            for complaint in fake.scenario.complaints() if fake.scenario else ():
                print(f"fake-ims: {complaint}", file=sys.stderr)
        finally:
            for file, _ in files:
                file.remove()
    _no_more_signals()


def _on_signals(end: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, end)
        except NotImplementedError:  # loops on Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(end))


def _no_more_signals() -> None:
    """Ignore signals from here on: a handler that runs while the loop closes would write to a
    closed descriptor."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # loops on Windows
            loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_IGN)


def _examples(fake: FakeIMS) -> list[str]:
    """Return three curl commands: create an image, upload its data, list images."""
    image_id = str(uuid.uuid4())
    images = f"{fake.url}/v2/images"
    body = {"id": image_id, "name": "my-first-image", "disk_format": "raw",
            "container_format": "bare"}
    direct = ["--noproxy", "*"] if in_the_way(fake.url) else []
    token = ["curl", *direct, "-H", f"X-Auth-Token: {fake.lasting_token}"]
    return [
        shlex.join([*token, "-H", "Content-Type: application/json",
                    "-d", json.dumps(body), images]),
        shlex.join([*token, "-H", "Content-Type: application/octet-stream",
                    "-X", "PUT", "-d", "the bytes of a disk", f"{images}/{image_id}/file"]),
        shlex.join([*token, images]),
    ]


class _Log:
    """Prints a line for each exchange, coloured on a terminal."""

    def __init__(self, out: Outlet) -> None:
        self._coloured = out.isatty() and "NO_COLOR" not in os.environ

    def tell(self, exchange: Exchange) -> None:
        """Print the log line of an exchange: one request and its response."""
        moment = datetime.fromtimestamp(exchange.started_at).strftime("%H:%M:%S")
        # Control characters sent by a client must not reach the terminal.
        line = _UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], exchange.line())
        if self._coloured:
            line = f"{_colour(exchange)}{line}{_PLAIN}"
        print(f"{moment} {line}")


def _colour(exchange: Exchange) -> str:
    if exchange.faults or not 0 < exchange.status < 500:
        return _RED
    return _YELLOW if exchange.status >= 400 else _GREEN
