"""The body of an upload: as it arrives, out of its chunks, and checked against its digests."""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import AsyncIterator
from typing import Any

from ...domain.data import Blob
from ...domain.obs.signatures import UNSIGNED, Chunks, digest_of
from ...domain.refusal import Refused
from ...domain.spool import StorageError
from ..call import Call
from .visit import Visit

MAX_UPLOAD = 5 * 2**30
_LINE = 8192  # bytes of a line between chunks
_SIZE = re.compile(r"[0-9a-fA-F]{1,16}")
_EMPTY = hashlib.sha256().hexdigest()


async def receive(call: Call, seen: Visit) -> Blob:
    """Read the bytes of an object or a part, in constant memory.

    Raises:
        Refused: they are too many, or are not those that the headers announce.
    """
    headers = seen.asked.headers
    if (call.request.content_length or 0) > MAX_UPLOAD:
        raise Refused("obs.EntityTooLarge")
    wanted = digest_of(headers["content-md5"]) if "content-md5" in headers else None
    signed = seen.signed
    payload = "" if signed is None else signed.payload
    whole = hashlib.sha256() if len(payload) == 64 else None
    chunks = signed.chunks if signed is not None else None
    sums = _Sums()
    blob = Blob(call.service.store.spool)
    try:
        source = (_unchunked(call, payload, chunks, sums) if payload.startswith("STREAMING-") else
                  call.chunks())
        async for piece in source:
            blob.write(piece)
            sums.update(piece)
            if whole is not None:
                whole.update(piece)
            if blob.size > MAX_UPLOAD:
                raise Refused("obs.EntityTooLarge")
        if headers.get("x-amz-decoded-content-length", str(blob.size)) != str(blob.size):
            raise Refused("obs.IncompleteBody")
        blob.finish()
        if whole is not None and whole.hexdigest() != payload.lower():
            raise Refused("obs.XAmzContentSHA256Mismatch")
        sums.check({**headers, **sums.trailer})
        if wanted is not None and bytes.fromhex(blob.md5) != wanted:
            raise Refused("obs.BadDigest")
    except StorageError:
        blob.close()
        raise Refused("obs.InternalError") from None
    except BaseException:
        blob.close()
        raise
    call.exchange.request_size = blob.size
    call.exchange.request_body = blob.head(call.service.journal.body_limit)
    return blob


async def document(call: Call, seen: Visit) -> bytes:
    """Read the body of a request that has a document, or none.

    Raises:
        Refused: it is too large, or is not the one that the headers announce.
    """
    body = await call.read() if call.has_body else b""
    headers, signed = seen.asked.headers, seen.signed
    if signed is not None and signed.payload not in ("", UNSIGNED) and (
            signed.payload.lower() != hashlib.sha256(body).hexdigest()):
        raise Refused("obs.XAmzContentSHA256Mismatch")
    given = headers.get("content-md5")
    if given is not None and digest_of(given) != hashlib.md5(
            body, usedforsecurity=False).digest():
        raise Refused("obs.BadDigest")
    sums = _Sums()
    sums.update(body)
    sums.check(headers)
    return body


class _Sums:
    """The checksums that S3's clients send beside the MD5, and what came behind the chunks."""

    def __init__(self) -> None:
        self.trailer: dict[str, str] = {}
        self._crc = 0
        self._digests = {"sha1": hashlib.sha1(usedforsecurity=False), "sha256": hashlib.sha256()}

    def update(self, piece: bytes) -> None:
        self._crc = zlib.crc32(piece, self._crc)
        for digest in self._digests.values():
            digest.update(piece)

    def check(self, given: dict[str, str] | Any) -> None:
        found = {"crc32": self._crc.to_bytes(4, "big"),
                 **{name: digest.digest() for name, digest in self._digests.items()}}
        for name, digest in found.items():
            told = given.get(f"x-amz-checksum-{name}")
            if told is not None and told != base64.b64encode(digest).decode():
                raise Refused("obs.BadDigest")


async def _unchunked(
    call: Call, payload: str, chunks: Chunks | None, sums: _Sums
) -> AsyncIterator[bytes]:
    """Yield the bytes in an ``aws-chunked`` body, and check the signature of each chunk."""
    signs = payload.startswith("STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
    if not signs and payload != "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
        raise Refused("obs.InvalidRequest", reason=f"{payload} is not supported.")
    assert chunks is not None, "only version 4 has a payload"
    reader = _Reader(call.chunks())
    before = chunks.seed
    while True:
        size, _, rest = (await reader.line()).partition(";")
        if not _SIZE.fullmatch(size):
            raise Refused("obs.IncompleteBody")
        left = length = int(size, 16)
        digest = hashlib.sha256()
        while left:
            piece = await reader.read(left)
            left -= len(piece)
            digest.update(piece)
            yield piece
        if signs:
            after = chunks.sign(before, _EMPTY, digest.hexdigest())
            if rest.strip() != f"chunk-signature={after}":
                raise Refused("obs.SignatureDoesNotMatch")
            before = after
        if not length:
            break
        if await reader.line():
            raise Refused("obs.IncompleteBody")
    signature = ""
    text = ""
    while line := await reader.line(at_end=True):
        name, _, value = line.partition(":")
        name = name.strip().lower()
        if name == "x-amz-trailer-signature":
            signature = value.strip()
        else:
            sums.trailer[name] = value.strip()
            text += f"{name}:{value.strip()}\n"
    if signs and payload.endswith("-TRAILER") and signature != chunks.sign(
            before, hashlib.sha256(text.encode()).hexdigest(), kind="TRAILER"):
        raise Refused("obs.SignatureDoesNotMatch")
    await reader.drain()


class _Reader:
    """Reads lines and pieces of a body."""

    def __init__(self, source: AsyncIterator[bytes]) -> None:
        self._source = source
        self._held = b""

    async def _more(self) -> bool:
        async for piece in self._source:
            self._held += piece
            return True
        return False

    async def line(self, *, at_end: bool = False) -> str:
        while b"\r\n" not in self._held:
            if len(self._held) > _LINE or not await self._more():
                if at_end and not self._held:
                    return ""
                raise Refused("obs.IncompleteBody")
        line, _, self._held = self._held.partition(b"\r\n")
        return line.decode("latin-1")

    async def read(self, most: int) -> bytes:
        if not self._held and not await self._more():
            raise Refused("obs.IncompleteBody")
        piece, self._held = self._held[:most], self._held[most:]
        return piece

    async def drain(self) -> None:
        self._held = b""
        while await self._more():
            self._held = b""
