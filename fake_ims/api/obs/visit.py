"""One request to OBS: its scheme, what it is about, and how errors of OBS look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...contract.neighbours import NEIGHBOUR_REFUSALS, OBS_CODES
from ...contract.statuses import STATUSES
from ...domain.refusal import Refused
from ...profiles.answer import Answer
from . import xml

if TYPE_CHECKING:
    from ...contract.model import ErrorCode
    from ...domain.obs.place import Place
    from ...domain.obs.signatures import Asked, Signed
    from ...domain.refusal import ImsError
    from ...domain.world import Bucket
    from ..call import Call

# Rows of other tables, and OBS's rows for the same errors.
_SAME = {"route.unknown": "obs.ServiceNotImplemented", "route.method": "obs.ServiceNotImplemented",
         "body.malformed": "obs.IncompleteBody", "body.too_large": "obs.MalformedXML",
         "request.undecodable": "obs.InvalidArgument", "internal": "obs.InternalError"}


@dataclass(slots=True)
class Visit:
    """A request to OBS. It renders the error responses of its call.

    Attributes:
        dialect: ``obs`` or ``amz``: the prefix of headers is ``x-obs-`` or ``x-amz-``.
        place: the bucket and the object.
        asked: the request as signatures see it.
        signed: its signature; None before it is verified.
    """

    dialect: str
    place: Place
    asked: Asked
    signed: Signed | None = None

    @property
    def prefix(self) -> str:
        """What the names of OBS's own headers begin with."""
        return f"x-{self.dialect}-"

    def bucket(self, call: Call) -> Bucket:
        """Return the bucket.

        Raises:
            Refused: ``obs.NoSuchBucket``.
        """
        found = call.service.world.buckets.get(self.place.bucket)
        if found is None:
            raise Refused("obs.NoSuchBucket")
        return found

    def refuse(self, call: Call, refused: Refused) -> Answer:
        """Return the error response for a row of ``contract.neighbours``."""
        same = _SAME.get(refused.row.key)
        if same is not None:
            refused = Refused(same, name="the path")
        code = refused.row.key.removeprefix("obs.")
        if f"obs.{code}" not in NEIGHBOUR_REFUSALS:
            code = OBS_CODES.get(refused.status, "InternalError")
        return self._error(call, refused.status, code, refused.text)

    def error(self, call: Call, error: ImsError) -> Answer:
        """Return an IMS error code in OBS's format."""
        return self._error(call, error.status, OBS_CODES.get(error.status, "InternalError"),
                           error.message)

    def fault_answer(self, call: Call, status: int, error: ErrorCode | None) -> Answer:
        """Return the error response that a fault asks for."""
        title, text = STATUSES[status]
        code = OBS_CODES.get(status, title.replace(" ", ""))
        row = NEIGHBOUR_REFUSALS.get(f"obs.{code}")
        if error is not None:
            text = error.message
        elif row is not None and row.status == status and "{" not in row.text:
            text = row.text
        return self._error(call, status, code, text or title)

    def _error(self, call: Call, status: int, code: str, text: str) -> Answer:
        place, request_id = self.place, call.exchange.request_id
        nodes: list[xml.Node] = [("Code", code), ("Message", text)]
        if place.bucket:
            nodes.append(("Resource", f"/{place.bucket}/{place.key}".rstrip("/")))
        nodes += [("RequestId", request_id), ("HostId", "fake-ims")]
        body = b"" if call.method == "HEAD" else xml.document("Error", nodes)
        return Answer(status, body, xml.MEDIA_TYPE, self.headers(call))

    def headers(self, call: Call) -> dict[str, str]:
        """Return the headers of every response."""
        return {"Server": "OBS", f"{self.prefix}request-id": call.exchange.request_id,
                f"{self.prefix}id-2": "fake-ims"}

    def answer(
        self, call: Call, root: str, nodes: list[xml.Node], status: int = 200
    ) -> Answer:
        """Return a response with a document."""
        return Answer(status, xml.document(root, nodes, self.dialect), xml.MEDIA_TYPE,
                      self.headers(call))


def visit(call: Call) -> Visit:
    """Return what ``door.enter`` has found out."""
    assert isinstance(call.errors, Visit), "the call has come through the door"
    return call.errors
