"""What huaweicloudsdkims does under a failure; docs/findings.md explains each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkims import v2

from fake_ims import FakeIMS


@contextmanager
def connect(fake: FakeIMS) -> Iterator[Any]:
    who = BasicCredentials(fake.access_key, fake.secret_key, fake.project_id)
    client = v2.ImsClient.new_builder().with_credentials(who).with_endpoint(fake.url).build()
    yield client
    client.get_http_client().close()
    client.get_http_client().executor.shutdown()


def cut_list_is_no_list() -> None:
    """The JSON of a list is cut: the client raises nothing, and images is None."""
    with FakeIMS() as fake, connect(fake) as client:
        fake.images.add(name="disk")
        fake.faults.add("cloudimages.list", invalid_json="cut")
        assert client.list_images(v2.ListImagesRequest()).images is None


def cut_job_is_no_job() -> None:
    """The JSON of a started job is cut: the client raises nothing, and job_id is None."""
    with FakeIMS() as fake, connect(fake) as client:
        fake.world.buckets["disks"].put("centos.qcow2", size=2**30)
        fake.faults.add("cloudimages.create", invalid_json="cut")
        begun = client.create_image(v2.CreateImageRequest(body=v2.CreateImageRequestBody(
            name="disk", image_url="disks:centos.qcow2", min_disk=40)))
        assert begun.job_id is None
        assert len(fake.jobs) == 1
