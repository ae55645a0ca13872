"""Which requests a fault is about: one small match in each file; all of a fault's must agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from ...api.call import Call


class Match(Protocol):
    """One condition on a request; prints as the words that it adds to a fault's sentence.

    Attributes:
        reads_body: whether it needs the JSON body of the request.
    """

    reads_body: ClassVar[bool] = False

    def matches(self, call: Call, document: object) -> bool:
        """Whether the request meets it.

        Args:
            call: the request, with its operation and caller.
            document: its JSON body; None unless a match at hand has ``reads_body`` and the body
                could be read.
        """
        ...


__all__ = ["Match"]
