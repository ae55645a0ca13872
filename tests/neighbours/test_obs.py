"""OBS in miniature: what clients put can be imported, what IMS exports can be read."""

from __future__ import annotations

import hashlib
import io
import socket
import tracemalloc
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any

import pytest
from botocore.exceptions import ClientError
from wire import Wire

from fake_ims import FakeIMS
from fake_ims.contract.model import Operation
from fake_ims.contract.neighbours import OBS_OPERATIONS

Make = Callable[..., Any]
QCOW2 = b"QFI\xfb" + (3).to_bytes(4, "big") + bytes(16) + (2**30).to_bytes(8, "big") + bytes(480)


def refusal(refused: pytest.ExceptionInfo[ClientError]) -> tuple[int, str]:
    answer = refused.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


@pytest.mark.parametrize("signature", ["s3", "s3v4"])
def test_a_pipeline_of_boto3(fake_ims: FakeIMS, s3: Make, wire: Wire, signature: str) -> None:
    client = s3(signature)
    client.create_bucket(Bucket="disks")
    client.put_object(Bucket="disks", Key="centos.qcow2", Body=QCOW2, ContentType="image/x",
                      Metadata={"made-by": "packer"})
    stored = fake_ims.world.buckets["disks"]["centos.qcow2"]
    assert (stored.data, stored.format, stored.size) == (QCOW2, "qcow2", len(QCOW2))
    assert (stored.content_type, stored.metadata) == ("image/x", {"made-by": "packer"})
    found = client.get_object(Bucket="disks", Key="centos.qcow2")
    assert found["Body"].read() == QCOW2
    assert (found["ContentType"], found["Metadata"]) == ("image/x", {"made-by": "packer"})
    assert found["ETag"] == f'"{hashlib.md5(QCOW2).hexdigest()}"'
    answer = wire.post("/v2/cloudimages/action", {
        "name": "imported", "image_url": "disks:centos.qcow2", "min_disk": 40,
        "os_version": "CentOS 7.0 64bit"})
    job = fake_ims.jobs[answer.json["job_id"]]
    assert job.status == "SUCCESS"
    (image,) = [one for one in fake_ims.images if one.name == "imported"]
    assert image.data == QCOW2


def test_a_pipeline_of_huaweis_client(fake_ims: FakeIMS, obs: Make, wire: Wire) -> None:
    client = obs()
    assert client.createBucket("disks").status == 200
    assert client.putContent("disks", "a.qcow2", QCOW2).status == 200
    assert client.getObject("disks", "a.qcow2", loadStreamInMemory=True).body.buffer == QCOW2
    image = fake_ims.images.add(name="x", data=QCOW2, disk_format="qcow2")
    answer = wire.post(f"/v1/cloudimages/{image.id}/file", {
        "bucket_url": "disks:out.qcow2", "file_format": "qcow2"})
    assert fake_ims.jobs[answer.json["job_id"]].status == "SUCCESS"
    listed = client.listObjects("disks", prefix="out").body.contents
    assert [(one.key, one.size) for one in listed] == [("out.qcow2", len(QCOW2))]
    assert client.getObject("disks", "out.qcow2", loadStreamInMemory=True).body.buffer == QCOW2
    assert client.deleteBucket("disks").errorCode == "BucketNotEmpty"
    for key in ("a.qcow2", "out.qcow2"):
        assert client.deleteObject("disks", key).status == 204
    assert client.deleteBucket("disks").status == 204
    assert "disks" not in fake_ims.world.buckets


def test_huaweis_client_finds_its_bucket_by_host(
    fake_ims: FakeIMS, obs: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *more, **named: ask(
        "127.0.0.1" if host.endswith(".otc.t-systems.com") else host, *more, **named))
    port = fake_ims.url.rpartition(":")[2]
    client = obs(server=f"http://obs.eu-de.otc.t-systems.com:{port}")
    assert client.createBucket("disks", location="eu-nl").status == 200
    assert fake_ims.world.buckets["disks"].region == "eu-nl"
    assert client.putContent("disks", "folder/a b.img", b"x").status == 200
    assert fake_ims.world.buckets["disks"]["folder/a b.img"].data == b"x"
    assert client.getObjectMetadata("disks", "folder/a b.img").status == 200
    assert client.headBucket("nowhere").status == 404
    assert client.getBucketLocation("disks").body.location == "eu-nl"
    signed = {request.request_headers["Authorization"].split()[0] for request in fake_ims.requests
              if "Authorization" in request.request_headers}
    assert signed == {"OBS"}
    put = next(one for one in fake_ims.requests if one.operation == "obs.objects.put")
    assert put.params == {"bucket": "disks", "key": "folder/a b.img"}


