"""Records of one kind, by id."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from ...errors import UsageError, unknown
from ..handle import Handle
from ..ids import new_id
from . import links
from .records import Record
from .rules import rules

if TYPE_CHECKING:
    from . import World


class HasId(Protocol):
    """A record with an id."""

    id: str


R = TypeVar("R", bound=HasId)


class Shelf(Handle, Generic[R]):
    """The servers, or the disks, or the keys, ... of the world.

    Iterate over it, take its ``len()``, or use ``in`` and ``[...]`` with an id.
    """

    def __init__(self, world: World, name: str, kind: type[R]) -> None:
        self._world = world
        self._name = name
        self._class: Callable[..., R] = kind
        self._kind: str = vars(kind)["_KIND"]
        self._rules = rules(kind)
        self._fields = tuple(vars(kind)["__dataclass_fields__"])
        self._records: dict[str, R] = {}
        # Ids that a request named and the test did not add.
        self._assumed: set[str] = set()

    def add(self, id: str | None = None, **fields: Any) -> R:
        """Add a record and return it.

        Args:
            id: its id; by default a new UUID.
            fields: the fields of its class.

        Raises:
            UsageError: the id exists, a field or a value is not allowed, or the record refers to
                one that does not exist.
        """
        wrong = next((name for name in fields if name not in self._fields), None)
        if wrong is not None:
            raise unknown(f"field of a {self._kind}", wrong, self._fields)
        if id is None:  # name no id in an error that the test has never seen
            for name, value in fields.items():
                if name in self._rules:
                    self._rules[name].read(value, self._kind, name)
        record = self._class(id=new_id() if id is None else id, **fields)
        if record.id in self._records and record.id not in self._assumed:
            raise UsageError(f"{self._kind} {record.id} already exists; change it with "
                             f"world.{self._name}[{record.id!r}], or use another id")
        self._put(record, frozenset(fields))
        self._assumed.discard(record.id)
        return record

    def _put(self, record: R, given: frozenset[str]) -> None:
        assert isinstance(record, Record)
        links.check(self._world, record)
        before: Any = self._records.get(record.id)
        record._world = weakref.ref(self._world)
        record._added = self._world._now() if before is None else before._added
        self._records[record.id] = record
        links.join(self._world, record, given, before)

    def _find(self, record_id: str, *, always: bool = False, **fields: Any) -> R | None:
        """The record of an id that a request names; None if the world does not know it.

        Unless ``known_only`` is set, or with ``always``, an unknown id gets a record with these
        fields.
        """
        record = self._records.get(record_id)
        if record is None and (always or not self._world.known_only):
            try:
                record = self._class(id=record_id, **fields)
            except UsageError:  # no such thing has an id in this format
                return None
            self._put(record, frozenset(fields))
            self._assumed.add(record_id)
        return record

    def remove(self, record_id: str) -> None:
        """Remove a record. Records that refer to it lose the reference.

        Raises:
            UsageError: it does not exist.
        """
        if self._records.pop(record_id, None) is None:
            raise unknown(self._kind, record_id, self._records)
        self._assumed.discard(record_id)
        links.forget(self._world, self._name, record_id)

    def __getitem__(self, record_id: str) -> R:
        try:
            return self._records[record_id]
        except KeyError:
            raise unknown(self._kind, record_id, self._records) from None

    def get(self, record_id: str | None) -> R | None:
        """The record, or None."""
        return None if record_id is None else self._records.get(record_id)

    def __contains__(self, record_id: object) -> bool:
        return record_id in self._records

    def __iter__(self) -> Iterator[R]:
        return iter(list(self._records.values()))

    def __len__(self) -> int:
        return len(self._records)

    def __repr__(self) -> str:
        assumed = f", {len(self._assumed)} assumed" if self._assumed else ""
        known = ", known_only" if self._world.known_only else ""
        return f"<{self._name}: {len(self)}{assumed}{known}>"
