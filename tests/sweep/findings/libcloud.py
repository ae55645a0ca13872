"""What apache-libcloud does; docs/findings.md explains each."""

from __future__ import annotations

from typing import Any

from libcloud.compute.providers import get_driver
from libcloud.compute.types import Provider

from fake_ims import FakeIMS


def connect(fake: FakeIMS) -> Any:
    driver: Any = get_driver(Provider.OPENSTACK)
    return driver(fake.username, fake.password, timeout=30, api_version="2.2",
                  ex_force_auth_url=fake.auth_url.removesuffix("/v3"),
                  ex_force_auth_version="3.x_password", ex_tenant_name=fake.project_name,
                  ex_domain_name=fake.user_domain_name,
                  ex_tenant_domain_id=fake.user_domain_name,
                  ex_force_service_region=fake.region)


def lists_killed_images() -> None:
    """list_images(ex_only_active=True) returns images that are not active."""
    with FakeIMS() as fake:
        fake.images.add(name="disk", status="killed")
        found = connect(fake).list_images(ex_only_active=True)
        assert [(one.name, one.extra["status"]) for one in found] == [("disk", "killed")]
