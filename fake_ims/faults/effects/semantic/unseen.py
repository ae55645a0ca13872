"""Respond as if a new image did not exist yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, cast

from ...kinds import Kind, Setting
from ...view import terms
from .. import Effect, Work
from .sorts import NAMES_IMAGE, Sort
from .values import DURATION, length, some_time

if TYPE_CHECKING:
    from ....api.call import Call
    from ....domain.store import Store
    from ....profiles.answer import Answer


class _Without:
    """A store that hides one image."""

    def __init__(self, store: Store, image_id: str) -> None:
        self._store = store
        self._hidden = image_id

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def __len__(self) -> int:
        return len(self._store)

    def get(self, image_id: str) -> Any:
        return None if image_id == self._hidden else self._store.get(image_id)


@dataclass(frozen=True)
class Unseen(Effect):
    """Hides an image younger than ``age`` seconds from requests that name it in their path.

    Attributes:
        age: in seconds.
        seeded_is_old: whether an image that the test added counts as old.
    """

    age: float
    seeded_is_old: bool = False
    wraps: ClassVar[bool] = True
    sort: ClassVar[Sort | None] = NAMES_IMAGE

    async def work(self, call: Call, do: Work) -> Answer:
        service, image_id = call.service, call.params["image_id"]
        image = service.store.get(image_id)
        if image is None or (self.seeded_is_old and image.id in service.images.seeded):
            return await do()
        if service.clock.now() - image.created_at < self.age:
            terms(call).store = cast("Store", _Without(service.store, image_id))
        return await do()

    def __str__(self) -> str:
        return f"does not find an image younger than {length(self.age)}"


KIND = Kind("effect", (
    Setting("unseen", DURATION,
            'do not find an image younger than this on the fake\'s clock: seconds or "5s"'),
), lambda values, scope: Unseen(some_time("unseen", values["unseen"])))
