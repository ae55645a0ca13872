"""A real Glance on loopback: the judge that the fake's profile ``openstack`` is held against.

    python tests/conformance/real_glance.py --venv DIR serve [--port N] [--dir DIR]

Glance runs as its developers run it: its own WSGI application under uWSGI, its own paste pipeline
``keystone`` (only the token filter is ours, see ``glance_auth.py``), default policies, SQLite, one
file store. Without ``--venv`` a virtual environment with Glance and uWSGI is made first (slow,
needs a package index).
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from fake_ims.contract.options import BY_NAME

HERE = Path(__file__).resolve().parent
REQUIREMENTS = ("glance", "uwsgi")

API_CONF = """\
[DEFAULT]
enabled_backends = {backends}
log_file = {root}/glance.log
use_stderr = false
transport_url = fake://
[glance_store]
default_backend = {default}
[os_glance_staging_store]
filesystem_store_datadir = {root}/staging
[os_glance_tasks_store]
filesystem_store_datadir = {root}/tasks
[database]
connection = sqlite:///{root}/glance.sqlite
[oslo_concurrency]
lock_path = {root}/lock
[paste_deploy]
flavor = keystone
config_file = {root}/glance-api-paste.ini
"""

PASTE = """\
[composite:glance-api-keystone]
paste.composite_factory = glance.api:root_app_factory
/: api
/healthcheck: healthcheck

[composite:api]
paste.composite_factory = glance.api:pipeline_factory
keystone = cors http_proxy_to_wsgi versionnegotiation osprofiler authtoken context rootapp

[composite:rootapp]
paste.composite_factory = glance.api:root_app_factory
/: apiversions
/v2: apiv2app

[app:apiversions]
paste.app_factory = glance.api.versions:create_resource

[app:apiv2app]
paste.app_factory = glance.api.v2.router:API.factory

[app:healthcheck]
paste.app_factory = oslo_middleware:Healthcheck.app_factory
backends = disable_by_file
disable_by_file_path = {root}/healthcheck_disable

[filter:versionnegotiation]
paste.filter_factory = glance.api.middleware.version_negotiation:VersionNegotiationFilter.factory

[filter:context]
paste.filter_factory = glance.api.middleware.context:ContextMiddleware.factory

[filter:authtoken]
paste.filter_factory = glance_auth:filter_factory
uri = http://127.0.0.1:5000

[filter:osprofiler]
paste.filter_factory = osprofiler.web:WsgiMiddleware.factory

[filter:cors]
paste.filter_factory =  oslo_middleware.cors:filter_factory
oslo_config_project = glance
oslo_config_program = glance-api

[filter:http_proxy_to_wsgi]
paste.filter_factory = oslo_middleware:HTTPProxyToWSGI.factory
"""

KEEP_TABLES = ("alembic_version",)


def make_venv(where: Path) -> Path:
    """Make a virtual environment with Glance in it, unless it is there already."""
    if not (where / "bin" / "uwsgi").exists():
        subprocess.run([sys.executable, "-m", "venv", str(where)], check=True)
        subprocess.run([str(where / "bin" / "pip"), "install", "-q", *REQUIREMENTS], check=True)
    return where


def free_port() -> int:
    """A port of loopback that nobody listens on right now."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


