"""The exchanges that a filter of the journal returns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, overload

from .exchange import Exchange
from .questions import Questions

if TYPE_CHECKING:
    from ..server.state import Service

_SHOWN = 3  # exchanges in a repr


class Selection(Questions):
    """Exchanges that meet some conditions. It has the same methods as the journal.

    A selection equals a list of the same exchanges.
    """

    def __init__(self, exchanges: list[Exchange], service: Service | None) -> None:
        self._exchanges = exchanges
        self._service = service

    def _taken(self) -> tuple[list[Exchange], Service | None]:
        return self._exchanges, self._service

    def _selected(self, exchanges: list[Exchange]) -> Selection:
        return Selection(exchanges, self._service)

    def __len__(self) -> int:
        return len(self._exchanges)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self._exchanges)

    @overload
    def __getitem__(self, index: int) -> Exchange: ...

    @overload
    def __getitem__(self, index: slice) -> Selection: ...

    def __getitem__(self, index: int | slice) -> Exchange | Selection:
        if isinstance(index, slice):
            return self._selected(self._exchanges[index])
        return self._exchanges[index]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (Selection, list)):
            return self._exchanges == list(other)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as a list has none

    def _told(self) -> str:
        count = len(self._exchanges)
        shown = "; ".join(f"{one.method} {one.path} -> {one.status or 'no response'}"
                          for one in self._exchanges[:_SHOWN])
        more = "; …" if count > _SHOWN else ""
        return f"{count} exchange{'s' * (count != 1)}" + (f": {shown}{more}" if shown else "")
