"""Projects: create, change, delete, and their tags."""

from __future__ import annotations

from ....contract import administration_schemas as schemas
from ....domain.identity.people import Project
from ....domain.refusal import Refused
from ....profiles.answer import Answer
from ...call import Call
from ...registry import Handler
from .. import bodies, render
from ..people import directory_of
from ..policy import require
from . import changes, domains

_KNOWN = ("name", "description", "enabled", "tags", "options", "domain_id", "parent_id",
          "is_domain")


async def create(call: Call) -> Answer:
    """Add a project."""
    given = await bodies.new(call, "project")
    if "name" not in given:
        raise Refused("identity.schema", reason="Invalid input for field/attribute project. "
                      f"Value: {given}. 'name' is a required property")
    require(call, "create_project", manager_of=(given.get("domain_id"),))
    directory = directory_of(call)
    if given.get("is_domain"):
        added = domains.add(call, changes.new_id(), given, _KNOWN)
        return render.answer({"project": render.domain_as_project(call, added)})
    domain_id = changes.home(call, given)
    parent_id = given.get("parent_id") or domain_id
    domain, parent = directory.domains.get(domain_id), directory.projects.get(parent_id)
    if domain is None:
        raise _invalid(f"Could not find domain: {domain_id}.")
    if parent is None and parent_id not in directory.domains:
        raise _invalid(f"Could not find project: {parent_id}.")
    above = domain_id if parent_id == domain_id else (
        parent.domain_id if parent else parent_id)
    if above != domain_id:
        raise _invalid(f"Cannot create project, since it specifies its domain_id {domain_id}, but "
                       f"specifies a parent in a different domain ({above}).")
    if parent is not None and not parent.enabled:
        raise _invalid("cannot create a project in a branch containing a disabled project: "
                       f"{parent_id}")
    id = changes.new_id()
    _check_free(call, given["name"], domain_id, id)
    row = directory.add_project(given["name"], domain, id)
    row.parent_id = parent.id if parent else None
    row.enabled = given.get("enabled", True)
    row.description = given.get("description", "")
    row.tags, row.options = sorted(given.get("tags", ())), dict(given.get("options", {}))
    row.extra = changes.extra(given, _KNOWN)
    return render.answer({"project": render.project(call, row)})


def _invalid(reason: str) -> Refused:
    return Refused("identity.schema", reason=reason)


def _check_free(call: Call, name: str, domain_id: str, id: str, besides: str = "") -> None:
    if changes.taken(directory_of(call).projects.values(), name, domain_id, besides):
        raise Refused("identity.conflict", what="project", problem="it is not permitted to have "
                      "two projects with either the same name or same id in the same domain: "
                      f"name is {name}, project id {id}")


def _project(call: Call) -> Project | None:
    return directory_of(call).projects.get(call.params["project_id"])


def _allowed(call: Call, rule: str) -> Project:
    """Return the project that a manager of its domain may change.

    Raises:
        Refused: not allowed, or there is none.
    """
    row = _project(call)
    require(call, rule, manager_of=(row.domain_id if row else None,))
    if row is None:
        raise Refused("identity.not_found", what="project", id=call.params["project_id"])
    return row


async def update(call: Call) -> Answer:
    """Change a project. Disabling it ends its tokens."""
    given = await bodies.change(call, "project")
    domain = directory_of(call).domains.get(call.params["project_id"])
    if domain is not None:
        require(call, "update_project")
        domains.change(call, domain, given)
        return render.answer({"project": render.domain_as_project(call, domain)})
    row = _allowed(call, "update_project")
    changes.check_same(given, row, "id")
    changes.check_mutable(row, "project", "update", row.id, given)
    if given.get("parent_id", row.parent_id) not in (row.parent_id, row.parent_id
                                                     or row.domain_id):
        raise Refused("identity.refused", reason="Update of `parent_id` is not allowed.")
    if given.get("is_domain"):
        raise _invalid("Update of `is_domain` is not allowed.")
    changes.check_same(given, row, "domain_id")
    if "name" in given:
        _check_free(call, given["name"], row.domain_id, row.id, row.id)
    below = directory_of(call).below(row.id)
    if given.get("enabled") is False and any(one.enabled for one in below):
        raise Refused("identity.refused", reason=f"Cannot disable project {row.id} since its "
                      "subtree contains enabled projects.")
    for name in ("name", "description", "enabled"):
        if name in given:
            setattr(row, name, given[name])
    if "tags" in given:
        row.tags = sorted(given["tags"])
    changes.set_options(row, given)
    row.extra |= changes.extra(given, _KNOWN)
    if not row.enabled:
        call.service.identity.end_tokens_in(row)
    # Keystone shows what it does not know twice after a change.
    return render.answer({"project": {**render.project(call, row), "extra": row.extra}})


