"""Applies the keys of a scenario and of its steps to a fake."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from ..documents import apply
from ..documents.check import Path
from ..errors import FakeImsError, unknown

if TYPE_CHECKING:
    from ..fake.fake_ims import FakeIMS
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
        rehearsal: whether this only checks the document. Then actions on existing images and jobs
            are skipped, because a client may have to create these first.
    """

    def __init__(self, fake: FakeIMS, *, rehearsal: bool = False) -> None:
        self.fake = fake
        self.tenants: dict[str, Tenant] = {}
        self.faults: dict[str, Fault] = {}
        self._rehearsal = rehearsal

    def do(self, document: Mapping[str, Any], path: Path = ()) -> None:
        """Apply a document, in a fixed order of keys.

        Raises:
            Refusal: the fake rejects a value. Earlier values have been applied.
        """
        for name, act in _ACTIONS.items():
            if name not in document:
                continue
            value = document[name]
            items = value if isinstance(value, list) else [value]
            for position, item in enumerate(items):
                here = (*path, name, position) if isinstance(value, list) else (*path, name)
                try:
                    act(self, item)
                except FakeImsError as error:
                    raise Refusal(here, error) from None

    def image(self, name: str, act: Callable[[Any], None]) -> None:
        """Call ``act`` with the image that has this id or name."""
        if not self._rehearsal:
            act(apply.find_image(self.fake, name))

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
        if self._rehearsal:
            return
        job = self.fake.jobs.last
        if "start" in document:
            job.start(document["start"])
        if "fail" in document:
            job.fail(document["fail"], document.get("reason"))
        elif document.get("succeed"):
            job.succeed()

    def _revoke(self, project_id: str) -> None:
        if project_id not in self.tenants:
            raise unknown("tenant", project_id, self.tenants)
        self.tenants[project_id].revoke()

    def _lifecycle(self, document: Mapping[str, Any]) -> None:
        for name, value in document.items():
            setattr(self.fake.lifecycle, name, value)

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
