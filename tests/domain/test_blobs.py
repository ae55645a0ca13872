"""The bytes of images: what is known of them, and when memory and disk are free again."""

from __future__ import annotations

import gc
import hashlib

import pytest

from fake_ims import FakeIMS
from fake_ims.domain.data import CHUNK, SPOOL_LIMIT, Blob
from fake_ims.domain.spool import PAGE, Spool

LARGE = bytes(range(256)) * (SPOOL_LIMIT // 256 + 100)


@pytest.fixture
def spool() -> Spool:
    return Spool()


def in_use(spool: Spool) -> int:
    """Number of pages that hold data."""
    return spool._pages - len(spool._free)


@pytest.mark.parametrize("data", [b"", b"abc", LARGE])
def test_what_is_known_of_finished_data(spool: Spool, data: bytes) -> None:
    blob = Blob.of(spool, data)
    assert (blob.size, blob.format, blob.virtual_size) == (len(data), "raw", len(data))
    assert blob.md5 == hashlib.md5(data).hexdigest()
    assert blob.digest == hashlib.sha512(data).hexdigest()
    assert blob.bytes() == data
    assert blob.head(len(data) // 2) == data[:len(data) // 2]
    assert b"".join(blob.read(1, 2 * CHUNK)) == data[1:1 + 2 * CHUNK]
    blob.close()
    assert in_use(spool) == 0


def test_only_data_above_the_limit_is_on_disk(spool: Spool) -> None:
    small = Blob.of(spool, LARGE[:SPOOL_LIMIT])
    assert in_use(spool) == 0
    large = Blob.of(spool, LARGE[:SPOOL_LIMIT + 1])
    assert in_use(spool) == SPOOL_LIMIT // PAGE + 1
    assert (small.bytes(), large.bytes()) == (LARGE[:SPOOL_LIMIT], LARGE[:SPOOL_LIMIT + 1])
    large.close()


def test_closed_data_can_be_read_to_its_end(spool: Spool) -> None:
    blob = Blob.of(spool, LARGE)
    reading = blob.read(0, blob.size)
    first = next(reading)
    blob.close()
    assert in_use(spool)
    assert first + b"".join(reading) == LARGE
    assert in_use(spool) == 0


@pytest.mark.parametrize("size", [10, len(LARGE)])
def test_memory_and_disk_are_free_without_a_reading_that_ends(spool: Spool, size: int) -> None:
    blob = Blob.of(spool, LARGE[:size])
    stopped, dropped = blob.read(0, size), blob.read(0, size)
    next(stopped)
    next(dropped)
    blob.close()
    stopped.close()
    stopped.close()
    assert blob.chunk(0, 1) == LARGE[:1]
    del dropped
    gc.collect()
    assert (in_use(spool), bytes(blob._memory), blob._pages) == (0, b"", [])


def test_after_the_end_of_the_spool_nothing_is_written(spool: Spool) -> None:
    blob = Blob.of(spool, LARGE)
    spool.close()
    blob.write(LARGE)
    assert spool._file is None
    assert list(blob.read(0, blob.size)) == []


def test_data_that_cannot_be_stored_holds_no_pages(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Blob.of(spool, LARGE)
    before = in_use(spool)

    def full(page: int, start: int, data: bytes) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr(spool, "_write", full)
    with pytest.raises(Exception, match="set TMPDIR"):
        Blob.of(spool, LARGE)
    assert in_use(spool) == before
    kept.close()


@pytest.mark.parametrize("way", ["delete", "replace", "late"])
def test_images_give_their_pages_back(fake_ims: FakeIMS, way: str) -> None:
    spool = fake_ims._service.store.spool
    image = fake_ims.images.add(data=LARGE)
    assert in_use(spool)
    record = fake_ims._service.store.get(image.id)
    assert record is not None
    if way == "delete":
        image.delete()
    elif way == "replace":
        record.drop_data()
    else:
        blob = Blob.of(spool, LARGE)
        image.delete()
        with pytest.raises(Exception, match=r"."):
            fake_ims._service.uploads.end(record, blob, None)
    assert in_use(spool) == 0
