"""The IMS APIs, which the fake does not serve yet: 501, and the body says so."""

from __future__ import annotations

import pytest
from wire import Wire

from fake_ims import FakeIMS
from fake_ims.contract.model import Operation
from fake_ims.contract.operations import OPERATIONS

UNSERVED = [operation for operation in OPERATIONS if operation.face == "ims"]
VALUES = {"image_id": "11111111-2222-3333-4444-555555555555", "project_id": "p1", "key": "k",
          "job_id": "ff80808288d41e1b018990260955686a"}


def test_which_they_are() -> None:
    assert len(UNSERVED) == 23
    assert not any(operation.served for operation in UNSERVED)


@pytest.mark.parametrize("operation", UNSERVED, ids=lambda operation: operation.id)
def test_501(wire: Wire, fake_ims: FakeIMS, operation: Operation) -> None:
    path = operation.path.format(**VALUES)
    body = {} if operation.body != "none" else None
    reply = wire.send(operation.method, path, body)
    assert reply.refusal == (501, "IMG.0105")
    assert reply.json["error"]["message"] == (
        f"The fake does not serve {operation.id} ({operation.method} {operation.path}) yet.")
    assert fake_ims.requests.last.operation == operation.id
    assert wire.anonymous().send(operation.method, path).refusal == (401, "IMG.0087")


@pytest.mark.fake_ims(profile="openstack")
def test_glance_does_not_have_them(wire: Wire) -> None:
    assert wire.get("/v2/cloudimages").status == 404
