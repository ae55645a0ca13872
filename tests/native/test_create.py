"""Page *Creating Image Metadata (Native OpenStack API)*."""

from __future__ import annotations

import re
from typing import Any

import pytest
from wire import Wire

from fake_ims import FakeIMS
from fake_ims.contract.os_versions import OS_VERSIONS

EXAMPLE: dict[str, Any] = {
    "__os_version": "Ubuntu 14.04 server 64bit",
    "container_format": "bare",
    "disk_format": "vhd",
    "min_disk": 100,
    "min_ram": 1024,
    "name": "test",
    "tags": ["test=testvalue", "image=imagevalue"],
    "visibility": "private",
    "protected": False,
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


def test_the_example_request_gives_the_example_response(wire: Wire, fake_ims: FakeIMS) -> None:
    reply = wire.post("/v2/images", EXAMPLE)
    answer = reply.json
    image_id = answer["id"]
    assert reply.status == 201
    assert UUID.match(image_id)
    assert TIME.match(answer["created_at"])
    assert TIME.match(answer["updated_at"])
    assert answer == {
        **EXAMPLE,
        "id": image_id,
        "created_at": answer["created_at"],
        "updated_at": answer["updated_at"],
        "owner": fake_ims.project_id,
        "status": "queued",
        "schema": "/v2/schemas/image",
        "self": f"/v2/images/{image_id}",
        "file": f"/v2/images/{image_id}/file",
        "__image_source_type": "uds",
        "__image_size": "0",
        "__isregistered": "true",
        "__os_type": "Linux",
        "__os_bit": "64",
        "__platform": "Ubuntu",
        "__imagetype": "private",
        "virtual_env_type": "FusionCompute",
    }
    assert reply.headers["Location"] == f"{fake_ims.url}/v2/images/{image_id}"
    assert wire.show(image_id) == answer


def test_nothing_is_mandatory_and_the_defaults_are_the_pages(wire: Wire) -> None:
    answer = wire.create()
    assert {name: answer[name] for name in (
        "name", "visibility", "protected", "container_format", "disk_format", "tags", "min_ram",
        "min_disk", "__os_version",
    )} == {
        "name": "", "visibility": "private", "protected": False, "container_format": "bare",
        "disk_format": "zvhd2", "tags": [], "min_ram": 0, "min_disk": 0,
        "__os_version": "Other Linux(64 bit)",
    }
    assert (answer["__os_type"], answer["__platform"], answer["__os_bit"]) == (
        "Linux", "Other", "64")


@pytest.mark.parametrize(("name", "value"), [
    ("name", "a"),
    ("name", "n" * 255),
    ("name", "Az09-._ x"),
    ("protected", True),
    ("container_format", "bare"),
    *(("disk_format", value) for value in ("zvhd2", "vhd", "raw", "qcow2")),
    ("min_disk", 0),
    ("min_disk", 1),
    ("min_disk", 1024),
    ("min_ram", 0),
    ("min_ram", 2**31 - 1),
    ("tags", []),
    ("tags", ["k"]),
    ("tags", ["t" * 255]),
    ("tags", ["key=", "key=value", "key.value", "a_-9"]),
    ("tags", [f"t{number}" for number in range(128)]),
    ("visibility", "private"),
    ("id", "11111111-2222-3333-4444-555555555555"),
    ("__description", ""),
    ("__description", "d" * 1024),
    ("__os_version", "Ubuntu 22.04 server 64bit"),
    ("hw_firmware_type", "bios"),
    ("hw_firmware_type", "uefi"),
    ("hw_vif_multiqueue_enabled", "true"),
    ("__support_kvm", "true"),
    ("__support_xen_gpu_type", "M60_vGPU"),
    ("__support_kvm_gpu_type", "V100"),
    ("enterprise_project_id", "0"),
    ("max_ram", "4096"),
    ("my-property", ""),
    ("my-property", "ключ, 钥匙, 🗝"),
    ("os_hidden", "true"),
    ("p" * 255, "v"),
    ("x", "v" * 1_000_000),
])
def test_a_value_within_the_limits_is_taken_and_shown(wire: Wire, name: str, value: Any) -> None:
    image = wire.create(**{name: value})
    assert image[name] == value
    assert wire.show(image["id"]) == image


@pytest.mark.parametrize(("name", "value", "code"), [
    ("name", "", "IMG.0062"),
    ("name", "n" * 256, "IMG.0062"),
    ("name", None, "IMG.0062"),
    ("name", 1, "IMG.0062"),
    ("name", " a", "IMG.0003"),
    ("name", "a ", "IMG.0003"),
    ("name", "a\nb", "IMG.0003"),
    ("name", "a\n", "IMG.0003"),
    ("name", "a/b", "IMG.0003"),
    ("name", "Ubuntu™", "IMG.0003"),
    ("name", "\0", "IMG.0003"),
    ("protected", "true", "IMG.0001"),
    ("protected", 1, "IMG.0001"),
    ("protected", None, "IMG.0001"),
    ("container_format", "ovf", "IMG.0001"),
    ("container_format", "", "IMG.0001"),
    ("container_format", None, "IMG.0001"),
    ("disk_format", "zvhd", "IMG.0072"),
    ("disk_format", "vmdk", "IMG.0072"),
    ("disk_format", "VHD", "IMG.0072"),
    ("disk_format", "", "IMG.0072"),
    ("disk_format", None, "IMG.0072"),
    ("disk_format", 5, "IMG.0072"),
    ("min_disk", -1, "IMG.0055"),
    ("min_disk", 1025, "IMG.0055"),
    ("min_disk", 1.5, "IMG.0055"),
    ("min_disk", "100", "IMG.0055"),
    ("min_disk", True, "IMG.0055"),
    ("min_disk", None, "IMG.0055"),
    ("min_disk", 10**30, "IMG.0055"),
    ("min_ram", -1, "IMG.0055"),
    ("min_ram", 2**31, "IMG.0055"),
    ("min_ram", "1024", "IMG.0055"),
    ("min_ram", False, "IMG.0055"),
    ("tags", "a=b", "IMG.0115"),
    ("tags", None, "IMG.0115"),
    ("tags", {"a": "b"}, "IMG.0115"),
    ("tags", [1], "IMG.0115"),
    ("tags", [None], "IMG.0115"),
    ("tags", [""], "IMG.0115"),
    ("tags", ["t" * 256], "IMG.0115"),
    ("tags", ["=value"], "IMG.0115"),
    ("tags", ["a b"], "IMG.0115"),
    ("tags", ["a=b=c"], "IMG.0115"),
    ("tags", ["ключ"], "IMG.0115"),
    ("tags", ["ok", "a\n"], "IMG.0115"),
    ("visibility", "public", "IMG.0001"),
    ("visibility", "shared", "IMG.0001"),
    ("visibility", "community", "IMG.0001"),
    ("visibility", "", "IMG.0001"),
    ("visibility", None, "IMG.0001"),
    ("id", "5", "IMG.0001"),
    ("id", "11111111-2222-3333-4444-555555555555\n", "IMG.0001"),
    ("id", None, "IMG.0001"),
    ("owner", None, "IMG.0001"),
    ("__os_version", "MS-DOS 6.22", "IMG.0056"),
    ("__os_version", "", "IMG.0056"),
    ("__os_version", "Ubuntu 22.04 server", "IMG.0056"),
    ("__os_version", 7, "IMG.0056"),
    ("__description", "d" * 1025, "IMG.0004"),
    ("__description", "a<b", "IMG.0054"),
    ("__description", "a\r\nb", "IMG.0054"),
    ("__description", "a\n", "IMG.0054"),
    ("hw_firmware_type", "efi", "IMG.0141"),
    ("hw_firmware_type", "", "IMG.0141"),
    ("hw_vif_multiqueue_enabled", "yes", "IMG.0001"),
    ("hw_vif_multiqueue_enabled", True, "IMG.0001"),
    ("__support_kvm", "yes", "IMG.0001"),
    ("__support_xen_gpu_type", "V100", "IMG.0001"),
    ("__support_kvm_gpu_type", "M60_vGPU", "IMG.0001"),
    ("os_hidden", True, "IMG.0001"),
    ("my-property", 5, "IMG.0001"),
    ("my-property", None, "IMG.0001"),
    ("my-property", ["a"], "IMG.0001"),
    ("my-property", {"a": "b"}, "IMG.0001"),
    ("p" * 256, "v", "IMG.0001"),
])
def test_a_value_beyond_the_limits_is_refused(
    wire: Wire, fake_ims: FakeIMS, name: str, value: Any, code: str
) -> None:
    assert wire.post("/v2/images", {name: value}).refusal == (400, code)
    assert len(fake_ims.images) == 0


@pytest.mark.parametrize(("body", "message"), [
    ({"disk_format": "vmdk"}, "The specified image format is not supported."),
    ({"min_disk": "1"}, "The memory or disk size is invalid."),
    ({"tags": [1]}, "The image tag is invalid."),
    ({"name": ""}, "The image name is incorrect."),
    ({"name": "a/b"}, "The image name format is invalid."),
    ({"__os_version": "x"}, "Invalid OS version."),
    ({"__description": "<"}, "The image description format is invalid."),
    ({"container_format": "ovf"}, "'ovf' is not one of ['bare']"),
    ({"protected": "true"}, "'true' is not of type 'boolean'"),
])
def test_a_code_comes_with_the_references_message_and_a_format_error_says_more(
    wire: Wire, body: dict[str, Any], message: str
) -> None:
    assert wire.post("/v2/images", body).json["error"]["message"] == message


def test_a_whole_number_may_be_written_with_a_point(wire: Wire) -> None:
    reply = wire.post("/v2/images", b'{"min_disk": 40.0, "min_ram": 512.0}')
    assert b'"min_disk":40,' in reply.body
    assert b'"min_ram":512,' in reply.body


@pytest.mark.parametrize("name", [
    "status", "checksum", "size", "virtual_size", "created_at", "updated_at", "self", "file",
    "schema", "direct_url", "os_hash_algo", "os_hash_value", "stores",
    "__os_type", "__platform", "__os_bit", "__isregistered", "__imagetype", "__image_source_type",
    "__image_size", "__image_location", "__data_origin", "__root_origin", "__originalimagename",
    "__backup_id", "__productcode", "__account_code", "__whole_image", "__system__cmkid",
    "__lazyloading", "virtual_env_type", "active_at",
    "location", "locations", "deleted", "deleted_at", "os_glance_import_task",
])
@pytest.mark.parametrize("value", ["true", 1, None])
def test_what_the_service_sets_cannot_be_given(wire: Wire, name: str, value: Any) -> None:
    reply = wire.post("/v2/images", {name: value})
    assert reply.refusal == (403, "IMG.0035")
    assert f"'{name}'" in reply.json["error"]["message"]


@pytest.mark.parametrize(("body", "code"), [
    (None, "IMG.0007"),
    (b"", "IMG.0007"),
    (b" ", "IMG.0001"),
    (b"{", "IMG.0001"),
    (b"{}{}", "IMG.0001"),
    (b"{'name': 'a'}", "IMG.0001"),
    (b'{"name": "\xff"}', "IMG.0001"),
    (b'{"name": "\\ud800"}', "IMG.0001"),
    (b"\xff\xfe{\x00}\x00", "IMG.0001"),
    (b"[]", "IMG.0001"),
    (b'[{"name": "a"}]', "IMG.0001"),
    (b"null", "IMG.0001"),
    (b"true", "IMG.0001"),
    (b"5", "IMG.0001"),
    (b'"a"', "IMG.0001"),
    (b"name=a", "IMG.0001"),
    (b"[" * 100_000, "IMG.0001"),
    (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "IMG.0001"),
    *((b'{"a":' * deep + b"[]" + b"}" * deep, "IMG.0001") for deep in (90, 300, 500, 900)),
    (b'{"min_disk": NaN}', "IMG.0055"),
    (b'{"min_disk": 1e999}', "IMG.0055"),
    (b'{"min_disk": ' + b"9" * 10_000 + b"}", "IMG.0001"),
])
def test_a_body_that_is_no_image_is_refused(
    wire: Wire, fake_ims: FakeIMS, body: bytes | None, code: str
) -> None:
    assert wire.post("/v2/images", body).refusal == (400, code)
    assert len(fake_ims.images) == 0


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "text/plain", "", "😀"])
def test_the_media_type_of_the_body_does_not_matter(wire: Wire, media_type: str) -> None:
    headers = {"Content-Type": media_type.encode("utf-8").decode("latin-1")}
    assert wire.post("/v2/images", b'{"name": "a"}', headers).status == 201


