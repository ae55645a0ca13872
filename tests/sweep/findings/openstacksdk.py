"""What openstacksdk does under a failure; docs/findings.md explains each."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openstack
import pytest
import requests

from fake_ims import FakeIMS

RAW = {"disk_format": "raw", "container_format": "bare"}
DATA = b"bytes of a disk"


def connect(fake: FakeIMS, **settings: Any) -> Any:
    """Log in. The retries of 503 do not wait, which only saves time."""
    env = fake.env()
    return openstack.connect(
        load_yaml_config=False, load_envvars=False, region_name=env["OS_REGION_NAME"],
        image_status_code_retry_delay=0, **settings,
        auth={name: env[f"OS_{name.upper()}"] for name in (
            "auth_url", "username", "password", "project_name", "user_domain_name",
            "project_domain_name")})


@contextmanager
def pipe() -> Iterator[Any]:
    """Yield a stream of the data, such as that of a program that packs the image."""
    read, write = os.pipe()
    with open(read, "rb") as stream:
        os.write(write, DATA)
        os.close(write)
        yield stream


def good_image_deleted() -> None:
    """A 503 after the upload: the retry gets 409, and the client deletes the good image."""
    with FakeIMS() as fake, connect(fake) as cloud:
        fake.faults.add("images.upload", status=503, moment="after", times=1)
        with pytest.raises(openstack.exceptions.ConflictException):
            cloud.image.create_image("disk", data=DATA, **RAW)
        assert [one.status for one in fake.requests.where(operation="images.upload")] == [503, 409]
        assert fake.requests.last.operation == "images.delete"
        assert len(fake.images) == 0


def stream_lost_by_new_token() -> None:
    """The token ends before the upload of a pipe: the second upload is empty, and succeeds."""
    with FakeIMS(auth="issued") as fake, connect(fake) as cloud, pipe() as data:
        fake.faults.add("images.create", revokes_token=True, times=1)
        image = cloud.image.create_image("disk", data=data, **RAW)
        assert (fake.images[image.id].status, fake.images[image.id].size) == ("active", 0)


def stream_lost_by_retry() -> None:
    """A 503 at the upload of a pipe: the retry is empty, and succeeds."""
    with FakeIMS() as fake, connect(fake) as cloud, pipe() as data:
        fake.faults.add("images.upload", status=503, times=1)
        image = cloud.image.create_image("disk", data=data, **RAW)
        assert (fake.images[image.id].status, fake.images[image.id].size) == ("active", 0)


def file_not_sent_again() -> None:
    """A 503 at the upload of a file: the retry is empty, too; its refusal is reported."""
    with FakeIMS() as fake, connect(fake) as cloud, TemporaryDirectory() as folder:
        (Path(folder) / "disk.raw").write_bytes(DATA)
        fake.faults.add("images.upload", status=503, times=1)
        with pytest.raises(openstack.exceptions.BadRequestException, match="got 0 bytes"):
            cloud.image.create_image("disk", filename=f"{folder}/disk.raw", **RAW)


def created_twice() -> None:
    """A 503 after the work of a create: the retry makes a second image."""
    with FakeIMS() as fake, connect(fake) as cloud:
        fake.faults.add("images.create", status=503, moment="after", times=1)
        cloud.image.create_image("disk", data=DATA, **RAW)
        assert sorted(one.status for one in fake.images) == ["active", "queued"]


def killed_image_returned() -> None:
    """The service kills the image: create_image(wait=True) returns as if it were good."""
    with FakeIMS() as fake, connect(fake) as cloud:
        fake.lifecycle.kill_next("disk full")
        image = cloud.create_image("disk", data=DATA, wait=True, validate_checksum=True, **RAW)
        assert image.status == "killed"


def wait_ignored() -> None:
    """image.create_image(wait=True) does not wait."""
    with FakeIMS(saving="1h") as fake, connect(fake) as cloud:
        image = cloud.image.create_image("disk", data=DATA, wait=True, **RAW)
        assert fake.images[image.id].status == "saving"


def refused_import_is_success() -> None:
    """The service refuses the import: create_image(use_import=True) raises nothing."""
    with FakeIMS(profile="openstack") as fake, connect(fake) as cloud:
        fake.faults.add("images.import", status=403)
        image = cloud.image.create_image("disk", data=DATA, use_import=True, **RAW)
        assert fake.images[image.id].status == "uploading"


def import_not_supported_leaves_image() -> None:
    """The cloud has no import: the client says so after it has created the image."""
    with FakeIMS() as fake, connect(fake) as cloud:
        with pytest.raises(openstack.exceptions.SDKException, match="does not support"):
            cloud.image.create_image("disk", data=DATA, use_import=True, **RAW)
        assert [one.status for one in fake.images] == ["queued"]


def error_body_as_data() -> None:
    """A download is refused: the JSON of the error is saved as the data of the image."""
    with FakeIMS() as fake, connect(fake) as cloud, TemporaryDirectory() as folder:
        image = fake.images.add(name="disk", status="queued")  # so without a checksum
        fake.faults.add("images.download", status=403)
        cloud.image.download_image(image.id, output=f"{folder}/disk.raw")
        assert b"IMG.0026" in (Path(folder) / "disk.raw").read_bytes()


def refused_download_blamed_on_checksum() -> None:
    """A download is refused: the client reports a wrong checksum, and leaves the error's body."""
    with FakeIMS() as fake, connect(fake) as cloud, TemporaryDirectory() as folder:
        image = fake.images.add(name="disk", data=DATA)
        fake.faults.add("images.download", status=403)
        with pytest.raises(openstack.exceptions.SDKException, match="checksum mismatch"):
            cloud.image.download_image(image.id, output=f"{folder}/disk.raw")
        assert b"IMG.0026" in (Path(folder) / "disk.raw").read_bytes()


