"""The indexes of the store, held against a plain search through all images."""

from __future__ import annotations

import random

import pytest

from fake_ims.domain.access import is_visible
from fake_ims.domain.callers import Caller
from fake_ims.domain.image import Image, Member
from fake_ims.domain.store import Store

PROJECTS = ("a", "b", "c")
ADMIN = Caller("root", "a", ("admin",))


def filled(seed):
    """A store after random additions, shares, moves and removals."""
    dice = random.Random(seed)
    store = Store()
    images = []
    for number in range(120):
        created_at = float(dice.randint(0, 20))
        image = Image(id=str(number), owner=dice.choice(PROJECTS), created_at=created_at,
                      updated_at=created_at, sequence=store.next_sequence(),
                      visibility=dice.choice(("private", "shared", "public", "community")))
        store.add(image)
        images.append(image)
        other = dice.choice(images)
        if store.get(other.id) is None:
            continue
        action = dice.random()
        if action < 0.3:
            project = dice.choice(PROJECTS)
            if project not in other.members:
                other.members[project] = Member(project, "accepted", 0.0, 0.0)
                store.share(other, project)
        elif action < 0.5:
            store.move(other, owner=dice.choice(PROJECTS),
                       visibility=dice.choice(("private", "shared", "public")))
        elif action < 0.6 and other.members:
            project = dice.choice(list(other.members))
            store.unshare(other, project)
            del other.members[project]
        elif action < 0.65:
            store.remove(other)
    return store, [image for image in images if store.get(image.id) is image]


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("project", [*PROJECTS, None])
def test_a_walk_gives_what_a_caller_sees_once_and_in_order(seed, ascending, project):
    store, images = filled(seed)
    caller = Caller("u", project, ("member",))
    ordered = sorted(images, key=lambda image: image.key, reverse=not ascending)
    visible = [image for image in ordered if is_visible(caller, image)]
    walked = list(store.walk(caller, ascending=ascending))
    assert [image for image in walked if is_visible(caller, image)] == visible
    assert len(walked) == len(set(walked))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("ascending", [True, False])
def test_a_walk_begins_behind_its_start(seed, ascending):
    store, images = filled(seed)
    ordered = sorted(images, key=lambda image: image.key, reverse=not ascending)
    for position in (0, len(ordered) // 2, len(ordered) - 1):
        walked = list(store.walk(ADMIN, ascending=ascending, start=ordered[position].key))
        assert walked == ordered[position + 1:]


@pytest.mark.parametrize("seed", range(4))
def test_a_walk_of_open_images(seed):
    store, images = filled(seed)
    expected = {image for image in images if image.visibility in ("public", "community")}
    for caller in (ADMIN, Caller("u", "a", ("member",))):
        assert set(store.walk(caller, open_only=True)) == expected


def test_what_falls_due_comes_earliest_first_and_once():
    store, images = filled(1)
    first, second, third = images[:3]
    for image, due_at in ((second, 20.0), (first, 10.0), (third, 30.0)):
        store.schedule(image, due_at)
    assert list(store.fallen_due(25.0)) == [first, second]
    assert list(store.fallen_due(25.0)) == []
    assert list(store.fallen_due(30.0)) == [third]


def test_a_removed_image_keeps_its_id_taken():
    store, images = filled(2)
    store.remove(images[0])
    assert store.get(images[0].id) is None
    assert store.knows(images[0].id)
    assert store.deleted(images[0].id) is images[0]
    assert images[0] not in store.all()


def test_deleted_images_in_order_of_their_deletion():
    store, images = filled(2)
    before = store.all_deleted()
    store.remove(images[3])
    store.remove(images[1])
    assert store.all_deleted() == [*before, images[3], images[1]]
    assert store.deleted("never") is None
    assert not store.knows("never")


def test_what_a_project_owns_is_counted():
    store, images = filled(3)
    for project in PROJECTS:
        assert store.owned(project) == sum(image.owner == project for image in images)
        assert list(store.of_project(project)) == sorted(
            (image for image in images if image.owner == project),
            key=lambda image: image.key, reverse=True)
    assert store.owned("none") == 0
    assert list(store.of_project("none")) == []
    assert len(store) == len(images)


def test_the_oldest():
    store, images = filled(4)
    ordered = sorted(images, key=lambda image: image.key)
    assert store.all() == ordered
    assert store.oldest(3, None) == ordered[:3]
    assert store.oldest(2, ordered[4]) == ordered[5:7]
    assert store.oldest(9, ordered[-1]) == store.oldest(0, None) == []


def test_an_image_is_replaced():
    store, images = filled(5)
    old = next(image for image in images if image.owner == "a")
    new = Image(id=old.id, owner="b", created_at=99.0, updated_at=99.0,
                sequence=store.next_sequence(), name="new")
    owned = store.owned("a")
    store.put(new)
    assert store.get(old.id) is new
    assert old not in store.all()
    assert store.all()[-1] is new
    assert store.owned("a") == owned - 1
    assert [image for index in store.named.everywhere(["new"])
            for *_, image in index.oldest_first(None)] == [new]
    other = Image(id="other", owner="b", created_at=99.0, updated_at=99.0,
                  sequence=store.next_sequence())
    store.put(other)
    assert store.get("other") is other


def test_watchers_see_each_change_until_they_are_gone():
    store, images = filled(6)
    seen = []
    first, second = (lambda image, now: seen.append(("first", image, now)),
                     lambda image, now: seen.append(("second", image, now)))
    images[0].touched(1.0)
    store.watch(first)
    store.watch(second)
    images[0].touched(2.0)
    images[0].changed(3.0)
    new = Image(id="new", owner="a", created_at=4.0, updated_at=4.0,
                sequence=store.next_sequence())
    store.add(new)
    new.touched(5.0)
    assert seen == [(who, image, now) for image, now in (
        (images[0], 2.0), (images[0], 3.0), (new, 4.0), (new, 5.0)) for who in ("first", "second")]
    seen.clear()
    store.unwatch(first)
    new.touched(6.0)
    assert seen == [("second", new, 6.0)]
    store.unwatch(second)
    new.touched(7.0)
    store.add(Image(id="newer", owner="a", created_at=8.0, updated_at=8.0,
                    sequence=store.next_sequence()))
    assert len(seen) == 1
    assert {image.watch for image in store.all()} == {None}
