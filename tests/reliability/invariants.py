"""What must be true of the store at any time, checked by other means than the service's own.

``broken`` compares each index with a scan of all images, and what the images say with what they
hold. ``broken_reading`` compares what clients can read with a scan, too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Protocol

import msgspec

from fake_ims import FakeIMS
from fake_ims.contract.attributes import BY_NAME
from fake_ims.contract.jobs import FAIL, JOB_STATUSES, SUCCESS
from fake_ims.contract.schema import image_properties
from fake_ims.contract.validation import Mismatch, check
from fake_ims.domain import showing
from fake_ims.domain.by_age import ByAge
from fake_ims.domain.data import Blob
from fake_ims.domain.durations import After, Polls
from fake_ims.domain.image import MEMBER_STATUSES, OPEN, TRANSITIONS, Image
from fake_ims.domain.ims.making import MakesImage
from fake_ims.domain.job import Job
from fake_ims.domain.tag_pairs import pair
from fake_ims.server.state import Service

#: Statuses that the schema of the reference lacks. Glance's operations and tests can set them.
_GLANCE_ONLY = ("deactivated", "uploading", "importing")
_PASSING = ("saving", "uploading", "importing", "pending_delete")


class Reads(Protocol):
    """Sends GET requests for one caller."""

    def __call__(self, path: str) -> tuple[int, Any]:
        """Return the status and the document."""


def broken(fake: FakeIMS) -> list[str]:
    """Return what is wrong with the state of a fake, after all changes that are due."""
    return fake.peek(lambda service: list(_all(service)))


def _all(service: Service) -> Iterator[str]:
    images = list(service.store._images.values())
    yield from _indexes(service, images)
    for image in images:
        yield from (f"image {image.id} ({image.name!r}, {image.status}): {text}"
                    for text in _image(service, image))
    yield from _spool(service, images)
    yield from _jobs(service)
    yield from _tasks(service)


# indexes


def _ids(index: ByAge) -> list[str]:
    return [entry[2].id for entry in index._entries]


def _expected(images: Iterable[Image]) -> list[str]:
    return [image.id for image in sorted(images, key=lambda one: one.key)]


def _indexes(service: Service, images: list[Image]) -> Iterator[str]:
    store = service.store
    if any(image.id != key for key, image in store._images.items()):
        yield "an image is kept under another id"
    both = store._images.keys() & store._deleted.keys()
    if both:
        yield f"{sorted(both)} are here and deleted"
    if _ids(store._all) != _expected(images):
        yield "the index of all images differs from them"
    owners = {image.owner for image in images}
    for owner in {*owners, *store._owned}:
        owned = [image for image in images if image.owner == owner]
        index = store._owned.get(owner)
        if (_ids(index) if index is not None else []) != _expected(owned):
            yield f"the index of images of owner {owner!r} differs from them"
        if store.owned(owner) != len(owned):
            yield f"owner {owner!r} has {len(owned)} images; {store.owned(owner)} are counted"
        public = sum(image.visibility == "public" for image in owned)
        if store.owned_public(owner) != public:
            yield (f"owner {owner!r} has {public} public images; {store.owned_public(owner)} are "
                   "counted")
    if _ids(store._open) != _expected(image for image in images if image.visibility in OPEN):
        yield "the index of open images differs from them"
    for project in {*store._shared, *(name for image in images for name in image.members)}:
        shared = [image for image in images if project in image.members]
        index = store._shared.get(project)
        if (_ids(index) if index is not None else []) != _expected(shared):
            yield f"the index of images shared with {project!r} differs from them"
    yield from _tags(service, images)
    yield from _names(service, images)


def _by(images: Iterable[Image], texts: Any) -> dict[Any, list[str]]:
    found: dict[Any, list[Image]] = {}
    for image in images:
        for text in texts(image):
            found.setdefault(text, []).append(image)
    return {text: _expected(some) for text, some in found.items()}


def _tags(service: Service, images: list[Image]) -> Iterator[str]:
    tagged = service.store.tagged
    of_open = [image for image in images if image.visibility in OPEN]
    parts = [(f"owner {owner!r}", tags, [image for image in images if image.owner == owner])
             for owner, tags in tagged._owners.items()]
    missing = {image.owner for image in images} - tagged._owners.keys()
    if missing:
        yield f"the index of tags lacks the owners {missing}"
    for what, tags, some in (*parts, ("open images", tagged._open, of_open)):
        by_tag = _by(some, lambda image: set(image.tags))
        if {text: _ids(index) for text, index in tags.texts.items()} != by_tag:
            yield f"the index of tags of {what} differs from the images"
        keys: dict[str, set[str]] = {}
        for text in by_tag:
            keys.setdefault(pair(text)[0], set()).add(text)
        if {key: set(texts) for key, texts in tags.keys.items()} != keys:
            yield f"the index of keys of tags of {what} differs from the images"
        if _ids(tags.none) != _expected(image for image in some if not image.tags):
            yield f"the index of untagged images of {what} differs from the images"
        doubled = sum(len({pair(text)[0] for text in image.tags}) < len(image.tags)
                      for image in some)
        if tags.doubled != doubled:
            yield f"{what}: {tags.doubled} images count as doubly tagged, not {doubled}"


def _names(service: Service, images: list[Image]) -> Iterator[str]:
    named = service.store._named
    if named is None:
        return
    for owner, names in named._owners.items():
        expected = _by((image for image in images if image.owner == owner),
                       lambda image: [image.name])
        if {name: _ids(index) for name, index in names.items()} != expected:
            yield f"the index of names of owner {owner!r} differs from the images"
    expected = _by((image for image in images if image.visibility in OPEN),
                   lambda image: [image.name])
    if {name: _ids(index) for name, index in named._open.items()} != expected:
        yield "the index of names of open images differs from the images"


# images


def _image(service: Service, image: Image) -> Iterator[str]:
    profile = service.profile
    if image.status not in TRANSITIONS or image.status == "deleted":
        yield f"status {image.status!r} in the store"
    yield from _data(image)
    yield from _change(service, image)
    if len(set(image.tags)) != len(image.tags):
        yield f"tags {image.tags} are repeated"
    if not set(image.members) <= set(image.member_order):
        yield "a member has no place in the order of members"
    if len(set(image.member_order)) != len(image.member_order):
        yield "a member stands twice in the order of members"
    for name, member in image.members.items():
        if member.project_id != name or member.status not in MEMBER_STATUSES:
            yield f"member {name!r} is {member}"
    if image.updated_at < image.created_at and image.id not in service.images.seeded:
        yield "it was updated before it was created"
    for admin in (False, True):
        document = profile.view(image, admin)
        told = dict(document)
        if profile.name == "otc" and image.status in _GLANCE_ONLY:
            del told["status"]
        try:
            check(told, image_properties(profile.name))
        except Mismatch as mismatch:
            yield (f"{mismatch.path} does not match the schema: "
                   f"{mismatch.reason.splitlines()[0]}")
        if not admin and image.rendered is not None and (
                msgspec.json.decode(image.rendered) != json.loads(json.dumps(
                    showing.shown(image, profile)))):
            yield "its JSON is out of date"
        json.dumps(document, allow_nan=False).encode()
    for name in image.properties:
        row = BY_NAME.get(name)
        # As in Glance, a patch can add a property that is named "stores".
        if row is not None and row.base and profile.name in row.profiles and name != "stores":
            yield f"the attribute {name} is among the properties"
    if profile.name == "otc":
        of_visibility = {"public": "gold", "shared": "shared"}
        expected = of_visibility.get(image.visibility, "private")
        found = image.properties.get("__imagetype")
        if image.id not in service.images.seeded and found != expected:
            yield f"__imagetype is {found}, but the image is {image.visibility}"


def _data(image: Image) -> Iterator[str]:
    blob = image.data
    if blob is None:
        if image.checksum is not None or image.os_hash_value is not None:
            yield "it has a checksum without data"
        # A failed import leaves the size of what was staged, as in Glance.
        if image.size is not None and image.staged is None and image.status != "importing":
            yield f"it has size {image.size} without data"
    else:
        whole = blob.bytes()
        if len(whole) != blob.size:
            yield f"{len(whole)} of {blob.size} bytes can be read"
        if image.checksum != blob.md5 or image.os_hash_value != blob.digest:
            yield "its checksum is not that of its data"
        # As in Glance, an image whose format was refused is queued and keeps all but the size.
        if image.size != blob.size and not (image.size is None and image.status in (
                "queued", "saving", "uploading", "importing", "pending_delete")) and (
                image.staged is None):
            yield f"size {image.size} of {blob.size} bytes"
        if image.status == "killed":
            yield "it is killed and has data"
    if image.status in ("active", "deactivated") and blob is None:
        yield f"it is {image.status} and has no data"
    if image.staged is not None:
        if image.status not in ("uploading", "importing", "pending_delete"):
            yield f"it is {image.status} and has staged data"
        if image.size != image.staged.size and image.status == "uploading":
            yield f"size {image.size} of {image.staged.size} staged bytes"


def _change(service: Service, image: Image) -> Iterator[str]:
    change = image.transition
    if change is None:
        if image.status == "killed" and not image.kill_reason and (
                image.id not in service.images.seeded):
            yield "it is killed without a reason"
        return
    if image.status not in _PASSING:
        yield f"it is {image.status} and will become {change.target}"
    elif change.target not in TRANSITIONS[image.status] and not (
            change.target == "killed" and image.status == "importing"):
        yield f"it cannot become {change.target} from {image.status}"
    if isinstance(change.due, After):
        if change.due_at <= service.clock.now():
            yield "its change is overdue"
        if not any(entry[0] == change.due_at and entry[2] is image
                   for entry in service.store.due):
            yield "its change is not scheduled"
    elif isinstance(change.due, Polls) and change.looks_left <= 0:
        yield f"its change is due after {change.looks_left} requests"


# data on disk, jobs, tasks


def _spool(service: Service, images: list[Image]) -> Iterator[str]:
    spool = service.store.spool
    blobs = [blob for image in images for blob in (image.data, image.staged) if blob is not None]
    if len({id(blob) for blob in blobs}) != len(blobs):
        yield "two images hold the same data"
    pages = [page for blob in blobs for page in blob._pages]
    if len(set(pages)) != len(pages) or set(pages) & set(spool._free):
        yield "a page of the spool is used twice"
    if len(set(spool._free)) != len(spool._free):
        yield "a page of the spool is free twice"
    leaked = spool._pages - len(spool._free) - len(pages)
    if leaked:
        yield f"{leaked} pages of the spool belong to no image"
    for blob in blobs:
        if blob._closed or blob._readings:
            yield f"a blob of {blob.size} bytes is closed or still read ({blob._readings})"
        yield from _paged(blob)


def _paged(blob: Blob) -> Iterator[str]:
    if blob._pages and blob._memory:
        yield "data is in memory and on disk"


def _jobs(service: Service) -> Iterator[str]:
    jobs = service.begun_jobs
    if jobs is None:
        return
    for job in jobs._jobs.values():
        yield from (f"job {job.id} ({job.type.name}): {text}" for text in _job(service, job))
    still = {job_id for job_id, job in jobs._jobs.items() if not job.is_over}
    if set(jobs._open) != still:
        yield "the index of open jobs differs from the jobs"


def _job(service: Service, job: Job) -> Iterator[str]:
    from fake_ims.api.ims.jobs import document

    if job.status not in JOB_STATUSES:
        yield f"status {job.status!r}"
    if job.is_over != (job.ended_at is not None):
        yield f"it is {job.status} and ended at {job.ended_at}"
    if (job.status == FAIL) != (job.error_code is not None):
        yield f"it is {job.status} with error code {job.error_code}"
    if job.status == SUCCESS and any(part.status != SUCCESS for part in job.sub_jobs):
        yield "it has succeeded, but not all of its sub-jobs"
    if not job.is_over and isinstance(job.due, After) and job.hangs_at is None and (
            job.begun_at + job.due.seconds <= service.clock.now()):
        yield "it is overdue"
    percent = service.jobs.progress(job)
    if not 0 <= percent <= 100:
        yield f"its progress is {percent}"
    json.dumps(document(service, job), allow_nan=False)
    image = service.store.get(str(job.work.entities().get("image_id")))
    made = getattr(job.work, "image", None)
    if job.is_over and image is not None and image is made and image.status == "saving" and (
            image.transition is None and image.data is None):
        yield f"it has ended, but image {image.id} is still saving"


def _tasks(service: Service) -> Iterator[str]:
    service.transitions.settle()
    for task in service.tasks.all():
        if task.status not in ("pending", "processing", "success", "failure"):
            yield f"task {task.id}: status {task.status!r}"
        if (task.status in ("success", "failure")) != (task.expires_at is not None):
            yield f"task {task.id} is {task.status} and expires at {task.expires_at}"


# what clients can read


def _has_tag(tag: str, image: Image) -> bool:
    return tag in image.tags


def _is_named(name: str, image: Image) -> bool:
    return image.name == name


def broken_reading(
    fake: FakeIMS, read: Reads, project: str, *, is_admin: bool
) -> Iterator[str]:
    """Yield how what a caller can read differs from a scan of all images.

    Args:
        fake: the fake; nobody else may change it meanwhile.
        read: sends a GET request for the caller.
        project: the caller's project.
        is_admin: whether the caller sees all images.
    """
    profile = fake.profile

    def is_listed(image: Image) -> bool:
        if image.os_hidden or (image.status == "killed" and profile == "openstack"):
            return False
        if profile == "otc" and not is_admin and image.properties["__isregistered"] != "true":
            return False
        if image.owner == project or image.visibility == "public":
            return True
        member = image.members.get(project)
        return image.visibility != "community" and (is_admin or (
            image.visibility == "shared" and member is not None and member.status == "accepted"))

    def all_of(service: Service) -> tuple[list[Image], int]:
        images = [image.as_it_is() for image in service.store._images.values()]
        jobs = [] if service.begun_jobs is None else service.begun_jobs.as_they_are()
        to_come = [job.work.plan.owner for job in jobs if isinstance(job.work, MakesImage)
                   and job.work.image is None and not job.is_over]
        return ([image for image in images if is_listed(image)],
                to_come.count(project) + sum(
                    image.owner == project and image.visibility != "public" for image in images))

    # Reading may end a status for polls(N), and time may pass, so all is read anew for each query.
    seen = fake.peek(all_of)[0]
    plain = [image.name for image in seen if image.name and image.name.isalnum()
             and image.name.isascii()]
    tags = sorted({tag for image in seen for tag in image.tags if tag.isascii() and tag.isalnum()})
    asked: list[tuple[str, Callable[[Image], bool]]] = [
        ("", lambda image: True),
        *((f"&tag={tag}", partial(_has_tag, tag)) for tag in tags[:2]),
        *((f"&name={name}", partial(_is_named, name)) for name in sorted(set(plain))[:2])]
    for query, test in asked:
        before = fake.peek(all_of)[0]
        found: list[str] = []
        path: str | None = f"/v2/images?limit=50{query}"
        while path is not None and len(found) <= len(seen):
            status, document = read(path)
            if status == 401:
                return  # the token has been revoked
            if status != 200:
                yield f"{path} has status {status}"
                return
            found += [image["id"] for image in document["images"]]
            path = document.get("next")
        order, after = ([image.id for image in sorted(some, key=lambda one: one.key, reverse=True)
                         if test(image)] for some in (before, fake.peek(all_of)[0]))
        if order == after and found != order:
            yield f"the list {query!r} of {project} has {len(found)} images, not {len(order)}"
    if profile == "otc":
        own = fake.peek(all_of)[1]
        status, document = read("/v1/cloudimages/quota")
        used = document["quotas"]["resources"][0]["used"] if status == 200 else own
        if used != own and own == fake.peek(all_of)[1]:
            yield f"the quota counts {used}, not {own}"
