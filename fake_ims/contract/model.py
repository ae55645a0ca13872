"""The row types of the contract's tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Profile = Literal["otc", "openstack"]
ImageStatus = Literal["queued", "saving", "active", "killed", "deleted", "uploading", "importing",
                      "pending_delete", "deactivated"]
Visibility = Literal["community", "public", "private", "shared"]
MemberStatus = Literal["pending", "accepted", "rejected"]
JobStatus = Literal["INIT", "RUNNING", "SUCCESS", "FAIL"]
Face = Literal["native", "ims", "identity"]
Source = Literal["reference", "client", "glance", "keystone"]
Body = Literal["none", "ignored", "json", "patch", "octets"]

BOTH: frozenset[Profile] = frozenset({"otc", "openstack"})
OTC_ONLY: frozenset[Profile] = frozenset({"otc"})
OPENSTACK_ONLY: frozenset[Profile] = frozenset({"openstack"})


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the service.

    Attributes:
        id: the name used by faults, the journal and the coverage table.
        method: the HTTP method.
        path: the path template, with ``{name}`` for each path parameter.
        chapter: title of the reference page (or the Glance page) that documents it.
        face: one of the two APIs on images, or the identity API.
        success: status of a successful response.
        errors: error statuses that the page documents.
        actions: IAM actions of the chapter *Permissions and Supported Actions*.
        conditional: those of them that only some requests need.
        auth: whether the caller must have a token.
        deprecated: whether the reference calls it deprecated.
        source: ``reference`` for the IMS API reference, ``client`` for Huawei's own client only,
            ``glance`` for Glance only, ``keystone`` for the identity API.
        profiles: the profiles that have it.
        body: how it treats a request body (``none`` refuses one in ``openstack``).
        allow: whether ``Allow`` of a 405 response lists its method. If a path lists none, the
            response is 404, as in Glance for some paths.
    """

    id: str
    method: str
    path: str
    chapter: str
    face: Face
    success: int
    errors: tuple[int, ...]
    actions: tuple[str, ...] = ()
    conditional: tuple[str, ...] = ()
    auth: bool = True
    deprecated: bool = False
    source: Source = "reference"
    profiles: frozenset[Profile] = BOTH
    body: Body = "none"
    allow: bool = True


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an image.

    Attributes:
        name: its JSON name.
        types: its JSON types (``string``, ``integer``, ``boolean``, ``null``, ``array``).
        description: the description in the schema.
        max_length: of a string, in characters; of ``tags``, of each item.
        enum: allowed values per profile; None allows any.
        pattern: a regular expression that a string must match.
        minimum: of an integer.
        maximum: of an integer.
        default: the value of a new image, per profile.
        read_only: whether only the service sets it.
        filterable: whether ``GET /v2/images?name=value`` filters by it.
        sortable: whether it is a sort key.
        base: whether it is a first-class attribute (False: a vendor or common property).
        profiles: the profiles that have it.
    """

    name: str
    types: tuple[str, ...]
    description: str
    max_length: int | None = None
    enum: tuple[str | None, ...] | None = None
    otc_enum: tuple[str | None, ...] | None = None
    pattern: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    default: object = None
    otc_default: object = None
    read_only: bool = False
    filterable: bool = True
    sortable: bool = False
    base: bool = True
    profiles: frozenset[Profile] = BOTH


@dataclass(frozen=True, slots=True)
class ErrorCode:
    """One row of the reference's chapter *Error Codes*: code, HTTP status, message."""

    code: str
    status: int
    message: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """One error response of the native API.

    Attributes:
        key: its name in the code.
        status: HTTP status on the native API, the same in both profiles.
        text: Glance's message, with ``{name}`` for each argument.
        code: the IMS error code in profile ``otc``.
        detail: whether Glance sends the message after the status's own explanation.
    """

    key: str
    status: int
    text: str
    code: str
    detail: bool = False


@dataclass(frozen=True, slots=True)
class GatewayRefusal:
    """One error response of the API gateway to a signed request.

    Attributes:
        key: its name in the code.
        status: HTTP status.
        code: the gateway's error code.
        text: the gateway's message, with ``{name}`` for each argument.
        seen: whether the real gateway is known to send this message.
    """

    key: str
    status: int
    code: str
    text: str
    seen: bool


ParameterKind = Literal["string", "integer", "boolean", "strings", "object", "objects"]
Rule = Literal["", "uuid", "name", "description", "os_version", "file_url", "tag", "tag_key",
               "tag_value", "project"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter in the path, the query or the body of an operation.

    Attributes:
        name: its name in requests.
        kind: its JSON type. ``integer`` accepts a string of digits, too, because clients send
            it. In a query all values are text: digits, and ``true`` or ``false``.
        required: whether it must be there and not be null.
        enum: allowed values; empty allows any.
        minimum: of an integer.
        maximum: of an integer.
        max_length: of a string, in characters.
        min_items: of a list.
        max_items: of a list.
        default: the value if it is missing.
        rule: a format that several parameters share; see ``domain.ims.reading``.
        invalid: error code for a value that breaks a limit; empty accepts the value, which then
            matches nothing.
        missing: error code if it is missing.
        items: the parameters of an object, or of each object of a list.
        idle_with: another parameter and its value that make this one ineffective, according to
            the reference; None if it always has an effect.
        blank: whether an empty string means the default.
        source: where it is documented.
    """

    name: str
    kind: ParameterKind = "string"
    required: bool = False
    enum: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    max_length: int | None = None
    min_items: int = 0
    max_items: int | None = None
    default: object = None
    rule: Rule = ""
    invalid: str = "IMG.0001"
    missing: str = "IMG.0001"
    items: tuple[Parameter, ...] = ()
    idle_with: tuple[str, object] | None = None
    blank: bool = False
    source: Source = "reference"


@dataclass(frozen=True, slots=True)
class Request:
    """The parts of an operation's request, except for its path.

    Attributes:
        bodies: the tables of its possible bodies; empty without a body, or for a JSON patch.
        query: the parameters of its query.
    """

    bodies: tuple[tuple[Parameter, ...], ...] = ()
    query: tuple[Parameter, ...] = ()


JobContents = Literal["image", "image_id", "results", "sub_jobs"]


@dataclass(frozen=True, slots=True)
class JobType:
    """One type of asynchronous job.

    Attributes:
        name: value of ``job_type``.
        chapter: title of the reference page of the operation that starts it.
        contents: the content of ``entities``: ``image`` has its id and name, ``image_id`` its id
            only, ``results`` the result for each image, ``sub_jobs`` the sub-jobs.
        source: where it is documented.
    """

    name: str
    chapter: str
    contents: JobContents
    source: Source = "reference"
