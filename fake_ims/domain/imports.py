"""Glance's imports: how each method begins, and how an image ends.

An import lasts as long as ``lifecycle.saving`` says. Meanwhile its data is in the staging area, and
the image has an ``Importing``. Source: a real Glance, asked for each case; ``tests/conformance``.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import access
from .data import Blob
from .downloads import DownloadFailed, download
from .durations import AT_ONCE
from .refusal import ImsError, Refused
from .tasks import INTERNAL, Task

if TYPE_CHECKING:
    from ..server.state import Service
    from .callers import Caller
    from .image import Image
    from .world import RemoteImage

TASK = "os_glance_import_task"
IMPORTING = "os_glance_importing_to_stores"
FAILED = "os_glance_failed_import"
# How long an import keeps others away, in seconds. Twice as long if its task has not begun.
_LOCK = 3600.0
# Properties that glance-download takes over from the other region.
_TAKEN_OVER = ("hw_", "trait:", "os_distro", "os_secure_boot", "os_type")
_DOWNLOADS = ("web-download", "glance-download")


@dataclass(slots=True)
class Importing:
    """An import that is under way.

    Attributes:
        task: its task.
        method: the import method; ``import`` for a task of the tasks API.
        stores: the stores that get the data; None is the store of a Glance whose stores have no
            ids.
        all_must_succeed: whether one store that fails lets the import fail.
        problem: why there is no data to import; empty if there is.
        before: attributes of the image to set again if the import fails.
    """

    task: Task
    method: str
    stores: tuple[str | None, ...]
    all_must_succeed: bool = True
    problem: str = ""
    before: dict[str, Any] = field(default_factory=dict)


class Imports:
    """The imports of one service."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def check_lock(self, image: Image) -> None:
        """Check that no other import works on the image. One of more than an hour is given up.

        Raises:
            Refused: ``import.busy``.
        """
        task = self._service.tasks.get(image.properties.get(TASK, ""))
        if task is None:
            return
        now = self._service.clock.now()
        if now - task.updated_at < _LOCK:
            raise Refused("import.busy")
        if task.status == "processing":
            self._service.tasks.finish(task, now, failure="Expired lock preempted")
        image.importing = image.transition = None
        if image.staged is not None:
            image.staged.close()
            image.staged = None
        for key in (IMPORTING, FAILED):
            _change(image, key, less=task.input.get("backend", ()))

    def begin(
        self, caller: Caller, image: Image, document: dict[str, Any], stores: Any, request_id: str
    ) -> None:
        """Begin an import whose request has been checked.

        Args:
            caller: who imports.
            image: the image, in the status that the method needs.
            document: the body of the request.
            stores: the ids of the stores, as the request has them.
            request_id: id of the request.
        """
        method = document["method"]
        task = self._task("api_image_import", caller, image.id, {
            "image_id": image.id, "import_req": document, "backend": stores}, request_id)
        task.status = "processing"
        names = tuple(stores)
        importing = Importing(task, method["name"], names,
                              document.get("all_stores_must_succeed", True))
        image.properties[TASK] = task.id
        _change(image, IMPORTING, more=names)
        _change(image, FAILED, less=names)
        if importing.method != "copy-image":
            image.status = "importing"
        now = self._service.clock.now()
        if len(set(names)) < len(names):  # no flow of tasks can be made then, and nobody cleans up
            self._service.tasks.finish(task, now, failure=INTERNAL)
            image.changed(now)
            return
        try:
            if importing.method == "web-download":
                image.staged = self._download(method["uri"], image.disk_format)
            elif importing.method == "glance-download":
                self._take_over(caller, image, importing, method)
        except DownloadFailed as failed:
            importing.problem = str(failed)
        self._run(image, importing)

    def new_task(self, caller: Caller, given: dict[str, Any], request_id: str) -> Task:
        """Return a new task of the tasks API. ``run_task`` begins it."""
        return self._task("import", caller, given.get("image_id"), given, request_id)

    def run_task(self, caller: Caller, task: Task) -> None:
        """Begin an import of the tasks API: it makes the image, too."""
        service, given, now = self._service, task.input, self._service.clock.now()
        missing = next((name for name in ("import_from", "import_from_format", "image_properties")
                        if name not in given), None)
        if missing is not None:
            service.tasks.finish(task, now, failure=f"Input does not contain '{missing}' field")
            return
        try:
            image = service.images.create(
                caller, service.profile.new_image(given["image_properties"]))
        except (Refused, ImsError):
            service.tasks.finish(task, now, failure=INTERNAL)
            return
        task.status = "processing"
        importing = Importing(task, "import", (service.profile.options.default_backend or None,))
        image.status = "saving"
        try:
            if not image.disk_format or not image.container_format:
                raise DownloadFailed("the image has no formats")
            image.staged = self._download(given["import_from"], image.disk_format)
        except DownloadFailed as failed:
            importing.problem = str(failed)
        self._run(image, importing)

    def finish(self, image: Image, now: float, reason: str = "") -> None:
        """End an import as the service does.

        Args:
            image: the image.
            now: the instant.
            reason: why the test lets it fail; empty if it does not.
        """
        importing, blob = self._take(image)
        stores, failing = importing.stores, self._failing(image, importing, blob, reason)
        good = [store for store in stores if store not in failing]
        is_copy = importing.method == "copy-image"
        image.properties.pop(TASK, None)
        image.kill_reason = reason
        if importing.problem or (importing.all_must_succeed and failing) or not (good or is_copy):
            self._fail(image, importing, failing, now)
            if blob is not None:
                blob.close()
        else:
            _change(image, IMPORTING, less=stores)
            _change(image, FAILED, more=failing)
            if is_copy:
                image.stores += _named(good)
            else:
                assert blob is not None, "without a problem there is data"
                image.virtual_size = self._service.uploads.inspect(image, blob)
                image.hold(blob)
                image.stores, image.locations = _named(good), ()
                image.status = "active"
                self._service.profile.activated(image, now)
            self._succeed(importing, image, now)
        if self._service.store.get(image.id) is image:
            image.changed(now)

    def end_by_hand(self, image: Image, now: float) -> None:
        """End an import because the test has given its image another status."""
        importing = image.importing
        assert importing is not None
        image.importing = None
        self._forget(image, importing)
        if image.status == "active":
            image.stores = _named(importing.stores) or image.stores
            self._succeed(importing, image, now)
        else:
            _change(image, FAILED, more=importing.stores)
            self._service.tasks.finish(importing.task, now, failure=INTERNAL)

    def abandon(self, image: Image, now: float) -> None:
        """End an import because its image is deleted."""
        importing = image.importing
        assert importing is not None
        image.importing = image.transition = None
        self._service.tasks.finish(importing.task, now, failure=INTERNAL)

    def _task(
        self, kind: str, caller: Caller, image_id: str | None, given: dict[str, Any],
        request_id: str,
    ) -> Task:
        now = self._service.clock.now()
        task = Task(str(uuid.uuid4()), kind, caller.project_id, caller.user_id, request_id,
                    image_id, given, now, now)
        self._service.tasks.add(task)
        return task

    def _run(self, image: Image, importing: Importing) -> None:
        """Let the import last as long as the lifecycle says, and end as it says."""
        service = self._service
        reason = service.lifecycle.why_killed(image.name) or ""
        due, now = service.lifecycle.saving, service.clock.now()
        image.importing = importing
        if due == AT_ONCE:
            self.finish(image, now, reason)
        else:
            service.transitions.begin(image, "killed" if reason else "active", due, reason)

    def _download(self, uri: str, disk_format: str | None) -> Blob:
        service = self._service
        return download(service.world, uri, service.profile.options, service.store.spool,
                        disk_format)

    def _blob(self, data: bytes) -> Blob:
        return Blob.of(self._service.store.spool, data,
                       self._service.profile.options.hashing_algorithm)

    def _take_over(
        self, caller: Caller, image: Image, importing: Importing, method: dict[str, Any]
    ) -> None:
        """Take data and properties of an image of this region, or of ``world.remote_images``."""
        region, image_id = str(method["glance_region"]), str(method["glance_image_id"])
        service = self._service
        properties: dict[str, str] = {}
        formats: Image | RemoteImage
        if region.lower() == service.region.lower():
            source = service.store.get(image_id)
            if (source is None or source.status != "active" or source.data is None
                    or not access.allowed("download_image", caller, source)):
                raise DownloadFailed(f"{region} has no such image")
            data: Blob = source.data.copy()
            properties, formats = source.properties, source
        else:
            remote = service.world.remote_images.get(image_id)
            if (remote is None or remote.region.lower() != region.lower()
                    or remote.status != "active"):
                raise DownloadFailed(f"{region} has no such image")
            data, formats = self._blob(remote.data or b""), remote
        importing.before = {"disk_format": image.disk_format, "properties": image.properties,
                            "container_format": image.container_format}
        image.staged = data
        image.disk_format = formats.disk_format
        image.container_format = formats.container_format
        image.properties = image.properties | {
            name: value for name, value in properties.items() if name.startswith(_TAKEN_OVER)}

    def _take(self, image: Image) -> tuple[Importing, Blob | None]:
        importing, blob = image.importing, image.staged
        assert importing is not None
        image.importing = image.transition = image.staged = None
        if blob is None and not importing.problem and importing.method != "copy-image":
            # The test has set other data meanwhile, or none.
            blob, image.data = image.data, None
            blob = blob or self._blob(b"")
        return importing, blob

    def _failing(
        self, image: Image, importing: Importing, blob: Blob | None, reason: str
    ) -> tuple[str | None, ...]:
        """The stores that do not get the data."""
        if reason or importing.problem:
            return importing.stores
        if importing.method == "copy-image":
            if image.status != "active":
                return importing.stores
        else:
            assert blob is not None, "without a problem there is data"
            if self._service.uploads.unverified(image) is not None:
                return importing.stores
            try:
                self._service.uploads.inspect(image, blob)
            except Refused:
                return importing.stores
        return tuple(store for store in importing.stores
                     if store is not None and self._service.store_fails(store))

    def _fail(
        self, image: Image, importing: Importing, failing: tuple[str | None, ...], now: float
    ) -> None:
        """Leave the image as each method of a real Glance leaves it."""
        stores = importing.stores
        if importing.method == "import":
            self._service.transitions.bury(image, now)
        elif importing.method == "glance-download" and importing.problem:
            image.status = "queued"  # the stores stay in the list of those to import to
        elif importing.method in _DOWNLOADS:
            image.status = "queued"
            _change(image, IMPORTING, less=stores)
            _change(image, FAILED, more=stores)
        elif not importing.all_must_succeed or not stores:
            image.status, image.size = "queued", None
            _change(image, IMPORTING, less=stores)
            _change(image, FAILED, more=failing)
        else:
            # Glance reverts up to the store that failed. It forgets the others, and an image that
            # was staged stays importing.
            first = next(at for at, store in enumerate(stores) if store in failing)
            _change(image, IMPORTING, less=stores[:first + 1])
            _change(image, FAILED, more=stores[first:first + 1])
            if importing.method == "glance-direct" and first:
                image.size = None
        if importing.before:
            kept = {name: image.properties[name] for name in (IMPORTING, FAILED)
                    if name in image.properties}
            for name, value in importing.before.items():
                setattr(image, name, value)
            image.properties = {**image.properties, **kept}
            image.properties.pop(TASK, None)
        self._service.tasks.finish(importing.task, now, failure=image.kill_reason or INTERNAL)

    def _succeed(self, importing: Importing, image: Image, now: float) -> None:
        task = importing.task
        if image.size and importing.method != "import" and importing.stores:
            task.message = f"Copied {image.size // 2**20} MiB"
        task.result = {"image_id": image.id}
        self._service.tasks.finish(task, now)

    def _forget(self, image: Image, importing: Importing) -> None:
        image.properties.pop(TASK, None)
        _change(image, IMPORTING, less=importing.stores)


def _change(image: Image, key: str, more: Any = (), less: Any = ()) -> None:
    """Add stores to, or remove them from, a list of stores that the image shows."""
    names = set(filter(None, image.properties.get(key, "").split(",")))
    image.properties[key] = ",".join(sorted((names | set(_named(more))) - set(less)))


def _named(stores: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(store for store in stores if store is not None)
