"""Images found by their tags, and the tags that a project's images have.

Source: pages *Querying Images by Tag*, *Querying All Image Tags*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ...contract.parameters.tags import MAX_QUERIED_VALUE
from ...refusal import ImsError
from .. import access
from ..callers import Caller
from ..image import Image
from .tagging import pair

if TYPE_CHECKING:
    from ...service import Service

Test = Callable[[Image], bool]


def own_images(service: Service, caller: Caller, project_id: str | None) -> Iterator[Image]:
    """The images of a project that a caller may see, newest first."""
    service.transitions.settle()
    owner = Caller("", project_id, ())
    return (image for image in service.store.walk(owner)
            if image.owner == project_id and access.is_granted(caller, image))


def find(
    service: Service, caller: Caller, project_id: str | None, body: dict[str, Any]
) -> list[Image]:
    """All images that a query asks for, newest first.

    Args:
        service: the service.
        caller: who asks.
        project_id: whose images.
        body: as ``reading.read`` gives it.

    Raises:
        ImsError: ``IMG.0001``: keys that are empty or not unique, values likewise.
    """
    tests = list(_tests(body))
    return [image for image in own_images(service, caller, project_id)
            if all(test(image) for test in tests)]


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
    # An empty value means exactly that name, any other a part of it.
    return lambda image: (image.name or "") == value if not value else value in (image.name or "")


def all_tags(
    service: Service, caller: Caller, project_id: str | None
) -> dict[str, list[str]]:
    """Every key that a project's images have, with its values, each once."""
    found: dict[str, dict[str, None]] = {}
    for image in own_images(service, caller, project_id):
        for tag in image.tags:
            key, value = pair(tag)
            found.setdefault(key, {})[value] = None
    return {key: list(values) for key, values in found.items()}