def test_the_body_may_come_in_chunks_and_with_a_last_duplicate(wire: Wire) -> None:
    chunks = iter([b'{"name": "a",', b' "name"', b': "b"}'])
    assert wire.send("POST", "/v2/images", chunks, chunked=True).json["name"] == "b"


def test_a_huge_body_is_read(wire: Wire) -> None:
    properties = {f"p{number}": "x" * 100_000 for number in range(100)}
    assert wire.create(**properties).items() >= properties.items()


def test_names_need_not_be_unique_but_ids(wire: Wire, fake_ims: FakeIMS) -> None:
    image_id = wire.create(name="same")["id"]
    assert wire.create(name="same")["id"] != image_id
    assert wire.post("/v2/images", {"id": image_id}).refusal == (409, "IMG.0009")
    stranger = wire.caller(fake_ims.tenant("p2"))
    assert stranger.post("/v2/images", {"id": image_id}).status == 409
    wire.delete(f"/v2/images/{image_id}")
    assert wire.post("/v2/images", {"id": image_id}).status == 409


def test_a_tag_given_twice_counts_once(wire: Wire) -> None:
    assert wire.create(tags=["b", "a=1", "b", "a=1"])["tags"] == ["b", "a=1"]


@pytest.mark.parametrize(("body", "code"), [
    ({"tags": [f"t{number}" for number in range(129)]}, "IMG.0116"),
    ({f"p{number}": "" for number in range(129)}, "IMG.0001"),
], ids=["tags", "properties"])
def test_more_than_the_service_takes_is_413(
    wire: Wire, fake_ims: FakeIMS, body: dict[str, Any], code: str
) -> None:
    assert wire.post("/v2/images", body).refusal == (413, code)
    assert len(fake_ims.images) == 0


