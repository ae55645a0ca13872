"""The shape of a row of the control API, and what its handlers raise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..documents.check import Problem, Schema
from ..documents.schemas import table

if TYPE_CHECKING:
    from ..fake.fake_ims import FakeIMS

PREFIX = "/_fake_ims"


class ControlError(Exception):
    """A control request cannot be done.

    Attributes:
        status: HTTP status.
        message: what is wrong, and how to mend it.
        problems: of the body, one by one.
    """

    def __init__(self, status: int, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.problems = problems


@dataclass(frozen=True)
class Control:
    """One control request, checked against its row.

    Attributes:
        fake: the fake that it is about.
        params: path parameters.
        query: query parameters.
        body: the JSON body; an empty table if there was none.
    """

    fake: FakeIMS
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Text:
    """An answer that is no JSON document.

    Attributes:
        text: the body.
        content_type: its type.
    """

    text: str
    content_type: str


NO_BODY: Schema = table({})


@dataclass(frozen=True)
class Route:
    """One operation of the control API.

    Attributes:
        id: its name: that of the command ``fake-ims ctl``, and OpenAPI's operationId.
        method: HTTP method.
        path: below the prefix, with ``{name}`` for each parameter.
        says: what it does.
        act: does it; gives the JSON document to answer, a ``Text``, or None for 204.
        body: schema of the body.
        query: query parameters: schema by name.
        answer: what the answer holds, in words.
        errors: statuses of refusals, beside 400.
    """

    id: str
    method: str
    path: str
    says: str
    act: Callable[[Control], object]
    body: Schema = field(default_factory=lambda: NO_BODY)
    query: Mapping[str, Schema] = field(default_factory=dict)
    answer: str = ""
    errors: tuple[int, ...] = ()