@pytest.mark.parametrize("signature", ["obs", "v2", "v4"])
def test_signatures_of_huaweis_client(fake_ims: FakeIMS, obs: Make, signature: str) -> None:
    client = obs(signature=signature)
    assert client.createBucket("disks").status == 200
    assert client.putContent("disks", "a/b c+d", b"data").status == 200
    listed = client.listObjects("disks", prefix="a/", delimiter="/", max_keys=1)
    assert [one.key for one in listed.body.contents] == ["a/b c+d"]
    assert [one.name for one in client.listBuckets().body.buckets] == ["disks"]
    upload = client.initiateMultipartUpload("disks", "big").body.uploadId
    etag = client.uploadPart("disks", "big", 1, upload, b"part").body.etag
    from obs import CompleteMultipartUploadRequest, CompletePart, DeleteObjectsRequest, Object

    assert client.listParts("disks", "big", upload).body.parts[0].size == 4
    assert client.listMultipartUploads("disks").body.upload[0].uploadId == upload
    done = client.completeMultipartUpload("disks", "big", upload, CompleteMultipartUploadRequest(
        [CompletePart(1, etag)]))
    assert done.status == 200
    deleted = client.deleteObjects("disks", DeleteObjectsRequest(
        False, [Object("big"), Object("a/b c+d"), Object("none")]))
    assert [one.key for one in deleted.body.deleted] == ["big", "a/b c+d", "none"]
    wrong = obs(signature=signature, secret_access_key="wrong")
    assert wrong.listBuckets().errorCode == "SignatureDoesNotMatch"


def test_signed_urls_of_huaweis_client(fake_ims: FakeIMS, obs: Make, wire: Wire) -> None:
    fake_ims.world.buckets["disks"].put("a.img", data=b"data")
    for signature in ("obs", "v4"):
        url = obs(signature=signature).createSignedUrl(
            "GET", "disks", "a.img", expires=60).signedUrl
        assert plain(url) == (200, b"data")
    fake_ims.clock.advance("2m")
    status, body = plain(url)
    assert status == 403
    assert b"<Code>AccessDenied</Code>" in body


def plain(url: str, method: str = "GET", body: bytes | None = None, **headers: str
          ) -> tuple[int, bytes]:
    request = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@pytest.mark.parametrize("signature", ["s3", "s3v4"])
def test_presigned_urls(fake_ims: FakeIMS, s3: Make, signature: str) -> None:
    fake_ims.world.buckets["disks"]
    client = s3(signature)
    where = {"Bucket": "disks", "Key": "a b/c.img"}
    put = client.generate_presigned_url("put_object", where, ExpiresIn=60)
    headers = {"Content-Type": ""} if signature == "s3" else {}
    assert plain(put, "PUT", b"0123456789", **headers)[0] == 200
    get = client.generate_presigned_url("get_object", {
        **where, "ResponseContentDisposition": "attachment"}, ExpiresIn=60)
    assert plain(get) == (200, b"0123456789")
    assert plain(get, Range="bytes=2-4") == (206, b"234")
    assert plain(get.replace("c.img", "d.img"))[0] == 403
    fake_ims.clock.advance("61s")
    assert plain(get)[0] == 403


@pytest.mark.parametrize("signature", ["s3", "s3v4"])
def test_keys(fake_ims: FakeIMS, s3: Make, signature: str) -> None:
    for wrong, code in (({"access": "NOBODY"}, "InvalidAccessKeyId"),
                        ({"secret": "wrong"}, "SignatureDoesNotMatch"),
                        ({"token": "x"}, "InvalidAccessKeyId")):
        with pytest.raises(ClientError) as refused:
            s3(signature, **wrong).list_buckets()
        assert refusal(refused) == (403, code)
    user = fake_ims.identity.add_user("ci", project="p")
    temporary = fake_ims.identity.keys.add(user, security_token="t0k3n")
    pair = {"access": temporary.access, "secret": temporary.secret}
    s3(signature, **pair, token="t0k3n").list_buckets()
    with pytest.raises(ClientError):
        s3(signature, **pair).list_buckets()


@pytest.mark.fake_ims(auth="issued")
def test_a_late_signature(fake_ims: FakeIMS, s3: Make) -> None:
    for signature in ("s3", "s3v4"):
        s3(signature).list_buckets()
    fake_ims.clock.advance("16m")
    for signature in ("s3", "s3v4"):
        with pytest.raises(ClientError) as refused:
            s3(signature).list_buckets()
        assert refusal(refused) == (403, "RequestTimeTooSkewed")


