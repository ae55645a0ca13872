"""What the suites are told of the cloud: who may log in, and the files they read it from."""

from __future__ import annotations

import json
import shutil
import struct
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PASSWORD = "secret"
# User, project, roles. Tempest's alternative user is the first that is no administrator and has
# not been given out yet; its main project is the one with most roles.
PEOPLE = (
    ("alt", "alt", ("member",)),
    ("member", "suites", ("member",)),
    ("reader", "suites", ("reader",)),
    ("admin", "admin", ("admin",)),
)
# The sdk's suite takes its clouds by these names, which devstack gives them.
CLOUDS = {"devstack": 1, "devstack-alt": 0, "devstack-admin": 3, "devstack-system-admin": 3}
# Tempest's tests of lists upload random bytes as the first six of these. They are skipped if it is
# told that the cloud looks at the bytes, so they get formats at which it does not look.
DISK_FORMATS = ("raw", "ploop", "raw", "ploop", "raw", "ploop", "qcow2", "iso")
FLAVOR = "m1.tiny"
IMAGE = "cirros-0.6.2-x86_64-disk"
# Tests of what Glance does not do by default are skipped if it is not switched on.
GLANCE = {
    "enabled_backends": {"file": "file", "second": "file"},
    "enabled_import_methods": ["glance-direct", "web-download", "copy-image", "glance-download"],
    "image_cache_dir": "/var/lib/glance/image-cache",
}
# What Glance downloads in the tests of web-download.
WEB_IMAGE = "https://images.example.org/disk.qcow2"
# For those who look no further than the header: a disk of a MiB.
QCOW2 = struct.pack(">4sIQIIQIIQQIIQQQQII", b"QFI\xfb", 3, 0, 0, 16, 1 << 20, 0, 1, 0x30000,
                    0x10000, 1, 0, 0, 0, 0, 0, 4, 104).ljust(0x40000, b"\0")


@dataclass(frozen=True)
class Cloud:
    """A cloud with a Keystone, and what its catalog says of images.

    Attributes:
        auth_url: its Keystone, ending in ``/v3``.
        region: the region of the image service.
        image_url: the image service, without a version.
        token: an administrator's.
    """

    auth_url: str
    region: str
    image_url: str
    token: str

    @classmethod
    def log_in(cls, auth_url: str) -> Cloud:
        """Log in as the administrator, and find the image service."""
        user, project, _ = PEOPLE[3]
        body = {"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": user, "password": PASSWORD, "domain": {"name": "Default"}}}},
            "scope": {"project": {"name": project, "domain": {"name": "Default"}}}}}
        request = urllib.request.Request(
            f"{auth_url}/auth/tokens", json.dumps(body).encode(),
            {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            token, document = answer.headers["X-Subject-Token"], json.load(answer)
        endpoint = next(endpoint for service in document["token"]["catalog"]
                        if service["type"] == "image" for endpoint in service["endpoints"]
                        if endpoint["interface"] == "public")
        return cls(auth_url, endpoint["region"], endpoint["url"].rstrip("/"), token)

    def request(
        self, method: str, path: str, data: bytes | None = None, kind: str = "application/json"
    ) -> Any:
        """Ask the image service as the administrator; gives the document of the answer."""
        request = urllib.request.Request(f"{self.image_url}{path}", data, method=method, headers={
            "X-Auth-Token": self.token, "Content-Type": kind})
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read() or b"null")

    def seed_image(self) -> None:
        """See to it that there is the public image that the sdk's suite picks."""
        if self.request("GET", f"/v2/images?name={IMAGE}")["images"]:
            return
        image = self.request("POST", "/v2/images", json.dumps({
            "name": IMAGE, "disk_format": "qcow2", "container_format": "bare",
            "visibility": "public"}).encode())
        self.request("PUT", f"/v2/images/{image['id']}/file", QCOW2, "application/octet-stream")

    def seed_definitions(self) -> None:
        """See to it that there is a resource type, as ``glance-manage db_load_metadefs`` does."""
        if self.request("GET", "/v2/metadefs/resource_types")["resource_types"]:
            return
        self.request("POST", "/v2/metadefs/namespaces", json.dumps({
            "namespace": "OS::Suites", "visibility": "public",
            "resource_type_associations": [{"name": "OS::Nova::Server"}]}).encode())


def write_tempest(work: Path, cloud: Cloud) -> None:
    """Write ``tempest.conf`` and ``accounts.yaml``, with users that exist already."""
    # An account that is in use has a file there; those of a run that was cut off are of no use.
    shutil.rmtree(work / "lock", ignore_errors=True)
    (work / "accounts.yaml").write_text(json.dumps([
        {"username": user, "password": PASSWORD, "project_name": project,
         "domain_name": "Default", "roles": list(roles)} for user, project, roles in PEOPLE
    ], indent=2))
    (work / "tempest.conf").write_text(f"""\
[DEFAULT]
log_dir = {work}
log_file = tempest.log
[oslo_concurrency]
lock_path = {work}/lock
[auth]
use_dynamic_credentials = False
test_accounts_file = {work}/accounts.yaml
[identity]
auth_version = v3
uri_v3 = {cloud.auth_url}
region = {cloud.region}
[service_available]
glance = True
cinder = False
neutron = False
nova = False
swift = False
horizon = False
[enforce_scope]
glance = True
[image]
region = {cloud.region}
build_timeout = 5
container_formats = bare, ovf
disk_formats = {", ".join(DISK_FORMATS)}
http_qcow2_image = {WEB_IMAGE}
image_caching_enabled = True
[image-feature-enabled]
api_v2 = True
import_image = True
image_format_enforcement = False
""")
    cloud.seed_definitions()


def write_sdk(work: Path, cloud: Cloud) -> None:
    """Write ``clouds.yaml``, and the file that the sdk's suite uploads."""
    clouds: dict[str, dict[str, object]] = {}
    for name, person in CLOUDS.items():
        user, project, _ = PEOPLE[person]
        scope = ({"system_scope": "all"} if "system" in name
                 else {"project_name": project, "project_domain_id": "default"})
        clouds[name] = {
            "auth": {"auth_url": cloud.auth_url, "username": user, "password": PASSWORD,
                     "user_domain_id": "default", **scope},
            "region_name": cloud.region,
            "identity_api_version": "3",
            "image_api_version": "2",
        }
    # JSON is YAML.
    (work / "clouds.yaml").write_text(json.dumps({"clouds": clouds}, indent=2))
    (work / "CONTRIBUTING.rst").write_text("This is not an image.\n")
    cloud.seed_image()
