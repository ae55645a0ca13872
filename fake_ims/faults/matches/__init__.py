"""Which requests a fault is about: one small match in each file; all of a fault's must agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

if TYPE_CHECKING:
    from ...api.call import Call


class Match(Protocol):
    """One condition on a request; prints as the words that it adds to a fault's sentence.

    Attributes:
        reads_body: whether it needs the JSON body of the request.
        exact: whether it asks for nothing but the operations that it narrows to: under those it
            need not be asked.
        names: whether its words can begin the sentence (``images.create``); ``every``: they can
            after "every"; empty: they follow after "every request".
        key: what every request that it matches has in common (``("tenant", "p2")``), if the index
            knows that: a tenant, a user, or an image in the path; None otherwise.
    """

    reads_body: ClassVar[bool] = False
    exact: ClassVar[bool] = False
    names: ClassVar[Literal["", "alone", "every"]] = ""

    @property
    def key(self) -> tuple[str, str] | None:
        return None

    def narrow(self, operations: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the operations at whose requests it may match; "" stands for no operation."""
        return operations

    def matches(self, call: Call, document: object) -> bool:
        """Whether the request meets it.

        Args:
            call: the request, with its operation and caller.
            document: its JSON body; None unless a match at hand has ``reads_body`` and the body
                could be read.
        """
        ...


__all__ = ["Match"]