def test_host_style(fake_ims: FakeIMS, s3: Make) -> None:
    for signature in ("s3", "s3v4"):
        client = s3(signature, style="virtual", url="http://obs.eu-de.otc.t-systems.com",
                    proxies={"http": fake_ims.url})
        client.create_bucket(Bucket="disks")
        client.put_object(Bucket="disks", Key="x/y", Body=b"1")
        assert client.get_object(Bucket="disks", Key="x/y")["Body"].read() == b"1"
        assert client.list_objects_v2(Bucket="disks")["KeyCount"] == 1
        client.delete_object(Bucket="disks", Key="x/y")
        client.delete_bucket(Bucket="disks")


def test_lists(fake_ims: FakeIMS, s3: Make) -> None:
    client, bucket = s3(), fake_ims.world.buckets["disks"]
    for name in ("a", "b/1", "b/2", "c/1", "d"):
        bucket.put(name, data=name.encode())
    bucket.put("e.img", size=2**40)
    first = client.list_objects(Bucket="disks", Delimiter="/", MaxKeys=2)
    assert [one["Key"] for one in first["Contents"]] == ["a"]
    assert [one["Prefix"] for one in first["CommonPrefixes"]] == ["b/"]
    assert (first["IsTruncated"], first["NextMarker"]) == (True, "b/")
    second = client.list_objects(Bucket="disks", Delimiter="/", MaxKeys=9, Marker="b/")
    assert [one["Key"] for one in second["Contents"]] == ["d", "e.img"]
    assert [one["Prefix"] for one in second["CommonPrefixes"]] == ["c/"]
    assert not second["IsTruncated"]
    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket="disks", PaginationConfig={"PageSize": 2})
    seen = [one for page in pages for one in page["Contents"]]
    assert [one["Key"] for one in seen] == ["a", "b/1", "b/2", "c/1", "d", "e.img"]
    assert seen[-1]["Size"] == 2**40
    assert client.list_objects_v2(Bucket="disks", Prefix="b/", StartAfter="b/1")["KeyCount"] == 1
    assert "Contents" not in client.list_objects(Bucket="disks", MaxKeys=0)
    assert [one["Name"] for one in client.list_buckets()["Buckets"]] == ["disks"]
    with pytest.raises(ClientError) as refused:
        client.list_objects(Bucket="nowhere")
    assert refusal(refused) == (404, "NoSuchBucket")


def test_parts_of_objects(fake_ims: FakeIMS, s3: Make) -> None:
    client, bucket = s3(), fake_ims.world.buckets["disks"]
    bucket.put("bytes", data=b"0123456789")
    bucket.put("size", size=200_000)
    bucket.put("both", data=b"abc", size=5)

    def get(key: str, part: str | None = None) -> bytes:
        more = {} if part is None else {"Range": part}
        return client.get_object(Bucket="disks", Key=key, **more)["Body"].read()

    assert get("bytes", "bytes=2-3") == b"23"
    assert get("bytes", "bytes=-3") == b"789"
    assert get("bytes", "bytes=7-") == b"789"
    assert get("bytes", "bytes=x") == b"0123456789"
    assert get("size") == bytes(200_000)
    assert get("both") == b"abc\0\0"
    assert get("both", "bytes=2-3") == b"c\0"
    with pytest.raises(ClientError) as refused:
        get("bytes", "bytes=10-")
    assert refusal(refused) == (416, "InvalidRange")
    head = client.head_object(Bucket="disks", Key="bytes")
    assert head["ContentLength"] == 10
    with pytest.raises(ClientError) as refused:
        client.get_object(Bucket="disks", Key="bytes", IfMatch='"other"')
    assert refusal(refused) == (412, "PreconditionFailed")
    with pytest.raises(ClientError) as refused:
        client.get_object(Bucket="disks", Key="bytes", IfNoneMatch=head["ETag"])
    assert refusal(refused)[0] == 304
    with pytest.raises(ClientError) as refused:
        client.head_object(Bucket="disks", Key="none")
    assert refusal(refused)[0] == 404


