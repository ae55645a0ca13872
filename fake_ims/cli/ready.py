"""The ready file: how clients find a fake that ``fake-ims serve`` runs."""

from __future__ import annotations

import json
import os
import re

from ..fake.fake_ims import FakeIMS
from ..fake.own_file import OwnFile
from ..version import __version__

_MARK = re.compile(r'\{"fake_ims": "[^"]*", "pid": (\d+),')


def ready_file(path: str) -> OwnFile:
    """Return the ready file at a path, which may not exist yet."""
    return OwnFile(path, "the ready file", _MARK)


def document(fake: FakeIMS) -> str:
    """Return the text of the ready file of a running fake."""
    return json.dumps({
        "fake_ims": __version__, "pid": os.getpid(),
        "url": fake.url, "token": fake.lasting_token, "project_id": fake.project_id,
        "auth_url": fake.auth_url, "region": fake.region, "username": fake.username,
        "password": fake.password, "project_name": fake.project_name,
        "user_domain_name": fake.user_domain_name, "access_key": fake.access_key,
        "secret_key": fake.secret_key,
    }) + "\n"
