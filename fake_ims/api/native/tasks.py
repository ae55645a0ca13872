"""Glance's task API (deprecated there): imports, as an administrator sees them."""

from __future__ import annotations

import re
import uuid
from operator import attrgetter
from typing import Any

from ...contract import schema, validation
from ...contract.attributes import UUID_PATTERN
from ...contract.options import Options
from ...domain import access
from ...domain.clock import isotime
from ...domain.downloads import passes
from ...domain.refusal import Refused
from ...domain.tasks import INTERNAL, Task
from ...profiles.answer import Answer
from ..call import Call
from ..registry import handles
from .images import links
from .render import as_json

_STATUSES = ("pending", "processing", "success", "failure")
_SORT_KEYS = frozenset({"id", "type", "status", "owner", "created_at", "updated_at",
                        "expires_at", "image_id", "request_id", "user_id"})


def _stub(task: Task) -> dict[str, object]:
    path = f"/v2/tasks/{task.id}"
    document: dict[str, object] = {
        "id": task.id,
        "type": task.type,
        "status": task.status,
        "owner": task.owner,
        "created_at": isotime(task.created_at),
        "updated_at": isotime(task.updated_at),
        "self": path,
        "schema": "/v2/schemas/task",
    }
    if task.expires_at is not None:
        document["expires_at"] = isotime(task.expires_at)
    return document


def _document(task: Task) -> dict[str, object]:
    document = {**_stub(task), "input": task.input, "message": task.message,
                "result": task.result, "request_id": task.request_id, "user_id": task.user_id}
    if task.image_id:
        document["image_id"] = task.image_id
    return document


def _allow(call: Call) -> None:
    access.require_role("tasks_api_access", call.known_caller, "admin")
    _settle(call)


def _settle(call: Call) -> None:
    call.service.transitions.settle()


@handles("tasks.list")
async def list_(call: Call) -> Answer:
    """The tasks, filtered by status and type, in pages."""
    _allow(call)
    params = dict(call.pairs())
    limit_text, marker = params.pop("limit", None), params.pop("marker", None)
    sort_key = params.pop("sort_key", "created_at")
    sort_dir = params.pop("sort_dir", "desc")
    if sort_dir not in ("asc", "desc"):
        raise Refused("list.sort_dir", sort_dir=sort_dir)
    status, kind = params.get("status"), params.get("type")
    if status and status not in _STATUSES:
        raise Refused("task.status", status=status)
    if kind and kind != "import":
        raise Refused("task.type", type=kind)
    if marker and not re.search(UUID_PATTERN, marker):
        raise Refused("task.marker")
    limit = call.service.profile.options.limit_param_default
    if limit_text is not None:
        try:
            limit = int(limit_text)
        except ValueError:
            raise Refused("list.limit_type") from None
        if limit < 0:
            raise Refused("list.limit_negative")
    if sort_key not in _SORT_KEYS:
        raise Refused("task.sort_key")
    if marker and call.service.tasks.get(marker) is None:
        raise Refused("task.marker_unknown", task_id=marker)
    tasks = [task for task in call.service.tasks.all()
             if all(getattr(task, name) == value for name, value in params.items()
                    if name in _SORT_KEYS)]
    tasks.sort(key=lambda task: str(attrgetter(sort_key)(task) or ""),
               reverse=sort_dir == "desc")
    if marker:
        ids = [task.id for task in tasks]
        tasks = tasks[ids.index(marker) + 1:] if marker in ids else []
    page = tasks[:min(limit, call.service.profile.options.api_limit_max)]
    first, following = links("/v2/tasks", call,
                             page[-1].id if page and len(page) == limit else None)
    document = {"tasks": [_stub(task) for task in page], "first": first,
                "schema": "/v2/schemas/tasks"}
    if following is not None:
        document["next"] = following
    return as_json(document)


@handles("tasks.create")
async def create(call: Call) -> Answer:
    """Create a task: an import, which makes the image, too."""
    _allow(call)
    document = await call.json()
    for name in ("type", "input"):
        if not isinstance(document, dict) or name not in document:
            raise Refused("task.missing", name=name)
    assert isinstance(document, dict)
    shape = {**schema.document("task", "openstack"), "additionalProperties": False}
    properties: dict[str, Any] = shape["properties"]
    try:
        if document.keys() - properties.keys():
            found = validation.check_value(document, shape, (), ())
            assert found is not None, "a name is none of the schema's"
            raise found
        validation.check(document, properties)
    except validation.Mismatch as mismatch:
        raise Refused("task.schema", reason=mismatch.reason) from None
    service, caller, given = call.service, call.known_caller, document["input"] or {}
    if document["type"] == "import":
        _check_source(given.get("import_from"), service.profile.options)
        task = service.imports.new_task(caller, given, call.exchange.request_id)
    else:
        now = service.clock.now()
        task = Task(str(uuid.uuid4()), document["type"], caller.project_id, caller.user_id,
                    call.exchange.request_id, given.get("image_id"), given, now, now)
        service.tasks.add(task)
    answer = as_json(_document(task))
    answer.headers["Location"] = f"{call.base_url}/v2/tasks/{task.id}"
    if document["type"] == "import":
        service.imports.run_task(caller, task)
    else:  # such a task cannot import anything, so it fails at once
        service.tasks.finish(task, service.clock.now(), failure=INTERNAL)
    return answer


def _check_source(source: object, options: Options) -> None:
    """Check the URI of an import, before any of it begins.

    Raises:
        Refused: it is missing, has another scheme, or does not pass the filter.
    """
    text = source if isinstance(source, str) else ""
    if not source:
        raise Refused("task.import_source", reason=f"Invalid location: {source}")
    if text.startswith(("file:///", "filesystem:///")):
        raise Refused("task.import_file")
    if not text.startswith(("http://", "https://")):
        raise Refused("task.import_scheme")
    if not passes(text, options):
        raise Refused("task.import_source",
                      reason=f"URI for legacy import task does not pass filtering: {text}")


@handles("tasks.show")
async def show(call: Call) -> Answer:
    """One task."""
    _allow(call)
    task_id = call.params["task_id"]
    task = call.service.tasks.get(task_id)
    if task is None:
        raise Refused("task.not_found", task_id=task_id)
    return as_json(_document(task))


@handles("tasks.delete")
async def delete(call: Call) -> Answer:
    """Refuse to delete a task; tasks expire."""
    _allow(call)
    raise Refused("task.delete", headers={"Allow": "GET"})


@handles("images.tasks")
async def of_image(call: Call) -> Answer:
    """The tasks of one image."""
    image_id, caller = call.params["image_id"], call.known_caller
    try:
        image = call.service.images.get(caller, image_id)
        access.require("get_image", caller, image)
    except Refused:
        raise Refused("image.hidden") from None
    _settle(call)
    documents = []
    for task in call.service.tasks.of_image(image_id):
        if not caller.is_admin and task.owner != caller.project_id:
            continue
        document = {**_document(task), "deleted": False, "deleted_at": None}
        del document["self"], document["schema"]
        documents.append(document)
    return as_json({"tasks": documents})