@pytest.mark.parametrize(("os_version", "os_type", "platform", "bits"), [
    *((names[0], "Windows" if platform == "Windows" else "Linux", platform,
       "32" if "32" in names[0][-6:] else "64") for platform, names in OS_VERSIONS.items()),
    ("Windows 7 Professional 32bit", "Windows", "Windows", "32"),
    ("Other Windows(32 bit)", "Windows", "Windows", "32"),
    ("SUSE Linux Enterprise Server 11 SP3 32bit", "Linux", "SUSE", "32"),
    ("Redhat Linux Enterprise 6.4 32bit", "Linux", "Red Hat", "32"),
    ("Redhat 7.6 64bit", "Linux", "Red Hat", "64"),
    ("Ubuntu 14.04.1 server 32bit", "Linux", "Ubuntu", "32"),
    ("CentOS 6.10 32bit", "Linux", "CentOS", "32"),
    ("CoreOS 1010.5.0", "Linux", "CoreOS", "64"),
    ("openSUSE 42.3 64bit", "Linux", "OpenSUSE", "64"),
    ("openEuler 20.03 64bit", "Linux", "Other", "64"),
    ("Other Linux(32 bit)", "Linux", "Other", "32"),
    ("Debian GNU/Linux 12.0.0 64bit", "Linux", "Debian", "64"),
])
def test_what_the_service_derives_from_the_os_version(
    wire: Wire, os_version: str, os_type: str, platform: str, bits: str
) -> None:
    image = wire.create(**{"__os_version": os_version})
    assert (image["__os_type"], image["__platform"], image["__os_bit"]) == (
        os_type, platform, bits)


