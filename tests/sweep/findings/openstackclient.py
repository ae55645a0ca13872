"""What the command ``openstack`` does under a failure; docs/findings.md explains each."""

from __future__ import annotations

import os
import subprocess
import sysconfig
from pathlib import Path
from tempfile import TemporaryDirectory

import openstackclient  # noqa: F401  # skips the tests where it is not installed

from fake_ims import FakeIMS


def command(fake: FakeIMS, *arguments: str) -> int:
    """Run the command ``openstack`` and return its exit status."""
    path = Path(sysconfig.get_path("scripts")) / "openstack"
    return subprocess.run([path, "image", *arguments], env={**os.environ, **fake.env()},
                          capture_output=True, check=False).returncode


def killed_image_exits_0() -> None:
    """image create: the service kills the image, and the exit status is 0."""
    with FakeIMS() as fake, TemporaryDirectory() as folder:
        (Path(folder) / "disk.raw").write_bytes(b"bytes")
        fake.lifecycle.kill_next("disk full")
        assert command(fake, "create", "--file", f"{folder}/disk.raw", "disk") == 0
        assert [one.status for one in fake.images] == ["killed"]


def error_body_saved() -> None:
    """image save: the download is refused; the JSON of the error is saved, with exit status 0."""
    with FakeIMS() as fake, TemporaryDirectory() as folder:
        image = fake.images.add(name="disk", status="queued")  # so without a checksum
        fake.faults.add("images.download", status=403)
        assert command(fake, "save", "--file", f"{folder}/disk.raw", image.id) == 0
        assert b"IMG.0026" in (Path(folder) / "disk.raw").read_bytes()


def refused_deactivation_exits_0() -> None:
    """image set --deactivate: the service refuses it, and the exit status is 0."""
    with FakeIMS(profile="openstack") as fake:
        image = fake.images.add(name="disk", data=b"bytes")
        fake.faults.add("images.deactivate", status=403)
        assert command(fake, "set", "--deactivate", image.id) == 0
        assert image.status == "active"


def refused_import_exits_0() -> None:
    """image create --import: the service refuses the import, and the exit status is 0."""
    with FakeIMS(profile="openstack") as fake, TemporaryDirectory() as folder:
        (Path(folder) / "disk.raw").write_bytes(b"bytes")
        fake.faults.add("images.import", status=403)
        assert command(fake, "create", "--import", "--file", f"{folder}/disk.raw", "disk") == 0
        assert [one.status for one in fake.images] == ["uploading"]
