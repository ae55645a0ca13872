"""The index by tag is what a look at every image would find, after any sequence of changes."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

import pytest

from fake_ims.domain.by_age import walk
from fake_ims.domain.image import Image
from fake_ims.domain.ims.tagging import pair
from fake_ims.domain.store import Store

OWNERS = ("p1", "p2", None)
TEXTS = ("a=1", "a=2", "a.2", "a", "b=1", "c", "d=e=f")


def image(store: Store, number: int, random: Random) -> Image:
    return Image(id=str(number), owner=random.choice(OWNERS), created_at=float(number % 7),
                 updated_at=0.0, sequence=store.next_sequence(),
                 tags=tuple(random.sample(TEXTS, random.randrange(4))),
                 visibility=random.choice(("private", "public")))


def newest_first(images: Iterable[Image]) -> list[Image]:
    return sorted(images, key=lambda one: one.key, reverse=True)


def check(store: Store) -> None:
    everything = store.all()
    for owner in OWNERS:
        own = [one for one in everything if one.owner == owner]
        tagged = store.tagged
        assert {text for text, _ in tagged.texts(owner)} == {
            text for one in own for text in one.tags}
        for text in TEXTS:
            assert list(walk(tagged.of(owner, [text]))) == newest_first(
                one for one in own if text in one.tags)
        for key in {pair(text)[0] for text in TEXTS}:
            assert list(walk(tagged.with_key(owner, key))) == newest_first(
                one for one in own if key in {pair(text)[0] for text in one.tags})
        assert list(walk(tagged.with_key(owner, "a", ["2"]))) == newest_first(
            one for one in own if {"a=2", "a.2"} & set(one.tags))
        assert list(walk(tagged.untagged(owner))) == newest_first(
            one for one in own if not one.tags)
    assert list(walk(store.tagged.everywhere(["a=1", "c"]))) == newest_first(
        one for one in everything if {"a=1", "c"} & set(one.tags))


@pytest.mark.parametrize("seed", range(8))
def test_after_any_sequence(seed: int) -> None:
    random, store = Random(seed), Store()
    for number in range(120):
        there = store.all()
        step = random.choice(("add", "add", "retag", "retag", "move", "remove"))
        if step == "add" or not there:
            store.add(image(store, number, random))
        elif step == "retag":
            store.retag(random.choice(there), random.sample(TEXTS, random.randrange(4)))
        elif step == "move":
            store.move(random.choice(there), owner=random.choice(OWNERS),
                       visibility=random.choice(("private", "public")))
        else:
            store.remove(random.choice(there))
        check(store)


def test_an_image_that_is_not_there_yet_is_in_no_index() -> None:
    store = Store()
    new = image(store, 1, Random(0))
    store.retag(new, ["a"])
    assert [text for owner in OWNERS for text, _ in store.tagged.texts(owner)] == []
    store.add(new)
    store.remove(new)
    store.retag(new, ["b"])
    check(store)
