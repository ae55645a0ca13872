"""Records of one kind, by id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Generic, Protocol, TypeVar

from ...errors import UsageError, unknown
from ..ids import new_id


class HasId(Protocol):
    """A record with an id."""

    id: str


R = TypeVar("R", bound=HasId)


class Shelf(Generic[R]):
    """The servers, or the disks, or the keys, ... that the test has put into the world.

    It can be iterated, has a ``len()``, and ``in`` and ``[...]`` take an id.

    Args:
        what: the kind of record, for texts.
        make: makes one from keywords.

    Attributes:
        record: makes one; its class.
        assumed: ids that a permissive world has taken to be there.
    """

    def __init__(self, what: str, make: Callable[..., R]) -> None:
        self._what = what
        self.record = make
        self._records: dict[str, R] = {}
        self.assumed: set[str] = set()

    def add(self, id: str | None = None, **fields: Any) -> R:
        """Put a record there; the fields are those of its class. Gives it.

        Raises:
            UsageError: no such field, or the id is taken.
        """
        record_id = new_id() if id is None else id
        if record_id in self._records and record_id not in self.assumed:
            raise UsageError(f"there is a {self._what} {record_id} already")
        record = self._build(record_id, fields)
        self._records[record_id] = record
        self.assumed.discard(record_id)
        return record

    def _build(self, record_id: str, fields: dict[str, Any]) -> R:
        try:
            return self.record(id=record_id, **fields)
        except TypeError:
            import dataclasses

            known = [field.name for field in dataclasses.fields(self.record)]  # type: ignore[arg-type]
            wrong = next((name for name in fields if name not in known), "")
            raise unknown(f"field of a {self._what}", wrong, known) from None

    def find(self, record_id: str, permissive: bool, **fields: Any) -> R | None:
        """The record; if it is not there, in a permissive world a sound one, else None.

        Args:
            record_id: its id.
            permissive: whether an unknown id stands for a sound thing, which is then there.
            fields: of the sound one.
        """
        record = self._records.get(record_id)
        if record is None and permissive:
            record = self._records[record_id] = self.record(id=record_id, **fields)
            self.assumed.add(record_id)
        return record

    def remove(self, record_id: str) -> None:
        """Take a record away.

        Raises:
            UsageError: it is not there.
        """
        if self._records.pop(record_id, None) is None:
            raise unknown(self._what, record_id, self._records)
        self.assumed.discard(record_id)

    def __getitem__(self, record_id: str) -> R:
        try:
            return self._records[record_id]
        except KeyError:
            raise unknown(self._what, record_id, self._records) from None

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
        return f"<{len(self)} {self._what}{'' if len(self) == 1 else 's'}: {list(self._records)}>"
