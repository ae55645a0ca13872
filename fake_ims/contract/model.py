"""The shape of a row in each contract table."""

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
        id: the name used by fault targets, the journal and the coverage table.
        method: the HTTP method.
        path: the path template, with ``{name}`` for each path parameter.
        chapter: title of the reference page (or the Glance page) that documents it.
        face: which of the two faces of the store it belongs to, or the identity front.
        success: status of a successful answer.
        errors: error statuses that the page documents.
        actions: IAM actions of the chapter *Permissions and Supported Actions*.
        conditional: those of them that only some requests need.
        auth: whether the caller must have a token.
        deprecated: whether the reference calls it deprecated.
        source: ``reference`` for the IMS API reference, ``client`` for what only Huawei's own
            client has, ``glance`` for what only Glance documents, ``keystone`` for the identity
            front.
        profiles: the profiles that have it.
        body: what the operation does with a request body (``none`` refuses one in ``openstack``).
        allow: whether a refusal of another method names this one in ``Allow``; a path of which
            none is named answers 404 instead of 405, as Glance does for some.
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
        name: as it stands on the wire.
        types: JSON types that the wire allows (``string``, ``integer``, ``boolean``, ``null``,
            ``array``).
        description: our words for the schema.
        max_length: of a string, in characters; of ``tags``, of each item.
        enum: allowed values per profile; None where any value is.
        pattern: a regular expression that a string must match.
        minimum: of an integer.
        maximum: of an integer.
        default: the value of a new image, per profile.
        read_only: whether only the service sets it.
        filterable: whether ``GET /v2/images?name=value`` filters by it.
        sortable: whether it is a sort key.
        base: whether it is a first-class attribute (False: a vendor or common property).
        profiles: the profiles that know it.
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
    """One way in which the native API says no.

    Attributes:
        key: how the domain names it.
        status: HTTP status on the native API, the same in both profiles.
        text: Glance's sentence, with ``{name}`` for each argument.
        code: the IMS error code that profile ``otc`` shows beside it.
        detail: whether Glance sends the sentence after the status's own explanation.
    """

    key: str
    status: int
    text: str
    code: str
    detail: bool = False


@dataclass(frozen=True, slots=True)
class GatewayRefusal:
    """One way in which the API gateway refuses a signed request.

    Attributes:
        key: how the domain names it.
        status: HTTP status.
        code: the gateway's error code.
        text: the gateway's sentence, with ``{name}`` for each argument.
        seen: whether the real gateway is known to say it so.
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
        name: as it stands on the wire.
        kind: its JSON type; ``integer`` takes a text of digits, too, as clients send it. In a
            query all are texts: digits, and ``true`` or ``false``.
        required: whether it must be there and not be null.
        enum: allowed values; empty if any is.
        minimum: of an integer.
        maximum: of an integer.
        max_length: of a string, in characters.
        min_items: of a list.
        max_items: of a list.
        default: what stands for it when it is not there.
        rule: a format that several parameters share; see ``domain.ims.reading``.
        invalid: error code of a value that breaks a limit; empty for one that is taken and finds
            nothing.
        missing: error code when it is not there.
        items: the parameters of an object, or of each object of a list.
        idle_with: a parameter beside it and the value with which this one is without effect, as
            the reference says; None if it always has one.
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
    source: Source = "reference"


@dataclass(frozen=True, slots=True)
class Request:
    """What a request of an operation is made of, beside its path.

    Attributes:
        bodies: the shapes of its body, a table each; empty if it has none, or a JSON patch.
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
        chapter: title of the reference page of the operation that begins it.
        contents: what ``entities`` tells: ``image`` its id and name, ``image_id`` its id only,
            ``results`` what became of each image, ``sub_jobs`` the jobs that it consists of.
        source: where it is documented.
    """

    name: str
    chapter: str
    contents: JobContents
    source: Source = "reference"
