"""A real Keystone on loopback: the judge of the identity operations in profile ``openstack``.

    python tests/conformance/real_keystone.py --venv DIR [--conversation NAME ...]

It records what Keystone answers into ``recorded/identity/``. Every conversation is played twice,
each time at a new Keystone: its own WSGI application under uWSGI, SQLite, default policies and
settings, except that passwords are hashed quickly. Without ``--venv`` a virtual environment with
Keystone and uWSGI is made first (slow, needs a package index).
"""

from __future__ import annotations

import argparse
import contextlib
import getpass
import grp
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from identity import CONVERSATIONS
from keystone_player import KeystonePlayer
from player import Answer, Conversation
from real_glance import free_port
from record import write

REQUIREMENTS = ("keystone", "uwsgi")
PASSWORD = "secret"

CONF = """\
[DEFAULT]
log_file = {root}/keystone.log
use_stderr = false
[database]
connection = sqlite:///{root}/keystone.sqlite
[fernet_tokens]
key_repository = {root}/fernet
[fernet_receipts]
key_repository = {root}/fernet
[credential]
key_repository = {root}/credential
[identity]
password_hash_rounds = 4
"""


def make_venv(where: Path) -> Path:
    """Make a virtual environment with Keystone in it, unless it is there already."""
    if not (where / "bin" / "uwsgi").exists():
        subprocess.run([sys.executable, "-m", "venv", str(where)], check=True)
        subprocess.run([str(where / "bin" / "pip"), "install", "-q", *REQUIREMENTS], check=True)
    return where


class RealKeystone:
    """Keystones that start from the same new database; ``url`` is the root of the running one."""

    def __init__(self, venv: Path, root: Path) -> None:
        self.venv = venv.absolute()
        self.root = root.resolve()
        self.url = ""
        self._process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Write the configuration, the keys and the first database."""
        for name in ("fernet", "credential"):
            (self.root / name).mkdir(parents=True, mode=0o700, exist_ok=True)
        (self.root / "keystone.conf").write_text(CONF.format(root=self.root))
        group = grp.getgrgid(os.getgid()).gr_name
        owner = ("--keystone-user", getpass.getuser(), "--keystone-group", group)
        for command in (("db_sync",), ("fernet_setup", *owner), ("credential_setup", *owner),
                        ("bootstrap", "--bootstrap-password", PASSWORD)):
            subprocess.run([str(self.venv / "bin" / "keystone-manage"), "--config-file",
                            str(self.root / "keystone.conf"), *command], check=True,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.copy(self.root / "keystone.sqlite", self.root / "new.sqlite")

    @contextlib.contextmanager
    def running(self, timeout: float = 60.0) -> Iterator[str]:
        """A Keystone with the first database; its URL."""
        shutil.copy(self.root / "new.sqlite", self.root / "keystone.sqlite")
        port = free_port()
        environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1",
                   "OS_KEYSTONE_CONFIG_FILES": str(self.root / "keystone.conf")}
        with open(self.root / "uwsgi.log", "ab") as log:
            process = subprocess.Popen(
                [str(self.venv / "bin" / "uwsgi"), "--http-socket", f"127.0.0.1:{port}",
                 "--home", str(self.venv), "--module", "keystone.wsgi.api:application", "--master",
                 "--die-on-term", "--need-app", "--lazy-apps", "--enable-threads",
                 "--processes", "1", "--threads", "2", "--buffer-size", "65535",
                 "--add-header", "Connection: close"],
                cwd=self.root, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            end = time.monotonic() + timeout
            while not _answers(port):
                if process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"Keystone did not start; see {self.root}/uwsgi.log")
                time.sleep(0.1)  # the real Keystone has no clock to move
            yield f"http://127.0.0.1:{port}"
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def versions(self) -> dict[str, str]:
        """The version that the recordings name."""
        code = "import importlib.metadata as m; print(m.version('keystone'))"
        out = subprocess.run([str(self.venv / "bin" / "python"), "-c", code], check=True,
                             capture_output=True, text=True)
        return {"keystone": out.stdout.strip()}


def _answers(port: int) -> bool:
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/v3")
        status = connection.getresponse().status
        connection.close()
    except OSError:
        return False
    return status == 200


def play(keystone: RealKeystone, conversation: Conversation) -> dict[str, Answer]:
    """Play at a new Keystone."""
    with keystone.running() as url:
        # Fernet tokens, and what ends them, are kept in whole seconds.
        player = KeystonePlayer(url, "admin", PASSWORD, "admin", "default",
                                tick=lambda: time.sleep(1.1))
        return {step.id: answer for step, answer in player.play(conversation)}


def record(keystone: RealKeystone, conversation: Conversation) -> int:
    """Record a conversation; the number of steps that were not answered alike twice."""
    first, second = play(keystone, conversation), play(keystone, conversation)
    write(conversation, first, keystone.versions())
    unlike = [step for step in first if first[step] != second[step]]
    for step in unlike:
        print(f"UNSTABLE {conversation.name} {step}:\n  {first[step]}\n  {second[step]}")
    for step, answer in first.items():
        if answer.status >= 500 or not answer.status:
            print(f"NOTE {conversation.name} {step}: {answer.status} {json.dumps(answer.body)}")
    print(f"{conversation.name}: {len(first)} steps", flush=True)
    return len(unlike)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--venv", type=Path,
                        help="virtual environment with keystone and uwsgi (made if absent)")
    parser.add_argument("--conversation", action="append", help="only this one (may be repeated)")
    args = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="real-keystone-"))
    try:
        keystone = RealKeystone(make_venv(args.venv or scratch / "venv"), scratch)
        keystone.prepare()
        unlike = sum(record(keystone, conversation) for conversation in CONVERSATIONS
                     if not args.conversation or conversation.name in args.conversation)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print(f"{unlike} unstable")
    return 1 if unlike else 0


if __name__ == "__main__":
    sys.exit(main())
