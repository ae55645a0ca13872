"""What otcextensions does; docs/findings.md explains each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import openstack
import otcextensions  # noqa: F401  # profile="otc" loads it
import pytest

from fake_ims import FakeIMS

DISK = {"name": "disk", "image_url": "disks:centos.qcow2", "min_disk": 40,
        "os_version": "CentOS 7.0 64bit"}


@contextmanager
def connect(fake: FakeIMS) -> Iterator[Any]:
    env = fake.env()
    with openstack.connect(
        load_yaml_config=False, load_envvars=False, profile="otc",
        region_name=env["OS_REGION_NAME"], auth={name: env[f"OS_{name.upper()}"] for name in (
            "auth_url", "username", "password", "project_name", "user_domain_name",
            "project_domain_name")},
    ) as cloud:
        yield cloud


def update_image_raises() -> None:
    """imsv2.update_image changes the image, and then raises AttributeError."""
    with FakeIMS() as fake, connect(fake) as cloud:
        image = fake.images.add(name="disk")
        with pytest.raises(AttributeError, match="create_returns_body"):
            cloud.imsv2.update_image(image.id, command_list=[
                {"op": "replace", "path": "/name", "value": "renamed"}])
        assert image.name == "renamed"


def job_error_lost() -> None:
    """A job fails: wait_for_async_job raises RuntimeError, without code and reason of the job."""
    with FakeIMS() as fake, connect(fake) as cloud:
        fake.world.buckets["disks"].put("centos.qcow2", size=2**30)
        fake.jobs.fail_next("IMG.0057")
        job = cloud.imsv2.create_image(**DISK)
        with pytest.raises(RuntimeError) as raised:
            cloud.imsv1.wait_for_async_job(job.job_id)
        assert str(raised.value) == f"Asynchronous job {job.job_id} failed."


def wait_ends_at_503() -> None:
    """One 503 while a job runs ends wait_for_async_job, and is reported as not found."""
    with FakeIMS(jobs="1h") as fake, connect(fake) as cloud:
        fake.world.buckets["disks"].put("centos.qcow2", size=2**30)
        job = cloud.imsv2.create_image(**DISK)
        fake.faults.add("*jobs*", status=503, times=1)
        with pytest.raises(openstack.exceptions.HttpException, match="No AsyncJob found for None"):
            cloud.imsv1.wait_for_async_job(job.job_id)
