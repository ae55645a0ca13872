"""What python-glanceclient does under a failure; docs/findings.md explains each."""

from __future__ import annotations

import io
import os
import subprocess
import sysconfig
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import glanceclient
import pytest
from keystoneauth1.identity import v3
from keystoneauth1.session import Session

from fake_ims import FakeIMS

RAW = {"disk_format": "raw", "container_format": "bare"}
DATA = b"bytes of a disk"


def connect(fake: FakeIMS) -> Any:
    auth = v3.Password(fake.auth_url, username=fake.username, password=fake.password,
                       user_domain_name=fake.user_domain_name, project_name=fake.project_name,
                       project_domain_name=fake.user_domain_name)
    return glanceclient.Client("2", session=Session(auth, timeout=30), region_name=fake.region)


def command(fake: FakeIMS, *arguments: str, data: bytes | None = None) -> Any:
    """Run the command ``glance``."""
    path = Path(sysconfig.get_path("scripts")) / "glance"
    return subprocess.run([path, *arguments], input=data, env={**os.environ, **fake.env()},
                          capture_output=True, check=False)


def data_lost_by_new_token() -> None:
    """The token has ended at the upload: the second upload is empty, and succeeds."""
    with FakeIMS() as fake:
        glance = connect(fake)
        image = glance.images.create(name="disk", **RAW)
        fake.faults.add("images.upload", status=401, times=1)
        glance.images.upload(image.id, io.BytesIO(DATA))
        assert (fake.images[image.id].status, fake.images[image.id].size) == ("active", 0)


def json_error_raised() -> None:
    """The JSON of a response is cut: the client raises JSONDecodeError, not its own exception."""
    with FakeIMS() as fake:
        glance = connect(fake)
        fake.images.add(name="disk")
        fake.faults.add("images.list", invalid_json="cut")
        with pytest.raises(ValueError, match=r"(?i)delimiter|unterminated|expecting"):
            list(glance.images.list())


def command_leaves_image() -> None:
    """glance image-create --file: the upload fails, and the new image stays queued."""
    with FakeIMS() as fake, TemporaryDirectory() as folder:
        (Path(folder) / "disk.raw").write_bytes(DATA)
        fake.faults.add("images.upload", status=413)
        done = command(fake, "image-create", "--name", "disk", "--disk-format", "raw",
                       "--container-format", "bare", "--file", f"{folder}/disk.raw")
        assert done.returncode == 1
        assert [one.status for one in fake.images] == ["queued"]


def command_takes_killed_image() -> None:
    """glance image-create --file: the service kills the image, and the exit status is 0."""
    with FakeIMS() as fake, TemporaryDirectory() as folder:
        (Path(folder) / "disk.raw").write_bytes(DATA)
        fake.lifecycle.kill_next("disk full")
        done = command(fake, "image-create", "--name", "disk", "--disk-format", "raw",
                       "--container-format", "bare", "--file", f"{folder}/disk.raw")
        assert done.returncode == 0
        assert [one.status for one in fake.images] == ["killed"]
