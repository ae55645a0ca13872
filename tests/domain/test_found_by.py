"""The indexes by tag and by name are what a look at every image would find, after any sequence of
changes."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

import pytest

from fake_ims.domain.access import is_visible
from fake_ims.domain.by_age import walk
from fake_ims.domain.callers import Caller
from fake_ims.domain.image import OPEN, Image, Member
from fake_ims.domain.store import Store
from fake_ims.domain.tag_pairs import pair

OWNERS = ("p1", "p2", None)
NAMES = ("n", "m", "", None)
VISIBILITIES = ("private", "shared", "public", "community")
TEXTS = ("a=1", "a=2", "a.2", "a", "b=1", "c", "d=e=f")


def image(store: Store, number: int, random: Random) -> Image:
    return Image(id=str(number), owner=random.choice(OWNERS), created_at=float(number % 7),
                 updated_at=0.0, sequence=store.next_sequence(),
                 tags=tuple(random.sample(TEXTS, random.randrange(4))),
                 visibility=random.choice(VISIBILITIES), name=random.choice(NAMES))


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
    assert list(walk(store.tagged.open(["a=1", "c"]))) == newest_first(
        one for one in everything if {"a=1", "c"} & set(one.tags) and one.visibility in OPEN)
    check_names(store)


def check_names(store: Store) -> None:
    everything, named = store.all(), store.named
    for name in ("n", "m", ""):
        called = newest_first(one for one in everything if one.name == name)
        assert list(walk(named.everywhere([name]))) == called
        assert list(walk(named.open([name]))) == [one for one in called if one.visibility in OPEN]
        for owner in OWNERS:
            assert list(walk(named.of(owner, [name]))) == [one for one in called
                                                           if one.owner == owner]


CALLERS = [Caller("u", "p1", ("member",)), Caller("u", None, ("member",)),
           Caller("root", "p2", ("admin",))]
ASKED: list[dict[str, list[str]]] = [
    {"names": ["n"]}, {"names": ["n", "", "none"]}, {"names": ["none"]}, {"tags": ["a=1", "c"]},
    {"tags": ["none"]}, {"names": ["m", "n"], "tags": ["a"]},
    {"ids": [str(number) for number in range(0, 200, 3)] + ["3", "none"]},
    {"ids": ["6", "9"], "names": ["n"], "tags": ["a=1"]}, {"ids": []},
]


def is_asked_for(image: Image, asked: dict[str, list[str]]) -> bool:
    return (image.id in asked.get("ids", [image.id])
            and image.name in asked.get("names", [image.name])
            and ("tags" not in asked or bool(set(asked["tags"]) & set(image.tags))))


def check_walks(store: Store, random: Random) -> None:
    """A walk that is told what is asked for leaves out none of those that a full walk gives."""
    for caller in CALLERS:
        for asked in ASKED:
            ascending, open_only = random.random() < 0.5, random.random() < 0.2
            start = random.choice((None, (3.0, 0)))
            all_seen, found = (
                [one for one in store.walk(caller, ascending=ascending, start=start,
                                           open_only=open_only, **more)
                 if is_asked_for(one, asked) and is_visible(caller, one)
                 and (one.visibility in OPEN or (not open_only and (
                     caller.is_admin or one.owner is not None)))]
                for more in ({}, asked))
            assert found == all_seen, (caller, asked)


def test_the_index_by_name_may_come_late() -> None:
    random, store = Random(0), Store()
    for number in range(40):
        store.add(image(store, number, random))
        store.rename(random.choice(store.all()), random.choice(NAMES))
        store.move(random.choice(store.all()), owner="p1", visibility="public")
    check_names(store)


@pytest.mark.parametrize("seed", range(8))
def test_after_any_sequence(seed: int) -> None:
    random, store = Random(seed), Store()
    for number in range(120):
        there = store.all()
        step = random.choice(("add", "add", "retag", "rename", "share", "move", "remove"))
        if step == "add" or not there:
            store.add(image(store, number, random))
        elif step == "retag":
            store.retag(random.choice(there), random.sample(TEXTS, random.randrange(4)))
        elif step == "rename":
            store.rename(random.choice(there), random.choice(NAMES))
        elif step == "share":
            one = random.choice(there)
            if "p1" in one.members:
                store.unshare(one, "p1")
                del one.members["p1"]
            else:
                one.members["p1"] = Member("p1", "accepted", 0.0, 0.0)
                store.share(one, "p1")
        elif step == "move":
            store.move(random.choice(there), owner=random.choice(OWNERS),
                       visibility=random.choice(VISIBILITIES))
        else:
            store.remove(random.choice(there))
        check(store)
        if number % 10 == 9:
            check_walks(store, random)


def test_an_image_that_is_not_there_yet_is_in_no_index() -> None:
    store = Store()
    new = image(store, 1, Random(0))
    store.retag(new, ["a"])
    store.rename(new, "n")
    assert [text for owner in OWNERS for text, _ in store.tagged.texts(owner)] == []
    store.add(new)
    store.remove(new)
    store.retag(new, ["b"])
    store.rename(new, "m")
    check(store)
    assert new.name == "m"


def test_a_tag_that_an_image_has_twice_counts_once() -> None:
    store = Store()
    new = image(store, 1, Random(0))
    new.tags = ("a", "b", "a")
    store.add(new)
    check(store)
    store.retag(new, ["b", "b"])
    check(store)
    store.remove(new)
    check(store)


def test_a_project_is_plain_until_an_image_has_two_tags_of_one_key() -> None:
    store = Store()
    first, second = (image(store, number, Random(0)) for number in (1, 2))
    for one, owner, tags in ((first, "p1", ("a=1", "b=1")), (second, "p2", ("a=1", "a=2"))):
        one.owner, one.tags = owner, tags
        store.add(one)
    assert [store.tagged.is_plain(owner) for owner in ("p1", "p2", "p3")] == [True, False, True]
    store.retag(first, ["a=1", "c", "a.2"])
    assert not store.tagged.is_plain("p1")
    store.retag(second, ["a=1"])
    assert store.tagged.is_plain("p2")
    store.remove(first)
    assert store.tagged.is_plain("p1")
