"""Which requests a fault matches: one small match per file. All matches of a fault must hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

if TYPE_CHECKING:
    from ...api.call import Call


class Match(Protocol):
    """One condition on a request. Its string is its part of the fault's sentence.

    Attributes:
        reads_body: whether it needs the JSON body of the request.
        exact: whether ``narrow`` alone decides, so that ``matches`` need not be called.
        names: how its words begin the sentence. ``alone``: ``images.create``; ``every``: after
            "every"; empty: after "every request".
        key: what all matching requests have in common, for the index: a tenant, a user, or an
            image in the path, such as ``("tenant", "p2")``. None otherwise.
    """

    reads_body: ClassVar[bool] = False
    exact: ClassVar[bool] = False
    names: ClassVar[Literal["", "alone", "every"]] = ""

    @property
    def key(self) -> tuple[str, str] | None:
        return None

    def narrow(self, operations: tuple[str, ...]) -> tuple[str, ...]:
        """Return the operations whose requests it can match; "" means no route."""
        return operations

    def matches(self, call: Call, document: object) -> bool:
        """Return whether the request meets the condition.

        Args:
            call: the request, with its operation and caller.
            document: its JSON body; None if no match has ``reads_body``, or if the body is not
                valid JSON.
        """
        return True  # what ``narrow`` leaves


__all__ = ["Match"]
