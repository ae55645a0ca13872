"""What the tests of identity share: bodies of log-ins, and a client that sends them."""

from __future__ import annotations

from typing import Any

import pytest
from wire import Reply, Wire

from fake_ims import FakeIMS

TOKENS = "/v3/auth/tokens"


class Door:
    """Logs in over raw HTTP, as the default user unless the test says otherwise."""

    def __init__(self, fake: FakeIMS) -> None:
        self.fake = fake
        self.wire = Wire(fake.url, {})
        self.domain = {"name": fake.user_domain_name}

    def user(self, **other: object) -> dict[str, object]:
        """The default user as a log-in names them."""
        return {"name": self.fake.username, "domain": self.domain,
                "password": self.fake.password, **other}

    def project(self, **other: object) -> dict[str, Any]:
        """The scope of the default project."""
        return {"project": other or {"name": self.fake.project_name, "domain": self.domain}}

    def password(self, user: object = None, scope: object = None) -> dict[str, Any]:
        """The body of a log-in with a password."""
        return self.by("password", {"user": self.user() if user is None else user}, scope)

    def by(self, method: str, shown: object, scope: object = None) -> dict[str, Any]:
        """The body of a log-in by any method."""
        auth: dict[str, Any] = {"identity": {"methods": [method], method: shown}}
        if scope is not None:
            auth["scope"] = scope
        return {"auth": auth}

    def knock(self, body: object, query: str = "") -> Reply:
        """Try to log in."""
        return self.wire.post(TOKENS + query, body)

    def enter(self, body: object = None) -> Reply:
        """Log in, by default to the default project."""
        reply = self.knock(self.password(scope=self.project()) if body is None else body)
        assert reply.status == 201, reply
        return reply

    def token(self, body: object = None) -> str:
        """The token of a log-in."""
        return str(self.enter(body).headers["X-Subject-Token"])

    def caller(self, token: str) -> Wire:
        """A client with a token."""
        return Wire(self.fake.url, {"X-Auth-Token": token})

    def admin(self) -> Wire:
        """A client with an admin's token."""
        return self.caller(self.token(self.password(self.user(name="admin"), self.project())))


@pytest.fixture
def door(fake_ims: FakeIMS) -> Door:
    return Door(fake_ims)
