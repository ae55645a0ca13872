"""Glance's cache: what is pruned, and in which order."""

from __future__ import annotations

import pytest

from fake_ims.domain.cache import MAX_SIZE, Cache


@pytest.mark.parametrize(("sizes", "left", "pruned"), [
    ((1, 2, 3), "abc", (0, 0)), ((MAX_SIZE, 0, 0), "abc", (0, 0)),
    ((MAX_SIZE - 1, 5, 1), "ac", (1, 5)), ((MAX_SIZE, 5, 1), "a", (2, 6)),
])
def test_the_least_recently_used_goes_first(
    sizes: tuple[int, int, int], left: str, pruned: tuple[int, int]
) -> None:
    cache = Cache()
    for at, (name, size) in enumerate(zip("abc", sizes, strict=True)):
        cache.add(name, size, float(at))
    cache.downloaded("a", sizes[0], 10.0)
    assert cache.prune() == pruned
    assert "".join(one.image_id for one in cache.all()) == left
