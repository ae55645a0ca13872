"""Lists of images by the IMS APIs: the native list, and what it has not.

Source: page *Querying Images*; Huawei's client for ``architecture`` and ``flavor_id``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...contract.attributes import BY_NAME
from ...contract.parameters.common import ENTERPRISE_PROJECT
from ...refusal import ImsError
from .. import access, query
from ..callers import Caller
from ..filters import Test
from ..image import Image
from .reading import read
from .sources import is_whole

if TYPE_CHECKING:
    from ...service import Service

PAGE_SIZE = 500
ALL_PROJECTS = "all_granted_eps"
DEFAULT_PROJECT = "0"
Pairs = tuple[tuple[str, str], ...]


def page(service: Service, caller: Caller, pairs: Pairs) -> list[Image]:
    """The images of a page.

    Raises:
        ImsError: ``IMG.0024`` for ``__imagetype``, ``IMG.0192`` for ``flavor_id``, ``IMG.0155``
            for an enterprise project, ``IMG.0212`` for ``architecture``, ``IMG.0001``.
        Refused: what the native list refuses.
    """
    service.transitions.settle()
    access.require_role("get_images", caller, "reader")
    return service.images.page(caller, parse(service, caller, pairs)).images


def parse(service: Service, caller: Caller, pairs: Pairs) -> query.ListQuery:
    """Read the query of a list; raises as ``page``."""
    given = dict(pairs)
    tests = list(_own_tests(service, caller, given))
    own = {"__whole_image", "enterprise_project_id", "architecture", "flavor_id"}
    asked = query.parse(tuple(pair for pair in pairs if pair[0] not in own), service.profile)
    limit = asked.limit if "limit" in given else PAGE_SIZE
    return replace(asked, limit=limit, tests=[*asked.tests, *tests])


def after(asked: query.ListQuery, image: Image) -> query.ListQuery:
    """The same list, from behind an image on."""
    return replace(asked, marker=image.id)


def _own_tests(service: Service, caller: Caller, given: dict[str, str]) -> list[Test]:
    tests: list[Test] = []
    if "__isregistered" not in given:
        # An administrator, too, has to ask for the others.
        tests.append(lambda image: image.properties.get("__isregistered") == "true")
    kinds = BY_NAME["__imagetype"].otc_enum or ()
    if "__imagetype" in given and given["__imagetype"] not in kinds:
        raise ImsError("IMG.0024", detail="__imagetype must be one of: gold, private, shared")
    if "__whole_image" in given:
        whole = _boolean("__whole_image", given["__whole_image"])
        tests.append(lambda image: is_whole(image) is whole)
    if "architecture" in given:
        tests.append(_architecture(given["architecture"]))
    if "flavor_id" in given:
        flavor = service.world.flavor(given["flavor_id"])
        tests.append(_architecture(flavor.architecture))
        tests.append(lambda image: image.min_ram <= flavor.ram)
    asked = given.get("enterprise_project_id", ALL_PROJECTS)
    if asked != ALL_PROJECTS:
        asked = read((ENTERPRISE_PROJECT,), {ENTERPRISE_PROJECT.name: asked})[
            ENTERPRISE_PROJECT.name]
        service.world.enterprise_project(asked)
        tests.append(lambda image: project_of(image) == asked)
    granted = caller.enterprise_projects
    if granted is not None:
        # What belongs to nobody's enterprise project of his, such as a public image, he may see.
        tests.append(lambda image: image.owner != caller.project_id
                     or project_of(image) in granted)
    return tests


def project_of(image: Image) -> str:
    """Id of the enterprise project that an image belongs to."""
    return image.properties.get("enterprise_project_id") or DEFAULT_PROJECT


def _architecture(name: str) -> Test:
    if name not in ("x86", "arm"):
        raise ImsError("IMG.0212")
    return lambda image: (image.properties.get("__support_arm") == "true") is (name == "arm")


def _boolean(name: str, value: str) -> bool:
    if value not in ("true", "false"):
        raise ImsError("IMG.0001", detail=f"{name} must be true or false")
    return value == "true"
