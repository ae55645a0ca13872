"""Return the HTML page of a load balancer that cannot reach the service."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from ...errors import UsageError
from ..kinds import Kind, Scope, Setting, Values
from ..moment import MOMENT, moment_of
from .ending import Ending
from .raw import bare_answer

if TYPE_CHECKING:
    from ...api.call import Call
    from ...profiles.answer import Answer

STATUSES = (502, 503, 504)
_PAGE = ("<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
         "<hr><center>gateway</center>\r\n</body>\r\n</html>\r\n")


@dataclass(frozen=True, eq=False)
class GatewayPage(Ending):
    """Sends an HTML page without a request id, as a load balancer does."""

    status: int

    async def end(self, call: Call) -> Answer:
        page = _PAGE.format(f"{self.status} {HTTPStatus(self.status).phrase}").encode()
        headers = ("Server", "gateway"), ("Content-Type", "text/html")
        return bare_answer(call, self.status, headers, page)

    def __str__(self) -> str:
        return f"returns {self.status} with a gateway's HTML page{self.when()}"


def _build(values: Values, scope: Scope) -> GatewayPage:
    status = values["gateway_page"]
    if isinstance(status, bool) or status not in STATUSES:
        raise UsageError(f"gateway_page={status!r}: expected one of "
                         f"{', '.join(map(str, STATUSES))}")
    return GatewayPage(moment_of(values), int(status))


KIND = Kind("effect", (
    Setting("gateway_page", {"enum": list(STATUSES)},
            "return 502, 503 or 504 with the HTML page of a load balancer and no headers of the "
            "service"),
    MOMENT,
), _build)
