"""Runs the real openstack-image-manager at the fake: ``image_manager.py --venv DIR``.

The command comes from PyPI, with the openstacksdk that it accepts, in a virtual environment of its
own. It imports an image by web-download, then meets an import that takes time, one that stalls and
one that fails. Exit status 0 if each ends as it should.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from suite_cloud import QCOW2
from suite_runs import install

from fake_ims import FakeIMS

REQUIREMENTS = Path(__file__).with_name("requirements-image-manager.txt")
BUILT = "2023-05-30"
# The command itself. Its waits of seconds are left out; the fake's clock does not need them.
COMMAND = ("import time; time.sleep = lambda seconds: None; "
           "from openstack_image_manager.main import main; main()")


class Files(BaseHTTPRequestHandler):
    """The web server that has the image. The manager only asks whether the URL is there."""

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def web() -> Iterator[int]:
    """The port of a web server on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Manager:
    """The command, with a fake and a directory of its own."""

    python: Path
    fake: FakeIMS
    url: str
    work: Path

    def run(self, *options: str) -> int:
        """Run the command with the definition of one image. Return its exit status."""
        image = {
            "name": "Cirros", "enable": True, "format": "qcow2", "login": "cirros",
            "min_disk": 1, "min_ram": 32, "status": "active", "visibility": "private",
            "multi": False, "meta": {
                "architecture": "x86_64", "hw_disk_bus": "scsi", "hypervisor_type": "qemu",
                "os_distro": "cirros", "os_purpose": "minimal", "replace_frequency": "never",
                "uuid_validity": "none", "provided_until": "none"},
            "tags": [], "versions": [
                {"version": "0.6.2", "url": self.url, "build_date": BUILT}]}
        # JSON is YAML, but for dates, which have no quotation marks.
        (self.work / "images.yml").write_text(
            json.dumps({"images": [image]}).replace(f'"{BUILT}"', BUILT))
        (self.work / "clouds.yaml").write_text(json.dumps({"clouds": {"openstack": {
            "auth": {"auth_url": f"{self.fake.url}/v3", "username": "manager",
                     "password": "secret", "project_name": "manager",
                     "user_domain_name": "Default", "project_domain_name": "Default"},
            "region_name": self.fake.region, "identity_api_version": "3"}}}))
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith("OS_") and not name.lower().endswith("_proxy")}
        with (self.work / "output.log").open("wb") as output:
            return subprocess.run(
                [str(self.python), "-c", COMMAND, "--images", "images.yml", "--no-check",
                 "--prefetch", "never", *options],
                cwd=self.work, env={**kept, "HOME": str(self.work), "no_proxy": "*"},
                stdout=output, stderr=subprocess.STDOUT, check=False).returncode

    @property
    def statuses(self) -> list[str]:
        """The statuses of the images that are there."""
        return [image.status for image in self.fake.images]


def imports(manager: Manager) -> str:
    """An import that takes three looks, and the changes that follow it."""
    manager.fake.lifecycle.saving = "polls(3)"
    code = manager.run()
    image = next(iter(manager.fake.images), None)
    if code or image is None or (image.status, image.data) != ("active", QCOW2):
        return f"the import ended with {code}: {manager.statuses}"
    if not manager.fake.requests.where(operation="images.import", status=202):
        return "nothing was imported"
    # It changes the image after the import, and a second run finds nothing to do.
    if (image["hw_disk_bus"], image["image_original_user"]) != ("scsi", "cirros"):
        return f"the image was not changed: {image.attributes}"
    code = manager.run()
    return "" if not code and manager.statuses == ["active"] else f"a second run ended with {code}"


def stalls(manager: Manager) -> str:
    """An import that never ends: the manager gives up."""
    manager.fake.lifecycle.saving = "by hand"
    code = manager.run("--import-timeout", "1")
    said = "timed out" in (manager.work / "output.log").read_text("utf-8", "replace")
    return "" if code and said and manager.statuses == ["importing"] else (
        f"a stalled import ended with {code}: {manager.statuses}")


def fails(manager: Manager) -> str:
    """An import that fails: the image is queued again, and the manager tries anew, in vain."""
    manager.fake.world.urls.remove(manager.url)
    code = manager.run("--stuck-retry", "1")
    tries = len(manager.fake.requests.where(operation="images.import", status=202))
    return "" if code and tries == 2 and manager.statuses == ["queued"] else (
        f"a failed import ended with {code} after {tries} tries: {manager.statuses}")


def kept_away(manager: Manager) -> str:
    """A first import fails by order of the test, the second succeeds."""
    manager.fake.faults.add("images.import", kill="disk full", times=1)
    code = manager.run("--stuck-retry", "1")
    return "" if not code and manager.statuses == ["active"] else (
        f"an import with a retry ended with {code}: {manager.statuses}")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description="Run openstack-image-manager at the fake.")
    parser.add_argument("--venv", type=Path, required=True, metavar="DIR",
                        help="virtual environment with the manager; made if it is not there")
    python = install(parser.parse_args().venv, REQUIREMENTS)
    wrong = 0
    with web() as port:
        for play in (imports, stalls, fails, kept_away):
            with tempfile.TemporaryDirectory() as work, FakeIMS(profile="openstack", glance={
                    "allowed_hosts": ["127.0.0.1"], "allowed_ports": [port]}) as fake:
                url = f"http://127.0.0.1:{port}/cirros-0.6.2.qcow2"
                fake.world.urls[url] = QCOW2
                manager = Manager(python, fake, url, Path(work))
                problem = play(manager)
                sys.stdout.write(f"{play.__name__}: {problem or 'as it should be'}\n")
                if problem:
                    wrong += 1
                    sys.stdout.write((manager.work / "output.log").read_text(
                        "utf-8", "replace")[-3000:])
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