def test_every_os_version_of_the_reference_is_taken(wire: Wire) -> None:
    for names in OS_VERSIONS.values():
        for name in names:
            assert wire.create(**{"__os_version": name})["__os_version"] == name


@pytest.mark.parametrize(("one", "other"), [
    ("__support_xen_gpu_type", "__support_xen"),
    ("__support_xen_gpu_type", "__support_kvm"),
    ("__support_kvm_gpu_type", "__support_xen"),
    ("__support_kvm_gpu_type", "__support_kvm"),
    ("__support_xen_hana", "__support_xen"),
    ("__support_xen_hana", "__support_kvm"),
    ("__support_kvm_infiniband", "__support_xen"),
])
def test_what_cannot_co_exist_is_refused(wire: Wire, one: str, other: str) -> None:
    values = {"__support_xen_gpu_type": "M60_vGPU", "__support_kvm_gpu_type": "P100"}
    body = {name: values.get(name, "true") for name in (one, other)}
    assert wire.post("/v2/images", body).refusal == (400, "IMG.0035")


def test_owner_is_the_callers_project(wire: Wire, fake_ims: FakeIMS) -> None:
    assert wire.create(owner=fake_ims.project_id)["owner"] == fake_ims.project_id
    assert wire.post("/v2/images", {"owner": "p2"}).refusal == (403, "IMG.0106")
    admin = wire.caller(fake_ims.tenant("ops", roles=("admin",)))
    assert admin.create(owner="p2")["owner"] == "p2"


