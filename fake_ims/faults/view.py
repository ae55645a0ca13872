"""The service as one request sees it, with the changes that a fault makes.

A handler works on ``call.service``. An effect can change what the handler finds there: older
images, a full quota, an upload that fails. It writes the change to the call's ``Terms``, and the
handler gets a ``View`` instead. Everything that the terms do not change comes from the service.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, cast

from ..domain.durations import Due
from ..domain.images import Images
from ..domain.members import Members
from ..domain.query import ListQuery, Page
from ..domain.refusal import Refused
from ..domain.tags import Tags
from ..domain.transitions import Transitions
from ..domain.uploads import Uploads

if TYPE_CHECKING:
    from ..api.call import Call
    from ..domain.callers import Caller
    from ..domain.image import Image
    from ..domain.imports import Imports
    from ..domain.job import Job, Order, Work
    from ..domain.lifecycle import Lifecycle
    from ..domain.store import Store
    from ..server.state import Service

Leaves = Literal["saving", "killed", "queued"]
Boundary = Literal["miss", "repeat"]


@dataclass
class Terms:
    """What a fault changes for one request. None and False change nothing.

    Attributes:
        store: the images that the request finds.
        looks: called with an image of ``store`` when a client polls it.
        boundary: what a list does at the beginning of a page.
        page_size: maximum number of images on a page.
        quota_is_full: whether the image quota is used up.
        leaves: status of the image after an upload that breaks off.
        saving, deleting: as in ``Lifecycle``.
        kill_reason: reason for which the uploaded image is killed.
        filled: whether the request has brought the data of an image, which ``saving`` and
            ``kill_reason`` are about.
        order: what happens to the job that the request starts.
    """

    store: Store | None = None
    looks: Callable[[Image], object] | None = None
    boundary: Boundary | None = None
    page_size: int | None = None
    quota_is_full: bool = False
    leaves: Leaves | None = None
    saving: Due | None = None
    deleting: Due | None = None
    kill_reason: str | None = None
    filled: bool = False
    order: Order | None = None


def terms(call: Call) -> Terms:
    """Return the terms of a call. From now on its handler works on a view."""
    notes = call.hold.notes
    view = notes.get(View)
    if not isinstance(view, View):
        view = notes[View] = View(call.service)
        call.hold.at_end(view.end)
        call.service = cast("Service", view)
    return view.terms


class View:
    """A service with terms. Work that outlives the request, such as a job, uses the service."""

    def __init__(self, service: Service) -> None:
        self._real = service
        self.terms = Terms()

    def end(self) -> None:
        """End the changes: the request is over."""
        self.terms = Terms()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    @property
    def _self(self) -> Service:
        return cast("Service", self)

    @property
    def real(self) -> Service:
        """The service itself."""
        return self._real

    @property
    def store(self) -> Store:
        """The images that the request sees."""
        return self._real.store if self.terms.store is None else self.terms.store

    @property
    def lifecycle(self) -> _Lifecycle:
        """The durations of each status."""
        return _Lifecycle(self._real.lifecycle, self.terms)

    @property
    def transitions(self) -> Transitions:
        """The pending status changes."""
        return _Transitions(self)

    @property
    def images(self) -> Images:
        """The operations on images."""
        return _Images(self)

    @property
    def uploads(self) -> Uploads:
        """Uploads."""
        return _Uploads(self)

    @property
    def imports(self) -> Imports:
        """Imports."""
        from ..domain.imports import Imports

        return Imports(self._self)

    @property
    def tags(self) -> Tags:
        """Tags."""
        return Tags(self._self)

    @property
    def members(self) -> Members:
        """Members."""
        return Members(self._self)

    @property
    def jobs(self) -> _Jobs:
        """Asynchronous jobs."""
        return _Jobs(self._real, self.terms)


class _Lifecycle:
    def __init__(self, lifecycle: Lifecycle, terms: Terms) -> None:
        self._lifecycle = lifecycle
        self._terms = terms

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lifecycle, name)

    @property
    def saving(self) -> Due:
        return self._lifecycle.saving if self._terms.saving is None else self._terms.saving

    @property
    def deleting(self) -> Due:
        return self._lifecycle.deleting if self._terms.deleting is None else self._terms.deleting

    def why_killed(self, name: str | None) -> str | None:
        self._terms.filled = True
        own = self._lifecycle.why_killed(name)  # it counts every upload
        return own if self._terms.kill_reason is None else self._terms.kill_reason


class _Transitions(Transitions):
    def __init__(self, view: View) -> None:
        super().__init__(cast("Service", view))
        self._view = view
        self._store = view.real.store  # pending changes always belong to the service

    def settle(self) -> None:
        self._view.real.transitions.settle()

    def look(self, image: Image) -> bool:
        looks = self._view.terms.looks
        if looks is None:
            return self._view.real.transitions.look(image)
        looks(image)
        return False


class _Images(Images):
    def __init__(self, view: View) -> None:
        super().__init__(cast("Service", view))
        self._view = view

    def page(self, caller: Caller, asked: ListQuery) -> Page:
        most = self._view.terms.page_size
        if most is not None and asked.limit > most:
            asked = replace(asked, limit=most)
        boundary = self._view.terms.boundary
        if boundary is None or asked.marker is None or not asked.limit:
            return super().page(caller, asked)
        marker = self._store.get(asked.marker)
        if boundary == "repeat":
            page = super().page(caller, asked)
            # Never the marker alone: a client that pages on from there would never end.
            if marker is None or not page.images or asked.limit == 1:
                return page
            shown = [marker, *page.images]
            return Page(shown[:asked.limit], page.more or len(shown) > asked.limit)
        page = super().page(caller, replace(asked, limit=asked.limit + 1))
        return Page(page.images[1:], page.more)

    def check_quota(self, project_id: str | None, count: int = 1) -> None:
        if self._view.terms.quota_is_full and self._service.profile.has_quota:
            maximum = self._service.quota
            raise Refused("image.quota", attempted=maximum + count, maximum=maximum)
        super().check_quota(project_id, count)


class _Uploads(Uploads):
    def __init__(self, view: View) -> None:
        super().__init__(cast("Service", view))
        self._view = view

    def abort(self, image: Image, reason: str) -> None:
        leaves = self._view.terms.leaves
        if leaves is None or not self._is_there(image) or image.status != "saving":
            super().abort(image, reason)
        elif leaves == "killed":
            self._service.transitions.kill(image, reason, self._now())
        elif leaves == "queued":
            image.drop_data()
            image.status = "queued"
            image.changed(self._now())


class _Jobs:
    def __init__(self, service: Service, terms: Terms) -> None:
        self._jobs = service.jobs
        self._terms = terms

    def __getattr__(self, name: str) -> Any:
        return getattr(self._jobs, name)

    def submit(
        self, type_name: str, project_id: str | None, work: Work,
        parts: list[tuple[str, Work]] | None = None,
    ) -> Job:
        return self._jobs.submit(type_name, project_id, work, parts, self._terms.order)
