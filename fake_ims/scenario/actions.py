"""Applies the keys of a scenario and of its steps to a fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..documents import apply
from ..domain.sound import Path
from ..errors import FakeImsError, unknown

if TYPE_CHECKING:
    from ..fake.fake_ims import FakeIMS
    from ..fake.images import ImageHandle
    from ..fake.jobs import JobHandle
    from ..fake.tenant import Tenant
    from ..faults import Fault


class Refusal(Exception):
    """The fake rejects a value of the document; ``path`` leads to it."""

    def __init__(self, path: Path, error: FakeImsError) -> None:
        super().__init__(str(error))
        self.path = path


class Stage:
    """A fake, with the named faults and tenants of a scenario.

    Args:
        fake: the fake to change.
    """

    def __init__(self, fake: FakeIMS) -> None:
        self.fake = fake
        self.tenants: dict[str, Tenant] = {}
        self.faults: dict[str, Fault] = {}

    def do(self, document: Mapping[str, Any], path: Path = ()) -> None:
        """Apply a document, in a fixed order of keys.

        Raises:
            Refusal: the fake rejects a value. Earlier values have been applied.
        """
        for here, name, item in actions(document, path):
            self.act(here, name, item)

    def act(self, path: Path, name: str, item: Any) -> None:
        """Apply one value of a key.

        Raises:
            Refusal: the fake rejects it.
        """
        try:
            _ACTIONS[name](self, item)
        except FakeImsError as error:
            raise Refusal(path, error) from None

    def image(self, name: str, act: Callable[[ImageHandle], None]) -> None:
        """Call ``act`` with the image that has this id or name."""
        act(apply.find_image(self.fake, name))

    def job(self, act: Callable[[JobHandle], None]) -> None:
        """Call ``act`` with the newest job."""
        act(self.fake.jobs.last)

    def _tenant(self, document: Mapping[str, Any]) -> None:
        tenant = apply.add_tenant(self.fake, document)
        self.tenants[tenant.project_id] = tenant

    def _fault(self, document: Mapping[str, Any]) -> None:
        settings = dict(document)
        name = settings.pop("name", None)
        fault = self.fake.faults.set(settings)
        if name is not None:
            self.faults[name] = fault

    def _clear(self, what: object) -> None:
        if what is True:
            self.fake.faults.clear()
        elif isinstance(what, str):
            if what not in self.faults:
                raise unknown("fault", what, self.faults)
            self.faults[what].remove()

    def _put(self, document: Mapping[str, Any]) -> None:
        given = dict(document)
        apply.add_object(self.fake.world.buckets[given.pop("bucket")], given)

    def _job(self, document: Mapping[str, Any]) -> None:
        def act(job: JobHandle) -> None:
            if "start" in document:
                job.start(document["start"])
            if "fail" in document:
                job.fail(document["fail"], document.get("reason"))
            elif document.get("succeed"):
                job.succeed()

        self.job(act)

    def _revoke(self, project_id: str) -> None:
        if project_id not in self.tenants:
            raise unknown("tenant", project_id, self.tenants)
        self.tenants[project_id].revoke()

    def _lifecycle(self, document: Mapping[str, Any]) -> None:
        apply.change_lifecycle(self.fake.lifecycle, document)

    def _change(self, document: Mapping[str, Any]) -> None:
        given = dict(document)
        self.image(given.pop("image"), lambda image: apply.change_image(image, given))

    def _kill(self, document: Mapping[str, Any]) -> None:
        reason = {"reason": document["reason"]} if "reason" in document else {}
        self.image(document["image"], lambda image: image.kill(**reason))


_ACTIONS: dict[str, Callable[[Stage, Any], object]] = {
    "clear": Stage._clear,
    "lifecycle": Stage._lifecycle,
    "tenants": Stage._tenant,
    "world": lambda stage, world: apply.change_world(stage.fake.world, world),
    "put": Stage._put,
    "images": lambda stage, image: apply.add_image(stage.fake, image),
    "kill_next": lambda stage, kill: stage.fake.lifecycle.kill_next(**kill),
    "kill_nth": lambda stage, kill: stage.fake.lifecycle.kill_nth(**kill),
    "kill_named": lambda stage, kill: stage.fake.lifecycle.kill_named(**kill),
    "job_failures": lambda stage, failure: stage.fake.jobs.fail_next(**failure),
    "faults": Stage._fault,
    "weather": lambda stage, name: stage.fake.faults.weather(name),
    "advance": lambda stage, duration: stage.fake.clock.advance(duration),
    "change": Stage._change,
    "kill": Stage._kill,
    "activate": lambda stage, name: stage.image(name, lambda image: image.activate()),
    "delete": lambda stage, name: stage.image(name, lambda image: image.delete()),
    "job": Stage._job,
    "revoke": Stage._revoke,
}


def actions(document: Mapping[str, Any], path: Path) -> Iterator[tuple[Path, str, Any]]:
    """Yield path, key and value of each action of a document, in the order in which they happen."""
    for name in _ACTIONS:
        if name not in document:
            continue
        value = document[name]
        if isinstance(value, list):
            for position, item in enumerate(value):
                yield (*path, name, position), name, item
        else:
            yield (*path, name), name, value
