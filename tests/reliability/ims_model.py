"""A small model of the service: what each request must answer, in plain dicts.

It is written from the API reference, docs/decisions.md and the rules of Glance, and imports nothing
of ``fake_ims``: the guards ``model`` and ``glance`` hold the fake, and a real Glance, against it.
``Cloud("otc")`` has both faces, ``Cloud("openstack")`` is a plain Glance. A method is one request:
it changes the model and returns the body, or raises ``No`` with the status and error code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

GB = 2**30
Image = dict[str, Any]
Job = dict[str, Any]
Query = dict[str, Any]


class Caller(NamedTuple):
    """Who makes a request."""

    project: str
    admin: bool = False


class No(Exception):
    """The documented refusal. ``code`` is the IMS error code; Glance has none."""

    def __init__(self, status: int, code: str = "") -> None:
        super().__init__(status, code)
        self.status, self.code = status, code


HIDDEN = "IMG.0144"
FORBIDDEN = "IMG.0026"


class Cloud:
    """The state of one service. ``now`` is set by the guard before each step."""

    def __init__(self, profile: str) -> None:
        self.vendor = profile == "otc"
        self.now = 0.0
        self.reset()

    def reset(self) -> None:
        """Forget everything, as ``fake.reset()``."""
        self.images: dict[str, Image] = {}  # by id; of those without one yet, by a placeholder
        self.gone: dict[str, Image] = {}
        self.jobs: dict[str, Job] = {}
        self.objects: set[str] = set()
        self.times: dict[str, tuple[str, float]] = {
            name: ("after", 0.0) for name in ("saving", "deleting", "jobs")}
        self.kills = self.job_failures = 0
        self.quota = 1000
        self.faults: dict[str, dict[str, Any]] = {}
        self.made = 0

    # time: a pending change is ("after", instant), ("polls", looks left) or ("hand", 0)

    def due(self, name: str) -> tuple[str, float]:
        kind, number = self.times[name]
        return (kind, self.now + number if kind == "after" else number)

    def settle(self) -> None:
        """Apply what the clock has made due, in the order of its instants."""
        now = self.now
        while True:
            waiting = [(image["due"][1], "image", image) for image in self.images.values()
                       if image["due"] is not None and image["due"][0] == "after"]
            waiting += [(job["next"], "job", job) for job in self.jobs.values()
                        if job["next"] is not None]
            first = min(waiting, key=lambda one: one[0], default=None)
            if first is None or first[0] > now:
                break
            self.now, kind, what = first
            self.arrive(what) if kind == "image" else self.proceed(what)
        self.now = now

    def arrive(self, image: Image) -> None:
        """The status that an image waits for is here."""
        target, image["due"] = image["target"], None
        if target == "deleted":
            self.bury(image)
        elif target == "killed":
            self.kill(image)
        else:
            self.activate(image)

    def activate(self, image: Image) -> None:
        image.update(status="active", due=None, updated=self.now)
        if image["size"] is None:
            image["size"] = len(image["data"] or b"")

    def kill(self, image: Image) -> None:
        image.update(status="killed", due=None, data=None, size=None, updated=self.now)

    def bury(self, image: Image) -> None:
        del self.images[image["id"]]
        self.gone[image["id"]] = image
        image.update(status="deleted", due=None)

    def look(self, image: Image) -> None:
        """A client has been shown the image."""
        if image["due"] is not None and image["due"][0] == "polls":
            image["due"] = ("polls", image["due"][1] - 1)
            if image["due"][1] <= 0:
                self.arrive(image)

    # who may

    def owns(self, caller: Caller, image: Image) -> bool:
        return caller.admin or image["owner"] == caller.project

    def visible(self, caller: Caller, image: Image) -> bool:
        return (self.owns(caller, image) or image["visibility"] in ("public", "community")
                or (image["visibility"] == "shared" and caller.project in image["members"]))

    def find(self, caller: Caller, image_id: str, status: int = 404, code: str = HIDDEN) -> Image:
        self.settle()
        image = self.images.get(image_id)
        if image is None or not self.visible(caller, image):
            raise No(status, code)
        return image

    def own(self, caller: Caller, image_id: str) -> Image:
        """The image, to change it by the native API."""
        image = self.find(caller, image_id)
        if not self.owns(caller, image):
            raise No(403, FORBIDDEN)
        return image

    # the native API

    def used(self, project: str) -> int:
        """Images that count for the quota: private ones, and those of jobs in ``INIT``."""
        self.settle()
        return sum(image["owner"] == project and image["visibility"] != "public"
                   for image in self.images.values()) + sum(
            len(job["plans"]) for job in self.jobs.values()
            if job["status"] == "INIT" and job["project"] == project)

    def new(self, image_id: str, owner: str, **attributes: Any) -> Image:
        self.made += 1
        image: Image = {
            "id": image_id, "owner": owner, "name": None, "status": "queued", "tags": [],
            "visibility": "private" if self.vendor else "shared", "protected": False,
            "min_disk": 0, "min_ram": 0, "members": {}, "data": None, "size": None, "due": None,
            "disk_format": "zvhd2" if self.vendor else None, "os_hidden": False,
            "container_format": "bare" if self.vendor else None, "properties": {},
            "created": self.now, "updated": self.now, "order": self.made, **attributes}
        self.images[image_id] = image
        return image

    def create(self, caller: Caller, body: dict[str, Any]) -> Image:
        if self.vendor and body.get("visibility", "private") != "private":
            raise No(400, "IMG.0001")
        if body.get("visibility") == "public" and not caller.admin:
            raise No(403, FORBIDDEN)
        if body["id"] in self.images or body["id"] in self.gone:
            raise No(409)  # the reference has no code for it
        if self.vendor and self.used(caller.project) >= self.quota:
            raise No(413, "IMG.0015")
        known = {name: value for name, value in body.items() if name not in ("id", "color")}
        properties = {"color": body["color"]} if "color" in body else {}
        return self.new(body["id"], caller.project, properties=properties,
                        **{**known, "tags": list(dict.fromkeys(known.get("tags", [])))})

    def show(self, caller: Caller, image_id: str) -> Image:
        image = self.find(caller, image_id)
        self.look(image)
        return self.find(caller, image_id)

    def upload(self, caller: Caller, image_id: str, data: bytes) -> None:
        image = self.own(caller, image_id)
        if image["status"] != "queued":
            raise No(409, "IMG.0046")
        if image["disk_format"] is None or image["container_format"] is None:
            raise No(400)
        image.update(data=data, status="saving", updated=self.now, target="active")
        self.save(image)

    def save(self, image: Image) -> None:
        """The data is there: active, or killed, when ``saving`` is over."""
        image["target"] = "killed" if self.kills else "active"
        self.kills -= bool(self.kills)
        if self.times["saving"] == ("after", 0.0):
            self.arrive(image)
        else:
            image["due"] = self.due("saving")

    def stage(self, caller: Caller, image_id: str, data: bytes) -> None:
        image = self.own(caller, image_id)
        if image["status"] != "queued":
            raise No(409)
        image.update(data=data, size=len(data), status="uploading", updated=self.now)

    def import_(self, caller: Caller, image_id: str) -> None:
        image = self.find(caller, image_id)
        if image["status"] != "uploading":
            raise No(409)
        if image["disk_format"] is None or image["container_format"] is None:
            raise No(409)
        if not self.owns(caller, image):
            raise No(403)
        self.activate(image)

    def download(self, caller: Caller, image_id: str) -> bytes | None:
        image = self.find(caller, image_id)
        if image["status"] == "deactivated" and not caller.admin:
            raise No(403, "IMG.0046")
        return image["data"] if image["status"] in ("active", "deactivated") else None

    def patch(self, caller: Caller, image_id: str, changes: list[dict[str, Any]]) -> Image:
        image = self.find(caller, image_id)
        draft: dict[str, Any] = {}
        properties = dict(image["properties"])
        for change in changes:
            op, name, value = change["op"], change["path"][1:], change.get("value")
            if not self.owns(caller, image) or (value == "public" and not caller.admin):
                raise No(403, FORBIDDEN)
            if name == "color":
                if op != "add" and name not in properties:
                    raise No(409, "IMG.0035")
                properties.pop(name, None)
                if op != "remove":
                    properties[name] = value
            else:
                if name == "disk_format" and image["status"] not in ("queued", "importing"):
                    raise No(403, "IMG.0035")
                draft[name] = list(dict.fromkeys(value)) if name == "tags" else value
        image.update(draft, properties=properties, updated=self.now)
        return image

    def delete(self, caller: Caller, image_id: str) -> None:
        image = self.find(caller, image_id)
        if not self.owns(caller, image):
            raise No(403, "IMG.0094" if image["visibility"] == "public" else "IMG.0092")
        if image["protected"]:
            raise No(403, "IMG.0028")
        if any(image in job["images"] and job["status"] == "RUNNING"
               for job in self.jobs.values()):
            raise No(400, "IMG.0090")
        self.remove(image)

    def remove(self, image: Image) -> None:
        """Delete an image, at once or after its time; a second time is final."""
        if self.times["deleting"] == ("after", 0.0) or image["status"] == "pending_delete":
            self.bury(image)
        else:
            image.update(status="pending_delete", target="deleted", due=self.due("deleting"),
                         updated=self.now)

    def act(self, caller: Caller, image_id: str, action: str) -> None:
        image = self.own(caller, image_id)
        source, target = ("active", "deactivated") if action == "deactivate" else (
            "deactivated", "active")
        if image["status"] not in (source, target):
            raise No(403, "IMG.0046")
        if image["status"] == source:
            image.update(status=target, updated=self.now)

    def tag(self, caller: Caller, image_id: str, tag: str) -> None:
        image = self.own(caller, image_id)
        if tag not in image["tags"]:
            image.update(tags=[*image["tags"], tag], updated=self.now)

    def untag(self, caller: Caller, image_id: str, tag: str) -> None:
        image = self.own(caller, image_id)
        if tag not in image["tags"]:
            raise No(404, "IMG.0121")
        image.update(tags=[one for one in image["tags"] if one != tag], updated=self.now)

    # members

    def share(self, caller: Caller, image_id: str, member: str) -> None:
        image = self.find(caller, image_id)
        if image["visibility"] not in (("private", "shared") if self.vendor else ("shared",)):
            raise No(403, "IMG.0089")
        self.own(caller, image_id)
        if self.vendor and member == image["owner"]:
            raise No(400, "IMG.0076")
        if member in image["members"]:
            raise No(409, "IMG.0112")
        self.join(image, member)

    def join(self, image: Image, member: str) -> None:
        image["members"].setdefault(member, "pending")
        if self.vendor and image["visibility"] == "private":
            image.update(visibility="shared", updated=self.now)

    def leave(self, image: Image, member: str) -> None:
        image["members"].pop(member, None)
        if self.vendor and not image["members"] and image["visibility"] == "shared":
            image.update(visibility="private", updated=self.now)

    def unshare(self, caller: Caller, image_id: str, member: str) -> None:
        image = self.find(caller, image_id)
        if image["visibility"] != "shared":
            raise No(403, "IMG.0047")
        if member not in self.members(caller, image_id):
            raise No(404, "IMG.0108")
        self.own(caller, image_id)
        self.leave(image, member)

    def answer(self, caller: Caller, image_id: str, member: str, status: str) -> None:
        image = self.find(caller, image_id)
        if image["visibility"] != "shared":
            raise No(403, "IMG.0047")
        if member not in self.members(caller, image_id):
            raise No(404, "IMG.0108")
        # In Glance, owners are not members of their own images, even if they are listed as such.
        if not caller.admin and (caller.project != member or self.owns(caller, image)):
            raise No(403, FORBIDDEN)
        image["members"][member] = status

    def members(self, caller: Caller, image_id: str) -> dict[str, str]:
        """Members and their statuses: all for the owner, themselves for members."""
        image = self.find(caller, image_id)
        if image["visibility"] != "shared" and not (
            self.vendor and image["visibility"] == "private" and self.owns(caller, image)
        ):
            raise No(403, "IMG.0047")
        return {name: status for name, status in image["members"].items()
                if self.owns(caller, image) or name == caller.project}

    # lists

    def listed(self, caller: Caller, image: Image, query: Query, ims: bool) -> bool:
        asked, member = query.get("visibility"), query.get("member_status", "accepted")
        if not caller.admin and not (
            image["owner"] == caller.project or image["visibility"] in ("public", "community")
            or (image["visibility"] == "shared" and caller.project in image["members"]
                and member in ("all", image["members"][caller.project]))
        ):
            return False
        if image["visibility"] == "community" and asked not in ("community", "all") and (
            image["owner"] != caller.project):
            return False
        tests: dict[str, Callable[[Any], bool]] = {
            "visibility": lambda value: value in ("all", image["visibility"]),
            "tag": lambda value: value in image["tags"],
            "size_min": lambda value: (size := stored(image)) is not None and size >= value,
            "protected": lambda value: image["protected"] == (value == "true"),
            "os_hidden": lambda value: image["os_hidden"] == (value == "true"),
            "color": lambda value: image["properties"].get("color") == value,
            "__imagetype": lambda value: imagetype(image) == value,
            "member_status": lambda value: True,
        }
        named = {"os_hidden": "false", **query} if not self.vendor else query
        return all(tests[name](value) if name in tests else image[name] == value
                   for name, value in named.items()
                   if name not in ("sort_key", "sort_dir", "limit", "marker"))

    def list(self, caller: Caller, query: Query, ims: bool = False) -> tuple[list[Image], bool]:
        """A page of a list, and whether more images come after it."""
        self.settle()
        page = self.page(caller, query, ims)
        waiting = [image for image in page[0] if image["due"] is not None]
        for image in waiting:
            self.look(image)
        return self.page(caller, query, ims) if waiting else page

    def page(self, caller: Caller, query: Query, ims: bool) -> tuple[list[Image], bool]:
        # The first sort key, then what tells images apart, all in the same direction.
        names = [{"created_at": "created", "updated_at": "updated"}.get(key, key)
                 for key in (query.get("sort_key", "created_at"), "created_at")]

        def position(image: Image) -> tuple[Any, ...]:
            values = [stored(image) if name == "size" else image[name] for name in names]
            return (*((value is not None, value) for value in values), image["order"])

        found = sorted((image for image in self.images.values()
                        if self.listed(caller, image, query, ims)), key=position,
                       reverse=query.get("sort_dir", "desc") == "desc")
        if "marker" in query:
            marker = self.images.get(query["marker"])
            if caller.admin and marker is None:  # they see what is deleted
                marker = self.gone.get(query["marker"])
            if marker is None:
                raise No(400, HIDDEN)
            if not self.visible(caller, marker):
                raise No(*((400, HIDDEN) if ims else (403, HIDDEN)))
            up = query.get("sort_dir") == "asc"
            found = [image for image in found
                     if (position(image) > position(marker) if up else
                         position(image) < position(marker))]
        limit = query.get("limit", 500 if ims else 25)
        return found[:limit], len(found) > limit

    # the IMS APIs: jobs

    def begin(self, caller: Caller, job_id: str, kind: str, plans: list[dict[str, Any]],
              done: Callable[[Job], None] | None = None, **more: Any) -> Job:
        """Begin a job. ``plans`` are images that appear with ``RUNNING``."""
        how, number = self.due("jobs")
        job: Job = {
            "id": job_id, "project": caller.project, "type": kind, "status": "INIT", "code": None,
            "plans": plans, "images": [], "done": done, "begin": self.now, "end": None,
            "looks": 0, "next": None, "how": how, "until": number, "fails": False, **more}
        if self.job_failures:
            self.job_failures -= 1
            job["fails"] = True
        self.jobs[job_id] = job
        if how == "after":
            length = number - self.now
            job["next"] = self.now + length / 10
            if length == 0:
                self.fail(job, "IMG.0014") if job["fails"] else self.succeed(job)
        return job

    def proceed(self, job: Job) -> None:
        """The next status of a job is due."""
        if job["status"] == "INIT":
            self.start(job)
            job["next"] = job["until"]
        elif job["fails"]:
            self.fail(job, "IMG.0014")
        else:
            self.succeed(job)

    def start(self, job: Job) -> None:
        job["status"] = "RUNNING"
        for plan in job["plans"]:
            image = self.new(f"?{job['id']}", job["project"], **{**plan, "size": None,
                                                                "status": "saving"})
            job["images"].append(image)

    def succeed(self, job: Job) -> None:
        if job["status"] == "INIT":
            self.start(job)
        job.update(status="SUCCESS", end=self.now, next=None)
        try:
            if job["done"] is not None:
                job["done"](job)
        except No as no:  # what a single request would be refused for
            self.fail(job, no.code)
        for image, plan in zip(job["images"], job["plans"], strict=True):
            image["size"] = plan["size"]
            self.activate(image)

    def fail(self, job: Job, code: str) -> None:
        job.update(status="FAIL", code=code, end=self.now, next=None)
        for image in job["images"]:
            self.kill(image)

    def job(self, caller: Caller, job_id: str) -> Job:
        """``GET`` of a job: a look at it."""
        self.settle()
        job = self.jobs[job_id]
        if job["project"] != caller.project and not caller.admin:
            raise No(400, "IMG.0023")
        if job["how"] == "polls" and job["end"] is None:
            job["looks"] += 1
            if job["looks"] >= job["until"]:
                if job["status"] == "INIT":
                    self.start(job)
                self.fail(job, "IMG.0014") if job["fails"] else self.succeed(job)
            elif job["looks"] > 1 and job["status"] == "INIT":
                self.start(job)
        return job

    # the IMS APIs: each begins a job, or changes an image at once

    def make(self, caller: Caller, job_id: str, source: str, body: dict[str, Any]) -> Job:
        """Create an image from a server, a disk or a file."""
        if not body.get("name"):
            raise No(400, "IMG.0013")
        if self.used(caller.project) >= self.quota:
            raise No(400, "IMG.0015")
        kind = {"server": "imsCreateImageByInstance", "volume": "imsVolumeCreateImageJob",
                "file": "imsImportImageJob"}[source]
        return self.begin(caller, job_id, kind, [{
            "name": body["name"], "size": GB if source == "file" else 40 * GB, "min_disk": 40,
            "disk_format": "qcow2" if source == "file" else "zvhd2", "data": b"",
            "tags": [f"{one['key']}={one['value']}" if one["value"] else one["key"]
                     for one in body.get("image_tags", [])]}])

    def active(self, image: Image) -> None:
        if image["status"] != "active":
            raise No(400, "IMG.0046")

    def mine(self, caller: Caller, image_id: str, code: str = HIDDEN) -> Image:
        """The image, to change it by the IMS APIs."""
        image = self.find(caller, image_id, 400, code)
        if not self.owns(caller, image):
            raise No(400, "IMG.0047")
        return image

    def copy(self, caller: Caller, job_id: str, image_id: str, name: str) -> Job:
        image = self.find(caller, image_id, 400)
        if image["visibility"] == "public":
            raise No(400, "IMG.0083")
        if not self.owns(caller, image) and image["members"][caller.project] != "accepted":
            raise No(400, "IMG.0196")
        self.active(image)
        if self.used(caller.project) >= self.quota:
            raise No(400, "IMG.0015")
        return self.begin(caller, job_id, "imsCopyImageInRegionJob", [{
            "name": name, "size": image["size"], "data": image["data"], "tags": image["tags"],
            "properties": dict(image["properties"]),
            **{key: image[key] for key in ("min_disk", "min_ram", "disk_format")}}])

    def export(self, caller: Caller, job_id: str, image_id: str, where: str) -> Job:
        image = self.find(caller, image_id, 400)
        if image["visibility"] == "public":
            raise No(400, "IMG.0077")
        self.mine(caller, image_id)
        self.active(image)
        if any(job.get("source") is image and job["end"] is None for job in self.jobs.values()):
            raise No(400, "IMG.0148")
        if where in self.objects or any(job.get("where") == where and job["end"] is None
                                        for job in self.jobs.values()):
            raise No(400, "IMG.0070")

        def done(job: Job) -> None:
            if self.images.get(image["id"]) is not image:
                raise No(404, HIDDEN)
            self.objects.add(where)

        return self.begin(caller, job_id, "imsNativeExportImageJob", [], done, source=image,
                          where=where)

    def change(self, caller: Caller, image_id: str, changes: list[dict[str, Any]]) -> Image:
        """``PATCH /v2/cloudimages/{id}``: only active images."""
        if any(change["path"][1:] not in ("name", "min_ram", "color") for change in changes):
            raise No(400, "IMG.0035")
        image = self.mine(caller, image_id)
        self.active(image)
        draft, properties = {}, dict(image["properties"])
        for change in changes:
            op, name = change["op"], change["path"][1:]
            if name == "color":
                if op != "add" and name not in properties:
                    raise No(400, "IMG.0035")
                properties.pop(name, None)
                if op != "remove":
                    properties[name] = change["value"]
            else:
                draft[name] = change["value"]
        image.update(draft, properties=properties, updated=self.now)
        return image

    def taggable(self, caller: Caller, image_id: str) -> Image:
        image = self.find(caller, image_id, 400)
        if image["visibility"] == "public" and not caller.admin:
            raise No(400, "IMG.0083")
        return self.mine(caller, image_id)

    def batch_tags(self, caller: Caller, image_id: str, action: str,
                   tags: list[dict[str, str]]) -> None:
        """Set or take pairs; a key has one value."""
        if action == "create" and len(tags) > 10:
            raise No(400, "IMG.0116")
        image = self.taggable(caller, image_id)
        pairs = dict(map(pair, image["tags"]))
        for one in tags:
            key, value = one["key"], one.get("value", "")
            if action == "create":
                pairs[key] = value
            elif key in pairs and value in ("", pairs[key]):
                del pairs[key]
        if action == "create" and len(pairs) > max(10, len(image["tags"])):
            raise No(400, "IMG.0116")
        after = [f"{key}={value}" if value else key for key, value in pairs.items()]
        if after != image["tags"]:
            image.update(tags=after, updated=self.now)

    def take_tag(self, caller: Caller, image_id: str, key: str) -> None:
        image = self.taggable(caller, image_id)
        if key not in dict(map(pair, image["tags"])):
            raise No(404, "IMG.0115")
        self.batch_tags(caller, image_id, "delete", [{"key": key}])

    def tags(self, caller: Caller, image_id: str) -> list[tuple[str, str]]:
        return [pair(tag) for tag in self.find(caller, image_id, 400)["tags"]]

    def project_tags(self, caller: Caller) -> set[tuple[str, str]]:
        self.settle()
        return {pair(tag) for image in self.images.values() if image["owner"] == caller.project
                for tag in image["tags"]}

    def batch_share(self, caller: Caller, job_id: str, ids: list[str], projects: list[str],
                    verb: str) -> Job:
        """Add or delete members of several images."""
        images = [self.find(caller, image_id, 400, "IMG.0027") for image_id in ids]
        for image in images:
            if image["visibility"] == "public":
                raise No(400, "IMG.0089")
            self.mine(caller, image["id"])
        for image in images if verb == "Add" else ():
            self.active(image)
            if image["owner"] in projects:
                raise No(400, "IMG.0076")

        def done(job: Job) -> None:
            for image in images:
                for project in projects:
                    if (project in image["members"]) == (verb == "Del"):
                        (self.share if verb == "Add" else self.unshare)(
                            caller, image["id"], project)

        return self.begin(caller, job_id, f"ims{verb}ImageMembersJob", [], done)

    def batch_answer(self, caller: Caller, job_id: str, ids: list[str], project: str,
                     status: str) -> Job:
        if project != caller.project and not caller.admin:
            raise No(400, "IMG.0030")
        images = [self.find(caller, image_id, 400, "IMG.0027") for image_id in ids]
        if any(project not in image["members"] for image in images):
            raise No(400, "IMG.0027")
        if any(image["visibility"] == "public" for image in images):
            raise No(400, "IMG.0089")

        def done(job: Job) -> None:
            for image in images:
                self.answer(caller, image["id"], project, status)

        return self.begin(caller, job_id, "imsUpdateImageMembersJob", [], done)


def pair(tag: str) -> tuple[str, str]:
    """Key and value of a tag."""
    key, _, value = tag.partition("=")
    return key, value


def imagetype(image: Image) -> str:
    """``__imagetype`` goes by visibility."""
    return {"public": "gold", "shared": "shared"}.get(image["visibility"], "private")


def stored(image: Image) -> int | None:
    """What ``size`` is: the bytes that the service has. An image of a server has none of them."""
    return None if image["size"] is None else len(image["data"] or b"")


def shown(image: Image, vendor: bool, dated: bool = True) -> Iterator[tuple[str, Any]]:
    """What a response must show of an image, to whoever sees it."""
    for name in ("id", "name", "owner", "status", "visibility", "protected", "min_disk", "min_ram",
                 "disk_format", "container_format"):
        yield name, image[name]
    yield "tags", image["tags"] if vendor else sorted(image["tags"])
    yield "color", image["properties"].get("color")
    if vendor:
        yield "__imagetype", imagetype(image)
        yield "__image_size", str(image["size"] or 0)
    else:
        yield "os_hidden", image["os_hidden"]
        yield "size", image["size"]
    if dated:
        yield "created_at", image["created"]
        yield "updated_at", image["updated"]