class RealGlance:
    """One running Glance; ``url`` is its root (no trailing slash)."""

    def __init__(
        self, venv: Path, root: Path, port: int = 0, options: Mapping[str, Any] | None = None
    ) -> None:
        self.options = dict(options or {})
        self.venv = venv.absolute()
        self.root = root.resolve()
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def prepare(self) -> None:
        """Write the configuration and make the database."""
        for name in ("images", "staging", "tasks", "lock"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        (self.root / "glance-api.conf").write_text(self._configuration())
        (self.root / "glance-api-paste.ini").write_text(PASTE.format(root=self.root))
        subprocess.run(
            [
                str(self.venv / "bin" / "glance-manage"),
                "--config-file",
                str(self.root / "glance-api.conf"),
                "db_sync",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _configuration(self) -> str:
        options = dict(self.options)
        backends = options.pop("enabled_backends", ["file:file"])
        default = options.pop("default_backend", backends[0].partition(":")[0])
        lines = [API_CONF.format(root=self.root, backends=",".join(backends), default=default)]
        for backend in backends:
            name, _, kind = backend.partition(":")
            lines.append(f"[{name}]")
            if kind == "file":
                folder = self.root / "images" / name
                folder.mkdir(exist_ok=True)
                lines.append(f"filesystem_store_datadir = {folder}")
        for name, value in options.items():
            row = BY_NAME[name]
            shown = f"[{','.join(value)}]" if row.kind == "list" else value
            lines += [f"[{row.group}]", f"{name} = {shown}"]
        return "\n".join(lines) + "\n"

    def start(self, timeout: float = 60.0) -> RealGlance:
        """Start uWSGI and wait until Glance answers."""
        self.prepare()
        environ = dict(os.environ)
        environ["PYTHONPATH"] = str(HERE)
        environ["OS_GLANCE_CONFIG_DIR"] = str(self.root)
        environ["PYTHONDONTWRITEBYTECODE"] = "1"
        with open(self.root / "uwsgi.log", "ab") as log:
            self._process = subprocess.Popen(
                [
                    str(self.venv / "bin" / "uwsgi"),
                    "--http-socket",
                    f"127.0.0.1:{self.port}",
                    "--http-chunked-input",
                    "--home",
                    str(self.venv),
                    "--module",
                    "glance.wsgi.api:application",
                    "--master",
                    "--die-on-term",
                    "--need-app",
                    "--lazy-apps",
                    "--enable-threads",
                    "--processes",
                    "1",
                    "--threads",
                    "8",
                    "--buffer-size",
                    "65535",
                    "--add-header",
                    "Connection: close",
                ],
                cwd=self.root,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        end = time.monotonic() + timeout
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise RuntimeError("Glance did not start:\n" + self._log_tail())
            time.sleep(0.1)  # the real Glance has no clock to move
        return self

    def stop(self) -> None:
        """Stop what ``start`` started, and only that."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def reset(self) -> None:
        """Forget every image, task and definition: empty tables and empty stores."""
        with contextlib.closing(sqlite3.connect(self.root / "glance.sqlite", timeout=30)) as db, db:
            names = [r[0] for r in db.execute("SELECT name FROM sqlite_master WHERE type='table'")]
            for name in names:
                if name not in KEEP_TABLES and not name.startswith("sqlite_"):
                    db.execute(f'DELETE FROM "{name}"')
        for store in ("images", "staging", "tasks"):
            for path in (self.root / store).rglob("*"):
                if path.is_file():
                    path.unlink()

    def versions(self) -> dict[str, str]:
        """The versions that the recordings name."""
        code = (
            "import json, importlib.metadata as m;"
            "print(json.dumps({n: m.version(n) for n in ('glance', 'glance_store')}))"
        )
        out = subprocess.run(
            [str(self.venv / "bin" / "python"), "-c", code], check=True, capture_output=True
        )
        found: dict[str, str] = json.loads(out.stdout)
        return found

    def _answers(self) -> bool:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/versions")
            status = connection.getresponse().status
            connection.close()
        except OSError:
            return False
        return status == 200

    def _log_tail(self) -> str:
        lines: list[str] = []
        for name in ("uwsgi.log", "glance.log"):
            with contextlib.suppress(OSError):
                lines += (self.root / name).read_text(errors="replace").splitlines()[-30:]
        return "\n".join(lines)


@contextlib.contextmanager
def real_glance(
    venv: Path | None = None, root: Path | None = None, port: int = 0,
    options: Mapping[str, Any] | None = None,
) -> Iterator[RealGlance]:
    """A running Glance; everything it wrote is gone afterwards, unless ``root`` was given."""
    scratch = Path(tempfile.mkdtemp(prefix="real-glance-")) if root is None else None
    where = root or scratch
    assert where is not None
    where.mkdir(parents=True, exist_ok=True)
    glance = RealGlance(make_venv(venv or where / "venv"), where, port, options)
    try:
        yield glance.start()
    finally:
        glance.stop()
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that every script that needs a real Glance shares."""
    parser.add_argument(
        "--venv", type=Path, help="virtual environment with glance and uwsgi (made if absent)"
    )
    parser.add_argument(
        "--dir", type=Path, help="where Glance keeps its files (default: a scratch directory)"
    )
    parser.add_argument(
        "--port", type=int, default=0, help="port on loopback (default: any free one)"
    )


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Run a real Glance on loopback.")
    add_arguments(parser)
    parser.add_argument("command", choices=["serve"], help="serve until interrupted")
    args = parser.parse_args()
    with real_glance(args.venv, args.dir, args.port) as glance:
        print(glance.url, flush=True)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        with contextlib.suppress(KeyboardInterrupt):
            signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main())
