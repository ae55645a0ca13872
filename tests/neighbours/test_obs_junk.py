"""Signed requests with junk in them: OBS refuses, and never fails."""

from __future__ import annotations

import base64
import hmac
import random
from email.utils import formatdate
from http.client import HTTPConnection
from urllib.parse import quote

import pytest

from fake_ims import FakeIMS

TEXTS = ["", "0", "1", "-1", "9" * 5000, "disks", "a/b", "x", "\u65e5\u672c", "%", "\r\nX: y", "\0",
         "bytes=1-", "bytes=9-1", "Thu, 01 Jan 1970 00:00:00 GMT", "<a>", "*"]
NAMES = ["uploads", "uploadId", "partNumber", "delete", "location", "prefix", "marker",
         "max-keys", "max-parts", "max-uploads", "part-number-marker", "delimiter", "list-type",
         "continuation-token", "encoding-type", "response-content-type", "response-x", "acl"]
HEADERS = ["Range", "Content-MD5", "If-Match", "If-None-Match", "If-Modified-Since",
           "If-Unmodified-Since", "x-obs-storage-class", "x-obs-meta-a", "Content-Type",
           "Content-Encoding", "x-amz-checksum-crc32", "x-amz-decoded-content-length"]
BODIES = [b"", b"x", b"<a/>", b"<Delete><Object><Key>k</Key></Object></Delete>", b"<!DOCTYPE a>",
          b"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part>"
          b"</CompleteMultipartUpload>", b"<CreateBucketConfiguration/>", b"\xff" * 100]
SIGNED = {"uploads", "uploadId", "partNumber", "delete", "location", "response-content-type",
          "acl"}


@pytest.mark.parametrize("seed", range(4))
def test_junk(fake_ims: FakeIMS, seed: int) -> None:
    chance = random.Random(seed)
    host = fake_ims.url.removeprefix("http://")
    bucket = fake_ims.world.buckets["disks"]
    for _ in range(150):
        bucket.put("k", data=b"0123456789")
        path = quote("/" + chance.choice(["", "disks", "disks/k", "disks/k", "d" * 70 + "/k",
                                          *(f"disks/{text}" for text in TEXTS)]))
        query = {name: chance.choice(TEXTS) for name in chance.sample(NAMES, chance.choice(
            [0, 0, 1, 2]))}
        headers = {name: chance.choice(TEXTS[:8]).encode().decode("latin-1")
                   for name in chance.sample(HEADERS, chance.choice([0, 1, 2]))}
        headers["Date"] = formatdate(usegmt=True)
        method = chance.choice(["GET", "PUT", "POST", "DELETE", "HEAD"])
        body = chance.choice(BODIES)
        own = "".join(f"{name.lower()}:{value.encode('latin-1').decode()}\n"
                      for name, value in sorted(headers.items()) if name.startswith("x-obs-"))
        parts = "&".join(f"{name}={value}" if value else name
                         for name, value in sorted(query.items()) if name in SIGNED)
        text = "\n".join((method, headers.get("Content-MD5", ""), headers.get(
            "Content-Type", "").encode("latin-1").decode(), headers["Date"],
            own + path + ("?" + parts if parts else "")))
        signature = base64.b64encode(hmac.digest(
            fake_ims.secret_key.encode(), text.encode(), "sha1")).decode()
        headers["Authorization"] = f"OBS {fake_ims.access_key}:{signature}"
        target = path + "?" + "&".join(f"{quote(name)}={quote(value)}"
                                       for name, value in query.items())
        connection = HTTPConnection(host)
        try:
            connection.request(method, target[:7000], body, headers)
            answer = connection.getresponse()
            answer.read()
        finally:
            connection.close()
        assert answer.status < 500 or answer.status == 501, (method, target, headers, body)
    known = [one for one in fake_ims.requests if one.status not in (400, 403, 404)]
    assert len(known) > 20  # most signatures are right
