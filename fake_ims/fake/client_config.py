"""Settings for clients of a fake: ``OS_*`` and ``HUAWEICLOUD_SDK_*``, and a ``clouds.yaml``."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from . import proxies
from .own_file import OwnFile

if TYPE_CHECKING:
    from .login import LogIn

CLOUD, ADMIN_CLOUD = "fake_ims", "fake_ims_admin"
# Variables with these prefixes can direct a client to another cloud or user.
PREFIXES = ("OS_", "HUAWEICLOUD_SDK_")
_HEAD = "# Written by fake-ims (process {}); it may be overwritten and removed.\n"
_MARK = re.compile(r"# Written by fake-ims \(process (\d+)\)")


def env(fake: LogIn, project_id: str) -> dict[str, str]:
    """Return the variables with which clients log in as the default user of a running fake."""
    region = fake.region.upper().replace("-", "_")
    return {
        "OS_AUTH_TYPE": "password",
        "OS_AUTH_URL": fake.auth_url,
        "OS_USERNAME": fake.username,
        "OS_PASSWORD": fake.password,
        "OS_USER_DOMAIN_NAME": fake.user_domain_name,
        "OS_PROJECT_NAME": fake.project_name,
        "OS_PROJECT_DOMAIN_NAME": fake.user_domain_name,
        "OS_REGION_NAME": fake.region,
        "OS_INTERFACE": "public",
        "OS_IDENTITY_API_VERSION": "3",
        "OS_IMAGE_API_VERSION": "2",
        "HUAWEICLOUD_SDK_AK": fake.access_key,
        "HUAWEICLOUD_SDK_SK": fake.secret_key,
        "HUAWEICLOUD_SDK_PROJECT_ID": project_id,
        "HUAWEICLOUD_SDK_DOMAIN_ID": fake.user_domain_id,
        "HUAWEICLOUD_SDK_IAM_ENDPOINT": fake.root_url,
        # ImsRegion.value_of(region) uses this to find the region and its URL.
        f"HUAWEICLOUD_SDK_REGION_IMS_{region}": fake.url,
        **proxies.variables((urlsplit(fake.url).hostname or "", fake.host)),
    }


def foreign(variables: Iterable[str], ours: Mapping[str, str]) -> list[str]:
    """Return the variables that could direct a client to another cloud."""
    return sorted(name for name in variables if name.startswith(PREFIXES) and name not in ours)


def shell_lines(fake: LogIn, project_id: str) -> list[str]:
    """Return lines for a POSIX shell that set these variables and unset others of their kind."""
    ours = env(fake, project_id)
    lines = [f"export {name}={shlex.quote(value)}" for name, value in ours.items()]
    others = [name for name in foreign(os.environ, ours) if name.isidentifier()]
    if others:
        lines.insert(0, f"unset {' '.join(others)}")
    return [*lines, f"export FAKE_IMS_URL={shlex.quote(fake.url)}",
            f"export FAKE_IMS_PID={os.getpid()}"]


def clouds(fake: LogIn) -> str:
    """Return a ``clouds.yaml`` with clouds for the default user and for the administrator.

    It names the domains as the files of each community do: by id in profile ``openstack`` (there,
    glanceclient's own tests read nothing else), by name in profile ``otc``.
    """
    domain, value_of_it = "domain_name", fake.user_domain_name
    if fake._service.profile.name == "openstack":
        domain, value_of_it = "domain_id", fake.user_domain_id
    lines = [_HEAD.format(os.getpid()), "clouds:\n"]
    for name, username in ((CLOUD, fake.username), (ADMIN_CLOUD, fake.admin_username)):
        lines += [f"  {name}:\n", "    auth:\n"]
        lines += (f"      {key}: {json.dumps(value)}\n" for key, value in (
            ("auth_url", fake.auth_url), ("username", username), ("password", fake.password),
            (f"user_{domain}", value_of_it), ("project_name", fake.project_name),
            (f"project_{domain}", value_of_it)))
        lines += [f"    region_name: {json.dumps(fake.region)}\n", "    interface: public\n",
                  "    identity_api_version: 3\n", "    image_api_version: 2\n"]
    return "".join(lines)


def write_clouds(fake: LogIn, path: str | os.PathLike[str]) -> Path:
    """Write a ``clouds.yaml``, and return its path.

    Raises:
        UsageError: it cannot be written, or would replace a file that is not ours.
    """
    text = clouds(fake)
    clouds_file(path).write(text)
    return Path(path)


def clouds_file(path: str | os.PathLike[str]) -> OwnFile:
    """Return the ``clouds.yaml`` at a path, which may not exist yet."""
    return OwnFile(path, "clouds.yaml", _MARK)
