"""The type of a route of the control API, and the error that its handlers raise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..documents.check import Problem, Schema
from ..documents.schemas import table

if TYPE_CHECKING:
    from ..fake.fake_ims import FakeIMS

PREFIX = "/_fake_ims"


class ControlError(Exception):
    """A control request fails.

    Attributes:
        status: HTTP status.
        message: what is wrong, and what to send instead.
        problems: the single problems of the body or query.
        headers: headers of the response.
    """

    def __init__(
        self, status: int, message: str, problems: tuple[Problem, ...] = (), *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.problems = problems
        self.headers = headers or {}


@dataclass(frozen=True)
class Control:
    """One control request, checked against its route.

    Attributes:
        fake: the fake to control.
        params: path parameters.
        query: query parameters.
        body: the JSON body; empty if the request had none.
    """

    fake: FakeIMS
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Text:
    """A response that is written piece by piece, because it may be long.

    Attributes:
        pieces: the body; each piece is made when the ones before it have been sent.
        content_type: media type of the body.
        headers: further headers of the response.
    """

    pieces: Iterable[str]
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


NO_BODY: Schema = table({})


@dataclass(frozen=True)
class Route:
    """One operation of the control API.

    Attributes:
        id: name of the operation for ``fake-ims ctl``, and its operationId in OpenAPI.
        method: HTTP method.
        path: path under the prefix, with ``{name}`` for each parameter.
        says: summary, one sentence.
        act: the handler; returns the JSON document to send, a ``Text``, or None for 204.
        body: schema of the body.
        query: schema of each query parameter, by name.
        answer: description of the response.
        errors: error statuses besides those that every operation has.
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
