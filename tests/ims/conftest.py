"""What the tests of the IMS APIs share: a fake, and a client that speaks JSON to it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import parse_headers
from typing import Any, BinaryIO

import pytest
import requests

from fake_ims import FakeIMS
from fake_ims.fake.jobs import JobHandle


@dataclass
class Ims:
    """The fake and a session with it."""

    fake: FakeIMS
    session: requests.Session

    def ask(
        self,
        route: str,
        body: object = None,
        *,
        status: int | None = None,
        headers: dict[str, str] | None = None,
        params: dict[str, Any] | None = None,
    ) -> Any:
        """Send ``METHOD /path``, check the status, give the answer's document (None if empty)."""
        method, path = route.split(" ", 1)
        answer = self.session.request(method, self.fake.url + path, json=body, params=params,
                                      headers=headers or self.fake.headers)
        if status is not None:
            assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def shown(self, *paths: str) -> list[Any]:
        """The documents of so many ``GET``, sent in one go; each must be answered with 200."""
        host, port = self.fake.url.removeprefix("http://").split(":")
        headers = {"Host": host, **self.fake.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        sent = "".join(f"GET {path} HTTP/1.1\r\n{lines}\r\n" for path in paths)
        with socket.create_connection((host, int(port)), timeout=30) as sock:
            sock.sendall(sent.encode())
            with sock.makefile("rb") as answers:
                return [self._document(path, answers) for path in paths]

    @staticmethod
    def _document(path: str, answers: BinaryIO) -> Any:
        status = answers.readline()
        headers = parse_headers(answers)
        body = answers.read(int(headers["Content-Length"]))
        assert status.split()[1] == b"200", (path, status, body)
        return json.loads(body)

    def refused(self, route: str, body: object = None, *, status: int = 400,
                headers: dict[str, str] | None = None) -> str:
        """The error code of a request that must be refused."""
        document = self.ask(route, body, status=status, headers=headers)
        assert set(document) == {"error"}
        assert set(document["error"]) == {"message", "code"}
        return str(document["error"]["code"])

    def code(self, route: str, body: object, headers: dict[str, str] | None = None) -> str | None:
        """The error code of a request; None if it is not refused."""
        document = self.ask(route, body, headers=headers)
        return str(document["error"]["code"]) if "error" in document else None

    def job(self, route: str, body: object = None, **more: Any) -> JobHandle:
        """Begin a job: 200 with nothing but ``job_id``."""
        document = self.ask(route, body, status=200, **more)
        assert set(document) == {"job_id"}
        return self.fake.jobs[document["job_id"]]


@pytest.fixture(scope="package")
def _running() -> Iterator[Ims]:
    with FakeIMS() as fake, requests.Session() as session:
        session.trust_env = False  # looking for proxies is a third of a request's time
        yield Ims(fake, session)


@pytest.fixture
def ims(_running: Ims) -> Ims:
    """A clean fake."""
    _running.fake.reset()
    return _running
