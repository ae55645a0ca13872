"""Image lists of the IMS APIs: the native list, and the filters that only these APIs have.

Source: page *Querying Images*; Huawei's client for ``architecture`` and ``flavor_id``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...contract.parameters import queries
from .. import access, query
from ..callers import Caller
from ..filters import Test
from ..image import Image, is_whole
from .reading import read_query

if TYPE_CHECKING:
    from ...server.state import Service

ALL_PROJECTS = "all_granted_eps"
_OWN = frozenset(row.name for row in queries.OWN_FILTERS)
Pairs = tuple[tuple[str, str], ...]


def page(service: Service, caller: Caller, pairs: Pairs) -> list[Image]:
    """Return the images of a page.

    Raises:
        ImsError: ``IMG.0024`` for ``__imagetype``, ``IMG.0192`` for ``flavor_id``, ``IMG.0155``
            for an enterprise project, ``IMG.0212`` for ``architecture``, ``IMG.0001``.
        Refused: as the native list does.
    """
    service.transitions.settle()
    access.require_role("get_images", caller, "reader")
    return service.images.page(caller, parse(service, caller, pairs)).images


def parse(service: Service, caller: Caller, pairs: Pairs) -> query.ListQuery:
    """Read the query of a list. Raises the same errors as ``page``."""
    given = dict(pairs)
    tests = list(_own_tests(service, caller, given))
    asked = query.parse(tuple(pair for pair in pairs if pair[0] not in _OWN), service.profile)
    limit = asked.limit if "limit" in given else queries.LIST_PAGE
    return replace(asked, limit=limit, tests=[*asked.tests, *tests])


def _own_tests(service: Service, caller: Caller, given: dict[str, str]) -> list[Test]:
    tests: list[Test] = []
    if "__isregistered" not in given:
        # Even administrators see unregistered images only if they ask for them.
        tests.append(lambda image: image.properties.get("__isregistered") == "true")
    every = given.get("enterprise_project_id") == ALL_PROJECTS
    own = read_query((queries.IMAGE_TYPE, *(row for row in queries.OWN_FILTERS
                                            if not (every and row is queries.PROJECT))), given)
    whole, architecture, flavor_id = own["__whole_image"], own["architecture"], own["flavor_id"]
    if whole is not None:
        tests.append(lambda image: is_whole(image) is whole)
    if architecture is not None:
        tests.append(_architecture(architecture))
    if flavor_id is not None:
        from ..world import lookup  # few lists need the world

        flavor = lookup.flavor(service.world, flavor_id)
        tests.append(_architecture(flavor.architecture))
        tests.append(lambda image: image.min_ram <= flavor.ram)
    asked = own.get("enterprise_project_id")
    if asked is not None:
        from ..world import lookup

        lookup.enterprise_project(service.world, asked)
        tests.append(lambda image: access.project_of(image) == asked)
    return tests


def _architecture(name: str) -> Test:
    return lambda image: (image.properties.get("__support_arm") == "true") is (name == "arm")
