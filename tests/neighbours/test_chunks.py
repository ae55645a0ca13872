"""``aws-chunked`` bodies, signed as S3's SDKs for Java and Go sign them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import zlib
from datetime import datetime, timezone
from http.client import HTTPConnection

import pytest

from fake_ims import FakeIMS

EMPTY = hashlib.sha256().hexdigest()


class Chunked:
    """Signs and sends a body in chunks."""

    def __init__(self, fake: FakeIMS) -> None:
        self.fake = fake
        self.host = fake.url.removeprefix("http://")

    def put(self, chunks: list[bytes], *, kind: str = "PAYLOAD", spoil: int | None = None,
            length: int | None = None, checksum: bytes | None = None) -> tuple[int, str]:
        date = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        scope = f"{date[:8]}/eu-de/s3/aws4_request"
        payload = (f"STREAMING-AWS4-HMAC-SHA256-{kind}" if kind != "UNSIGNED" else
                   "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
        headers = {"content-encoding": "aws-chunked", "host": self.host,
                   "x-amz-content-sha256": payload, "x-amz-date": date,
                   "x-amz-decoded-content-length": str(
                       sum(map(len, chunks)) if length is None else length)}
        canonical = "\n".join((
            "PUT", "/disks/a.img", "", *(f"{name}:{value}" for name, value in headers.items()),
            "", ";".join(headers), payload))
        key = b"AWS4" + self.fake.secret_key.encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")

        def sign(*lines: str) -> str:
            return hmac.new(key, "\n".join(lines).encode(), "sha256").hexdigest()

        before = seed = sign("AWS4-HMAC-SHA256", date, scope,
                             hashlib.sha256(canonical.encode()).hexdigest())
        body = b""
        for number, chunk in enumerate([*chunks, b""]):
            before = sign("AWS4-HMAC-SHA256-PAYLOAD", date, scope, before, EMPTY,
                          hashlib.sha256(chunk).hexdigest())
            shown = "0" * 64 if number == spoil else before
            signature = "" if kind == "UNSIGNED" else f";chunk-signature={shown}"
            body += f"{len(chunk):x}{signature}\r\n".encode() + chunk + b"\r\n" * bool(chunk)
        if kind != "PAYLOAD":
            digest = checksum or zlib.crc32(b"".join(chunks)).to_bytes(4, "big")
            line = f"x-amz-checksum-crc32:{base64.b64encode(digest).decode()}"
            body += f"{line}\r\n".encode()
            if kind != "UNSIGNED":
                trailer = sign("AWS4-HMAC-SHA256-TRAILER", date, scope, before,
                               hashlib.sha256(f"{line}\n".encode()).hexdigest())
                body += f"x-amz-trailer-signature:{trailer}\r\n".encode()
        body += b"\r\n"
        connection = HTTPConnection(self.host)
        try:
            connection.request("PUT", "/disks/a.img", body, {
                **headers, "Authorization": "AWS4-HMAC-SHA256 "
                f"Credential={self.fake.access_key}/{scope}, SignedHeaders={';'.join(headers)}, "
                f"Signature={seed}"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


@pytest.fixture
def chunked(fake_ims: FakeIMS) -> Chunked:
    fake_ims.world.buckets["disks"]
    return Chunked(fake_ims)


@pytest.mark.parametrize("kind", ["PAYLOAD", "PAYLOAD-TRAILER", "UNSIGNED"])
@pytest.mark.parametrize("chunks", [[], [b"one"], [b"x" * 70_000, b"y" * 65_536, b"end"]])
def test_chunks_become_the_object(
    fake_ims: FakeIMS, chunked: Chunked, kind: str, chunks: list[bytes]
) -> None:
    assert chunked.put(chunks, kind=kind)[0] == 200
    assert fake_ims.world.buckets["disks"]["a.img"].data == b"".join(chunks)


def test_what_is_wrong_makes_no_object(fake_ims: FakeIMS, chunked: Chunked) -> None:
    for settings, status, code in (
        ({"spoil": 1}, 403, "SignatureDoesNotMatch"),
        ({"spoil": 2}, 403, "SignatureDoesNotMatch"),
        ({"length": 5}, 400, "IncompleteBody"),
        ({"kind": "PAYLOAD-TRAILER", "checksum": b"abcd"}, 400, "BadDigest"),
        ({"kind": "UNSIGNED", "checksum": b"abcd"}, 400, "BadDigest"),
    ):
        answer = chunked.put([b"one", b"two"], **settings)  # type: ignore[arg-type]
        assert answer[0] == status
        assert f"<Code>{code}</Code>" in answer[1]
    assert "a.img" not in fake_ims.world.buckets["disks"]