def test_a_large_upload_in_parts(fake_ims: FakeIMS, s3: Make, wire: Wire) -> None:
    from boto3.s3.transfer import TransferConfig

    data = hashlib.shake_128(b"seed").digest(2**20) * 13 + b"end"
    client = s3()
    client.create_bucket(Bucket="disks")
    client.upload_fileobj(io.BytesIO(data), "disks", "big.raw", Config=TransferConfig(
        multipart_threshold=2**20, multipart_chunksize=5 * 2**20, max_concurrency=3))
    stored = fake_ims.world.buckets["disks"]["big.raw"]
    assert stored.size == len(data)
    assert stored.data == data
    assert stored.etag.endswith("-3")
    got = io.BytesIO()
    client.download_fileobj("disks", "big.raw", got)
    assert got.getvalue() == data
    assert wire.put(f"/v1/cloudimages/{wire.create(name='x')['id']}/upload", {
        "image_url": "disks:big.raw"}).json["job_id"]
    (image,) = [one for one in fake_ims.images if one.name == "x"]
    assert image.data == data
    assert {one.operation for one in fake_ims.requests} >= {
        "obs.uploads.begin", "obs.uploads.part", "obs.uploads.complete"}


def test_multipart_refusals(fake_ims: FakeIMS, s3: Make) -> None:
    client = s3()
    client.create_bucket(Bucket="disks")
    where = {"Bucket": "disks", "Key": "k"}
    upload = {**where, "UploadId": client.create_multipart_upload(**where)["UploadId"]}
    for number in (1, 2):
        client.upload_part(**upload, PartNumber=number, Body=b"small")
    etag = f'"{hashlib.md5(b"small").hexdigest()}"'
    for parts, code in ((((1, etag), (2, etag)), "EntityTooSmall"),
                        (((2, etag), (1, etag)), "InvalidPartOrder"),
                        (((1, etag), (3, etag)), "InvalidPart"),
                        (((1, '"other"'),), "InvalidPart")):
        with pytest.raises(ClientError) as refused:
            client.complete_multipart_upload(**upload, MultipartUpload={"Parts": [
                {"PartNumber": number, "ETag": given} for number, given in parts]})
        assert refusal(refused) == (400, code)
    assert len(client.list_parts(**upload, MaxParts=1)["Parts"]) == 1
    with pytest.raises(ClientError) as refused:
        client.delete_bucket(Bucket="disks")
    assert refusal(refused) == (409, "BucketNotEmpty")
    client.abort_multipart_upload(**upload)
    with pytest.raises(ClientError) as refused:
        client.upload_part(**upload, PartNumber=1, Body=b"x")
    assert refusal(refused) == (404, "NoSuchUpload")
    assert "Uploads" not in client.list_multipart_uploads(Bucket="disks")


def test_digests(fake_ims: FakeIMS, s3: Make) -> None:
    client = s3()
    client.create_bucket(Bucket="disks")
    for given, code in (("AAAAAAAAAAAAAAAAAAAAAA==", "BadDigest"), ("x", "InvalidDigest")):
        with pytest.raises(ClientError) as refused:
            client.put_object(Bucket="disks", Key="a", Body=b"1", ContentMD5=given)
        assert refusal(refused) == (400, code)
    with pytest.raises(ClientError) as refused:
        client.put_object(Bucket="disks", Key="a", Body=b"1", ChecksumCRC32="AAAAAA==")
    assert refusal(refused) == (400, "BadDigest")
    assert "a" not in fake_ims.world.buckets["disks"]


def test_what_is_not_there_says_so(fake_ims: FakeIMS, s3: Make) -> None:
    client = s3()
    client.create_bucket(Bucket="disks")
    for ask in (lambda: client.get_bucket_acl(Bucket="disks"),
                lambda: client.copy_object(Bucket="disks", Key="b", CopySource="disks/a"),
                lambda: client.put_bucket_versioning(
                    Bucket="disks", VersioningConfiguration={"Status": "Enabled"})):
        with pytest.raises(ClientError) as refused:
            ask()
        assert refusal(refused) == (501, "ServiceNotImplemented")
    with pytest.raises(ClientError) as refused:
        client.create_bucket(Bucket="Xyz_")
    assert refusal(refused) == (400, "InvalidBucketName")


def test_faults(fake_ims: FakeIMS, s3: Make) -> None:
    client = s3()
    client.create_bucket(Bucket="disks")
    with fake_ims.faults.add("obs.objects.put", status=503), (
            pytest.raises(ClientError)) as refused:
        client.put_object(Bucket="disks", Key="a", Body=b"1")
    assert refusal(refused) == (503, "ServiceUnavailable")
    with fake_ims.faults.add("obs.*", reset_connection="after", times=1):
        from botocore.exceptions import ConnectionClosedError

        with pytest.raises(ConnectionClosedError):
            client.put_object(Bucket="disks", Key="lost", Body=b"1")
    assert "lost" in fake_ims.world.buckets["disks"]
    fake_ims.world.outages.begin("OBS")
    with pytest.raises(ClientError) as refused:
        client.list_buckets()
    assert refusal(refused) == (503, "ServiceUnavailable")


