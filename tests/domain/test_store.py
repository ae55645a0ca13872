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