# every documented status: by rule where the service has one ...

@pytest.mark.parametrize(("status", "code", "method", "path", "who"), [
    (400, "IMG.0007", "POST", "/v2/images", "member"),
    (401, "IMG.0087", "POST", "/v2/images", "nobody"),
    (403, "IMG.0026", "POST", "/v2/images", "reader"),
    (404, "IMG.0017", "POST", "/v2/imagos", "member"),
    (405, "IMG.0105", "PUT", "/v2/images", "member"),
])
def test_a_status_by_rule(
    wire: Wire, fake_ims: FakeIMS, status: int, code: str, method: str, path: str, who: str
) -> None:
    caller = {"member": wire, "nobody": wire.anonymous(),
              "reader": wire.caller(fake_ims.tenant("p", roles=("reader",)))}[who]
    body = {} if who == "reader" else None
    reply = caller.send(method, path, body)
    assert reply.refusal == (status, code)
    if status == 405:
        assert reply.headers["Allow"] == "GET, POST"


# ... otherwise by a fault

@pytest.mark.parametrize("status", [
    400, 401, 403, 404, 405, 406, 408, 409, 413, 415, 429, 500, 501, 502, 503, 504,
])
def test_a_status_by_fault(wire: Wire, fake_ims: FakeIMS, status: int) -> None:
    fake_ims.faults.add("images.create", status=status, times=1)
    reply = wire.post("/v2/images", EXAMPLE)
    assert reply.status == status
    assert re.fullmatch(r"IMG\.\d{4}", reply.code)
    assert len(fake_ims.images) == 0
    assert wire.post("/v2/images", EXAMPLE).status == 201


def test_an_error_code_by_fault(wire: Wire, fake_ims: FakeIMS) -> None:
    fake_ims.faults.add("images.create", error_code="IMG.0015")
    reply = wire.post("/v2/images", EXAMPLE)
    assert reply.refusal == (400, "IMG.0015")
    assert reply.json["error"]["message"] == (
        "The number of private images has reached the maximum allowed.")