async def delete(call: Call) -> Answer:
    """Delete a project without others below it, with its roles and tokens."""
    domain = directory_of(call).domains.get(call.params["project_id"])
    if domain is not None:
        require(call, "delete_project")
        domains.remove(call, domain)
        return changes.done()
    row = _allowed(call, "delete_project")
    changes.check_mutable(row, "project", "delete", row.id)
    if directory_of(call).below(row.id):
        raise Refused("identity.refused", reason=f"Cannot delete the project {row.id} since it is "
                      "not a leaf in the hierarchy. Use the cascade option if you want to delete "
                      "a whole subtree.")
    call.service.identity.remove_project(row)
    return changes.done()


# tags

def _readable(call: Call, rule: str) -> Project:
    row = _project(call)
    require(call, rule, own=call.params["project_id"] == call.known_caller.project_id,
            reader_of=(row.domain_id if row else None,))
    if row is None:
        raise Refused("identity.not_found", what="project", id=call.params["project_id"])
    return row


def _tags(call: Call, row: Project) -> Answer:
    return render.answer({"tags": row.tags, "links": {"self": f"{render.base(call)}/v3"}})


def _check_has(row: Project, tag: str) -> None:
    if tag not in row.tags:
        raise Refused("identity.not_found", what="project tag", id=tag)


async def tags(call: Call) -> Answer:
    """The tags of a project."""
    return _tags(call, _readable(call, "list_project_tags"))


async def set_tags(call: Call) -> Answer:
    """Replace the tags of a project."""
    body = await bodies.document(call)
    bodies.check(body, schemas.TAGS_BODY)
    row = _allowed(call, "update_project_tags")
    bodies.check(body.get("tags", {}), schemas.TAGS, whole=True)
    row.tags = sorted(body["tags"])
    return _tags(call, row)


async def clear_tags(call: Call) -> Answer:
    """Remove all tags of a project."""
    _allowed(call, "delete_project_tags").tags = []
    return changes.done()


async def check_tag(call: Call) -> Answer:
    """Return whether a project has a tag."""
    _check_has(_readable(call, "get_project_tag"), call.params["tag"])
    return changes.done()


async def add_tag(call: Call) -> Answer:
    """Add a tag to a project."""
    row, tag = _allowed(call, "create_project_tag"), call.params["tag"]
    bodies.check(tag, schemas.TAG, whole=True)
    bodies.check([*row.tags, tag], schemas.TAGS, whole=True)
    row.tags = sorted([*row.tags, tag])
    answer = changes.done()
    answer.content_type = "text/html; charset=utf-8"  # as Keystone's framework has it
    answer.headers["Location"] = f"{render.base(call)}/v3/{row.id}/tags/{tag}"
    return answer


async def delete_tag(call: Call) -> Answer:
    """Remove a tag from a project."""
    row, tag = _allowed(call, "delete_project_tag"), call.params["tag"]
    _check_has(row, tag)
    row.tags = [one for one in row.tags if one != tag]
    return changes.done()


HANDLERS: dict[str, Handler] = {
    "projects.create": create,
    "projects.update": update,
    "projects.delete": delete,
    "projects.tags.list": tags,
    "projects.tags.set": set_tags,
    "projects.tags.clear": clear_tags,
    "projects.tags.check": check_tag,
    "projects.tags.add": add_tag,
    "projects.tags.delete": delete_tag,
}
