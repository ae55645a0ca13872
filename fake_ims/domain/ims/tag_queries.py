"""Image queries by tag, and the tags of a project's images.

Source: pages *Querying Images by Tag*, *Querying All Image Tags*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from ...contract.parameters.tags import MAX_QUERIED_VALUE
from .. import access, query
from ..by_age import ByAge, walk
from ..callers import Caller
from ..image import Image
from ..refusal import ImsError
from ..tag_pairs import pair

if TYPE_CHECKING:
    from ...server.state import Service
    from ..store import Store

Test = Callable[[Image], bool]


def find(
    service: Service, caller: Caller, project_id: str | None, body: dict[str, Any]
) -> tuple[int, list[Image]]:
    """Return the number of matching images, and the images of the page, newest first.

    The cost grows with the number of images that have the rarest of the given tags. A query for a
    single tag, or without conditions, costs as much as its page. Only queries by name, or by
    absent tags, scan all images of the project.

    Args:
        service: the service.
        caller: who makes the request.
        project_id: the project that owns the images.
        body: the request body, as returned by ``reading.read``; without ``limit``, all images are
            counted and none returned.

    Raises:
        ImsError: ``IMG.0001``: keys or values are empty or repeated.
    """
    tests = list(_tests(body))
    service.transitions.settle()
    store = service.store
    start = min(body["offset"] or 0, len(store))  # an offset can be of any size
    stop = start + (body["limit"] or 0)
    indexes = _indexes(store, project_id, body)
    if not tests and caller.enterprise_projects is None:
        return store.owned(project_id), list(islice(store.of_project(project_id), start, stop))
    if indexes is not None and len(indexes) <= 1 and len(tests) == 1 and (
        caller.enterprise_projects is None and store.tagged.is_plain(project_id)
    ):
        return sum(map(len, indexes)), list(islice(walk(indexes), start, stop))
    candidates = _candidates(store, project_id, body) if indexes is None else walk(indexes)
    found = [image for image in candidates
             if access.is_granted(caller, image) and all(test(image) for test in tests)]
    return len(found), found[start:stop]


def _indexes(
    store: Store, project_id: str | None, body: dict[str, Any]
) -> list[ByAge] | None:
    """Return the smallest set of indexes that contains all matches of a query by tags; None if the
    query does not ask for tags."""
    tagged = store.tagged
    if body["without_any_tag"]:
        return tagged.untagged(project_id)
    choices: list[list[ByAge]] = [
        tagged.with_key(project_id, condition["key"], condition["values"])
        for condition in body["tags"] or ()
    ]
    if body["tags_any"]:
        choices.append([index for condition in body["tags_any"]
                        for index in tagged.with_key(project_id, condition["key"],
                                                     condition["values"])])
    return min(choices, key=lambda indexes: sum(map(len, indexes))) if choices else None


def _candidates(store: Store, project_id: str | None, body: dict[str, Any]) -> Iterator[Image]:
    """Yield the images of a project that can match a query without tags."""
    for match in body["matches"] or ():
        if match["key"] == "resource_id":
            image = store.get(match["value"])
            return iter(() if image is None or image.owner != project_id else (image,))
    return store.of_project(project_id)


def _tests(body: dict[str, Any]) -> Iterator[Test]:
    keys = [match["key"] for match in body["matches"] or ()]
    if len(set(keys)) < len(keys):
        raise ImsError("IMG.0001", detail="a key of matches stands there twice")
    for match in body["matches"] or ():
        yield _match(match["key"], match["value"])
    conditions = {name: _pairs(name, body[name] or [])
                  for name in ("tags", "tags_any", "not_tags", "not_tags_any")}
    if body["without_any_tag"]:
        yield lambda image: not image.tags
        return
    for name, wanted in conditions.items():
        if wanted:
            yield _condition(name, wanted)


def _condition(name: str, wanted: dict[str, set[str]]) -> Test:
    gather = any if name.endswith("_any") else all
    expected = not name.startswith("not_")

    def test(image: Image) -> bool:
        tags = dict(map(pair, image.tags))
        found = gather(key in tags and (not values or tags[key] in values)
                       for key, values in wanted.items())
        return found is expected

    return test


def _pairs(name: str, conditions: list[dict[str, Any]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for condition in conditions:
        key, values = condition["key"], condition["values"]
        if not key:
            raise ImsError("IMG.0001", detail=f"a key of {name} is empty")
        if key in found:
            raise ImsError("IMG.0001", detail=f"key {key} of {name} stands there twice")
        if len(set(values)) < len(values):
            raise ImsError("IMG.0001", detail=f"a value of {key} stands there twice")
        if any(len(value) > MAX_QUERIED_VALUE for value in values):
            raise ImsError("IMG.0001", detail=f"a value of {key} has more than "
                           f"{MAX_QUERIED_VALUE} characters")
        found[key] = set(values)
    return found


def _match(key: str, value: str) -> Test:
    if key == "resource_id":
        return lambda image: image.id == value
    # An empty value matches that exact name only; any other matches as a substring.
    return lambda image: (image.name or "") == value if not value else value in (image.name or "")


def all_tags(
    service: Service, caller: Caller, project_id: str | None
) -> dict[str, list[str]]:
    """Return every tag key of a project's images with its distinct values, newest images first."""
    service.transitions.settle()
    found: dict[str, dict[str, None]] = {}
    for text in in_order(service.store.tagged.texts(project_id),
                         lambda image: access.is_granted(caller, image)):
        key, value = pair(text)
        found.setdefault(key, {})[value] = None
    return {key: list(values) for key, values in found.items()}


def listed_tags(
    service: Service, caller: Caller, asked: query.ListQuery, start: int, stop: int
) -> list[str]:
    """Return the tags of the images of a list from a position to another, in the list's order.

    Raises:
        Refused: a filter is malformed, or the marker does not exist.
    """
    asked = replace(asked, limit=min(stop, len(service.store)))
    images = service.images.page(caller, asked).images[start:]
    return list(dict.fromkeys(text for image in images for text in image.tags))


def in_order(tags: Iterable[tuple[str, ByAge]], shown: Test) -> list[str]:
    """Return the tags of the visible images, ordered by the newest visible image of each tag and
    by the order of tags within an image."""
    placed: list[tuple[tuple[float, int], int, str]] = []
    for text, index in tags:
        newest = next((image for image in walk([index]) if shown(image)), None)
        if newest is not None:
            placed.append((newest.key, -newest.tags.index(text), text))
    placed.sort(reverse=True)
    return [text for _, _, text in placed]
