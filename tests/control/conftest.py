"""A client of the control API."""

from __future__ import annotations

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest

from fake_ims import FakeIMS


class ControlClient:
    """Sends control requests; gives status and document."""

    def __init__(self, fake: FakeIMS, token: str | None = None) -> None:
        self.host = urlsplit(fake.url).netloc
        self.token = token

    def __call__(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, Any]:
        raw = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        sent = {} if method == "GET" else {"Content-Type": "application/json"}
        if self.token is not None:
            sent["X-Fake-Ims-Control"] = self.token
        connection = HTTPConnection(self.host, timeout=30)
        try:
            connection.request(method, f"/_fake_ims{path}", raw, sent | headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        return answer.status, json.loads(text) if text else None

    def does(self, method: str, path: str, body: object = None) -> Any:
        """The document of a request that must succeed."""
        status, document = self(method, path, body)
        assert status in (200, 204), (status, document)
        return document

    def refused(self, method: str, path: str, body: object = None) -> tuple[int, str]:
        """Status and message of a request that must fail."""
        status, document = self(method, path, body)
        assert status >= 400, (status, document)
        return status, document["error"]["message"]


@pytest.fixture
def control(fake_ims: FakeIMS) -> ControlClient:
    return ControlClient(fake_ims)


@pytest.fixture
def control_of() -> type[ControlClient]:
    """Makes a client of another fake."""
    return ControlClient
