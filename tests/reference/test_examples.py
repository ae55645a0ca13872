"""Every example request of the API reference is answered as the reference says.

``examples.json`` holds the facts: of each page the example requests, and the names and types in
its example answers. What differs on purpose stands in ``EXCEPTIONS``, with a row in
``docs/decisions.md``.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import requests

from fake_ims import FakeIMS, by_hand
from fake_ims.api import routing
from fake_ims.contract.jobs import JOB_TYPES
from fake_ims.contract.model import Operation

PAGES: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("examples.json").read_text(encoding="utf-8"))
JOBS = "Querying the Status of an Asynchronous Job"
EXAMPLES = [pytest.param(page, request, id=f"{page['page']} {position}")
            for page in PAGES if page["page"] != JOBS
            for position, request in enumerate(page["requests"])]
PROJECT = "fd73a4a14a4a4dfb9771a8475e5198ea"
MEMBER = "edc89b490d7d4392898e19b2deb34797"
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# What an image has only if somebody gave it; the examples' images have had it.
GIVEN = {
    "__description": "d", "__lazyloading": "true", "__support_fc_inject": "true",
    "hw_firmware_type": "bios", "hw_vif_multiqueue_enabled": "true", "__productcode": "",
    "__backup_id": "", "__originalimagename": "", "__data_origin": "",
}
EXCEPTIONS = {
    # The fake's attributes are texts or left out, never null.
    "__data_origin": {"null": "string"},
    # A size that is not known is null, in the examples also 0.
    "virtual_size": {"integer": "null"},
}


def operation_of(method: str, path: str) -> Operation:
    match = routing.router("otc").match(path.partition("?")[0].strip("/").split("/"))
    return match.operations[method]


def type_of(value: object) -> str:
    for kind, name in ((bool, "boolean"), (str, "string"), (int, "integer"), (float, "number")):
        if isinstance(value, kind):
            return name
    return "null"


def differences(answer: Any, shape: Any, path: str = "") -> list[str]:
    """The names of a shape that an answer has not, or with another type."""
    if isinstance(shape, dict):
        if not isinstance(answer, dict):
            return [f"{path}: {type_of(answer)} for an object"]
        return [line for name, wanted in shape.items()
                for line in ([f"{path}.{name}: missing"] if name not in answer else
                             differences(answer[name], wanted, f"{path}.{name}"))]
    if isinstance(shape, list):
        if not isinstance(answer, list):
            return [f"{path}: {type_of(answer)} for an array"]
        if shape and not answer:
            return [f"{path}: empty"]
        return [line for item in answer[:1] if shape
                for line in differences(item, shape[0], f"{path}[]")]
    found = type_of(answer)
    allowed = {shape, EXCEPTIONS.get(path.rpartition(".")[2], {}).get(shape, shape)}
    return [] if found in allowed else [f"{path}: {found} for {shape}"]


def prepare(fake: FakeIMS, operation: Operation, request: dict[str, Any]) -> dict[str, str]:
    """Put there what the request is about; the headers of who sends it."""
    body = request.get("body")
    text = request["path"] + json.dumps(body if operation.id != "cloudimages.create" else None)
    ids = dict.fromkeys(_UUID.findall(text))
    accepts = operation.id in ("cloudimages.members.update", "members.update")
    caller = fake.tenant(MEMBER if accepts else PROJECT)
    if operation.id == "images.upload" or operation.id == "cloudimages.register":
        status = {"status": "queued"}
    else:
        status = {"status": "active"}
    shared = operation.id.startswith("members.") and operation.id != "members.add"
    shared = shared or operation.id in ("cloudimages.members.update", "cloudimages.members.delete")
    for image_id in ids or ["62a15f6c-9197-44d2-89c7-708981c1bec1"]:
        fake.images.add(
            id=image_id, owner=PROJECT, name="test10002", disk_format="qcow2",
            tags=["key0=valueXX", "key3=valueXX", "key1=v", "aaaa"] if "tag" in operation.id
            or "find" in operation.id else [], **status, **GIVEN,
            **({"members": {MEMBER: "pending"}} if shared else {}))
    if "__imagetype=gold" in request["path"]:
        fake.images.add(name="gold", visibility="public", protected=True, owner="op", **GIVEN)
    if operation.id == "images.list":
        for number in range(26):
            fake.images.add(name=str(number), owner=PROJECT, **GIVEN)
    return caller.headers


@pytest.mark.parametrize(("page", "request_"), EXAMPLES)
def test_an_example_is_answered_as_its_page_says(
    fake_ims: FakeIMS, page: dict[str, Any], request_: dict[str, Any]
) -> None:
    operation = operation_of(request_["method"], request_["path"])
    headers = prepare(fake_ims, operation, request_)
    if operation.body == "patch" and operation.face == "native":
        version = "v2.0" if "op" not in request_["body"][0] else "v2.1"
        headers["Content-Type"] = f"application/openstack-images-{version}-json-patch"
    data: Any = json.dumps(request_["body"]) if "body" in request_ else None
    if operation.body == "octets":
        data, headers["Content-Type"] = b"bytes", "application/octet-stream"
    answer = requests.request(request_["method"], fake_ims.url + request_["path"], data=data,
                              headers=headers)
    assert answer.status_code == operation.success, answer.text
    if not page["answers"]:
        assert answer.content == b""
        return
    filtered = request_.get("body", {})
    shape = page["answers"][0]
    if isinstance(filtered, dict) and filtered.get("action") == "filter":
        shape = page["answers"][1]
    assert differences(answer.json(), shape) == []


BEGUN_BY: dict[str, tuple[str, dict[str, Any]]] = {
    "imsCreateImageByInstance": ("POST /v2/cloudimages/action", {
        "name": "test", "instance_id": "877a2cda-ba63-4e1e-b95f-e67e48b6129a"}),
    "imsImportImageJob": ("POST /v2/cloudimages/action", {
        "name": "test", "image_url": "ims-image:centos70.qcow2", "min_disk": 40,
        "os_version": "CentOS 7.0 64bit"}),
    "imsImportOvaImageJob": ("POST /v2/cloudimages/action", {
        "name": "test", "image_url": "ims-image:centos70.ova", "min_disk": 40,
        "os_version": "CentOS 7.0 64bit"}),
    "imsVolumeCreateImageJob": ("POST /v2/cloudimages/action", {
        "name": "test", "volume_id": "877a2cda-ba63-4e1e-b95f-e67e48b6129a",
        "os_version": "CentOS 7.0 64bit"}),
    "imsVolumesToSysDataImagesJob": ("POST /v2/cloudimages/action", {
        "data_images": [{"name": "test", "volume_id": "c5dfbd0c-bf0a-4798-a453-61dc6b54aa30"}]}),
    "imsImportDataImageJob": ("POST /v1/cloudimages/dataimages/action", {
        "name": "test", "image_url": "ims-image:data.qcow2", "min_disk": 40}),
    "imsCreateWholeImageByInstanceJob": ("POST /v1/cloudimages/wholeimages/action", {
        "name": "test", "instance_id": "877a2cda-ba63-4e1e-b95f-e67e48b6129a",
        "vault_id": "de9fcf45-11b2-432c-8562-5c5428574600"}),
    "imsCreateWholeImageByBackupJob": ("POST /v1/cloudimages/wholeimages/action", {
        "name": "test", "backup_id": "9b27efab-4a17-4c06-bfa2-3e0cf021d3c3",
        "whole_image_type": "CBR"}),
    "imsNativeImportImageJob": ("PUT /v1/cloudimages/{queued}/upload", {
        "image_url": "bucketname:disk.vmdk"}),
    "imsNativeExportImageJob": ("POST /v1/cloudimages/{active}/file", {
        "bucket_url": "ims-image:out.qcow2", "file_format": "qcow2", "is_quick_export": False}),
    "imsAddImageMembersJob": ("POST /v1/cloudimages/members", {
        "images": ["{active}"], "projects": ["p2"]}),
    "imsDelImageMembersJob": ("DELETE /v1/cloudimages/members", {
        "images": ["{shared}"], "projects": ["p3"]}),
    "imsUpdateImageMembersJob": ("PUT /v1/cloudimages/members", {
        "images": ["{shared}"], "project_id": "p3", "status": "accepted"}),
    "imsCopyImageInRegionJob": ("POST /v1/cloudimages/{active}/copy", {"name": "test"}),
}


def example_jobs() -> list[Any]:
    return [pytest.param(name, id=name) for name, row in JOB_TYPES.items()
            if row.source == "reference" and name != "imsCopyVolumeToImageJob"]


@pytest.mark.parametrize("name", example_jobs())
def test_a_job_of_each_type_is_shown_as_its_example(fake_ims: FakeIMS, name: str) -> None:
    images = {status: fake_ims.images.add(name=status, status=status).id
              for status in ("queued", "active")}
    images["shared"] = fake_ims.images.add(name="s", members={"p3": "pending"}).id
    route, body = BEGUN_BY[name]
    text = json.dumps([*route.split(" "), body])
    for key, image_id in images.items():
        text = text.replace(f"{{{key}}}", image_id)
    method, path, document = json.loads(text)
    caller = fake_ims.tenant("p3" if "Update" in name else fake_ims.project_id)
    begun = requests.request(method, fake_ims.url + path, json=document, headers=caller.headers)
    assert begun.status_code == 200, begun.text
    job = requests.get(f"{fake_ims.url}/v1/{caller.project_id}/jobs/{begun.json()['job_id']}",
                       headers=caller.headers).json()
    assert job["status"] == "SUCCESS", job
    assert job["job_type"] == name
    shapes = next(page["answers"] for page in PAGES if page["page"] == JOBS)
    kind = JOB_TYPES[name].contents
    wanted = {"image": {"image_name", "image_id"}, "image_id": {"image_id"},
              "results": {"results"}, "sub_jobs": {"sub_jobs_result", "sub_jobs_list"}}[kind]
    shape = next(one for one in shapes if set(one["entities"]) == wanted)
    if "Del" in name:
        shape = {**shape, "entities": {"results": []}}
    assert differences(job, shape) == []


def test_a_job_that_is_not_over_says_so_with_nulls(fake_ims: FakeIMS) -> None:
    fake_ims.lifecycle.jobs = by_hand
    begun = requests.post(fake_ims.url + "/v1/cloudimages/members", headers=fake_ims.headers,
                          json={"images": [fake_ims.images.add(name="i").id], "projects": ["p2"]})
    job = requests.get(f"{fake_ims.url}/v1/{fake_ims.project_id}/jobs/{begun.json()['job_id']}",
                       headers=fake_ims.headers).json()
    assert (job["status"], job["end_time"], job["error_code"]) == ("INIT", None, None)