def refused_deactivation_is_success() -> None:
    """The service refuses to deactivate an image: the client raises nothing."""
    with FakeIMS(profile="openstack") as fake, connect(fake) as cloud:
        image = fake.images.add(name="disk", data=DATA)
        fake.faults.add("images.deactivate", status=403)
        cloud.image.deactivate_image(image.id)
        assert fake.requests.last.status == 403
        assert image.status == "active"


def clean_up_hides_the_error() -> None:
    """Upload and clean-up fail: only the error of the clean-up is raised."""
    with FakeIMS() as fake, connect(fake) as cloud:
        fake.faults.add("images.upload", status=413)
        fake.faults.add("images.delete", status=403)
        with pytest.raises(openstack.exceptions.ForbiddenException) as raised:
            cloud.image.create_image("disk", data=DATA, **RAW)
        assert "413" not in str(raised.value)


def cut_response_is_an_empty_image() -> None:
    """The JSON of a response is cut: get_image returns an image without a status."""
    with FakeIMS() as fake, connect(fake) as cloud:
        image = fake.images.add(name="disk")
        fake.faults.add("images.show", invalid_json="cut")
        found = cloud.image.get_image(image.id)
        assert (found.id, found.name, found.status) == (image.id, None, None)


def uploads_to_no_image() -> None:
    """The JSON of a create is cut: the client uploads to the image "None", and leaves the new one."""
    with FakeIMS() as fake, connect(fake) as cloud:
        fake.faults.add("images.create", invalid_json="cut")
        with pytest.raises(openstack.exceptions.SDKException):
            cloud.image.create_image("disk", data=DATA, **RAW)
        assert fake.requests.where(operation="images.upload")[0].path == "/v2/images/None/file"
        assert [one.status for one in fake.images] == ["queued"]


def forbidden_is_absent() -> None:
    """The service refuses to show an image: find_image returns None, as if there were none."""
    with FakeIMS() as fake, connect(fake) as cloud:
        image = fake.images.add(name="disk")
        fake.faults.add("images.show", status=403)
        assert cloud.image.find_image(image.id) is None


def list_raises_json_error() -> None:
    """The JSON of a list is cut: the client raises JSONDecodeError, not its own exception."""
    with FakeIMS() as fake, connect(fake) as cloud:
        fake.images.add(name="disk")
        fake.faults.add("images.list", invalid_json="cut")
        with pytest.raises(requests.exceptions.JSONDecodeError):
            list(cloud.image.images())


def discovery_error_hidden() -> None:
    """A 503 at the discovery of versions: the client says that no version is supported."""
    with FakeIMS() as fake, connect(fake) as cloud:
        fake.faults.add("versions.list", status=503)
        with pytest.raises(openstack.exceptions.NotSupported) as raised:
            list(cloud.image.images())
        assert "503" not in str(raised.value)


def waits_for_ever() -> None:
    """Without the setting api_timeout, a request has no time-out."""
    with FakeIMS() as fake, connect(fake) as cloud:
        fake.faults.add("images.show", hang=True)
        waiting = threading.Thread(target=lambda: cloud.image.find_image("disk"), daemon=True)
        waiting.start()
        waiting.join(1)
        assert waiting.is_alive()