def test_the_journal_shows_no_secret(fake_ims: FakeIMS, s3: Make) -> None:
    for signature in ("s3", "s3v4"):
        client = s3(signature)
        client.create_bucket(Bucket="disks")
        plain(client.generate_presigned_url("list_objects", {"Bucket": "disks"}))
    for request in fake_ims.requests:
        shown = request.curl() + str(request)
        assert "REDACTED" in shown
        assert fake_ims.access_key not in shown
    assert [one.operation for one in fake_ims.requests] == [
        "obs.buckets.create", "obs.objects.list"] * 2


@pytest.mark.parametrize("row", OBS_OPERATIONS, ids=lambda row: row.id)
def test_every_operation_is_reached(fake_ims: FakeIMS, row: Operation) -> None:
    path, _, query = row.path.format(bucket="disks", key="a/b").partition("?")
    for url, host in ((path, ""), (path.replace("/disks", "") or "/", "disks.obs.eu-de.x")):
        if host and "/disks" not in path:
            continue
        plain(f"{fake_ims.url}{url}{'?' * bool(query)}{query}", row.method,
              Authorization="OBS nobody:none", **({"Host": host} if host else {}))
        request = fake_ims.requests.last
        assert request.operation == row.id
        assert request.params == {name: value for name, value in (
            ("bucket", "disks"), ("key", "a/b")) if f"{{{name}}}" in row.path}
        assert request.status == (404 if row.id == "obs.api_version" else 403)


def test_requests_with_a_token_and_others_are_never_for_obs(fake_ims: FakeIMS, wire: Wire) -> None:
    signed = {"Authorization": "AWS AK:c2ln"}
    for path in ("/", "/v2/images", "/v2/cloudimages", "/disks", "/disks/a", "/v3/auth/tokens"):
        answers = {plain(fake_ims.url + path, **headers)[0] for headers in (
            fake_ims.headers, {**fake_ims.headers, **signed},
            {**fake_ims.headers, "Host": "disks.obs.eu-de.otc.t-systems.com"})}
        assert len(answers) == 1
        bare = {plain(fake_ims.url + path, **headers)[0] for headers in (
            {}, {"Authorization": "Bearer x"}, {"Authorization": "AWSX y"})}
        assert len(bare) == 1
    assert not [one for one in fake_ims.requests if one.operation.startswith("obs.")]


@pytest.mark.fake_ims(profile="openstack")
def test_a_glance_has_no_obs(fake_ims: FakeIMS) -> None:
    signed = {"Authorization": "AWS AK:c2ln"}
    assert plain(f"{fake_ims.url}/disks", **signed) == plain(f"{fake_ims.url}/disks")
    status, _ = plain(f"{fake_ims.url}/v2/images", Host="obs.eu-de.otc.t-systems.com")
    assert status == 401


def test_a_reset_forgets_the_buckets(fake_ims: FakeIMS, s3: Make) -> None:
    client = s3()
    client.create_bucket(Bucket="disks")
    client.put_object(Bucket="disks", Key="a", Body=bytes(5 * 2**20))
    fake_ims.reset()
    assert client.list_buckets()["Buckets"] == []


def test_a_large_object_is_not_held_in_memory(fake_ims: FakeIMS, s3: Make) -> None:
    fake_ims.world.buckets["disks"]
    url = s3().generate_presigned_url("put_object", {"Bucket": "disks", "Key": "big"})
    host, _, path = url.removeprefix("http://").partition("/")
    chunk = bytes(2**20)
    connection = HTTPConnection(host)
    tracemalloc.start()
    try:
        connection.request("PUT", f"/{path}", (chunk for _ in range(40)),
                           {"Content-Length": str(40 * 2**20)})
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"")
        connection.request("GET", "/disks/big?" + s3().generate_presigned_url(
            "get_object", {"Bucket": "disks", "Key": "big"}).partition("?")[2])
        answer = connection.getresponse()
        got = 0
        while piece := answer.read(2**16):
            got += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        connection.close()
    assert got == 40 * 2**20
    assert peak < 20 * 2**20


def test_the_disk_space_of_what_is_gone_is_used_again(fake_ims: FakeIMS, s3: Make) -> None:
    client, bucket = s3(), fake_ims.world.buckets["disks"]
    spool = fake_ims._service.store.spool
    for body in (b"a", b"b", b"c"):
        client.put_object(Bucket="disks", Key="k", Body=body * (5 * 2**20))
        held = bucket["k"]
        assert held.data == body * (5 * 2**20)
        del held
    assert spool._pages <= 10
    client.delete_object(Bucket="disks", Key="k")
    client.list_buckets()
    assert spool._file is None
