"""Exceptions for error responses. Each names a row of a contract table, rendered in one place."""

from __future__ import annotations

from ..contract.errors import ERRORS
from ..contract.gateway import GATEWAY_REFUSALS
from ..contract.model import ErrorCode, GatewayRefusal, Refusal
from ..contract.refusals import REFUSALS
from .sound import readable


class Refused(Exception):
    """An error response of the native API, by a row of ``contract.refusals``.

    Args:
        key: the row.
        headers: extra headers of the response, such as ``Allow``.
        arguments: values for the row's text.

    Attributes:
        text: Glance's message, with the arguments filled in. It is made at once, so that a
            missing argument is noticed in the profile that does not show it, too.
        why: the reason for a test, which the client does not get; see ``domain.reasons``.
    """

    why = ""

    def __init__(self, key: str, *, headers: dict[str, str] | None = None, **arguments: object):
        super().__init__(key)
        self.row: Refusal = REFUSALS[key]
        self.headers = headers or {}
        self.arguments = arguments
        self.text = readable(self.row.text.format(**arguments))

    @property
    def status(self) -> int:
        """The HTTP status of the response."""
        return self.row.status

    def again(self) -> Refused:
        """Return an equal exception, to raise it again."""
        again = Refused(self.row.key, headers=self.headers, **self.arguments)
        again.why = self.why
        return again


class ImsError(Exception):
    """An IMS error code, with the status and message of its row in *Error Codes*.

    Args:
        code: such as ``IMG.0144``.
        status: HTTP status instead of the row's.
        message: message instead of the row's.
        detail: the specific problem, appended to the row's message.
    """

    def __init__(self, code: str, *, status: int | None = None, message: str | None = None,
                 detail: str = ""):
        super().__init__(code)
        row: ErrorCode = ERRORS[code]
        self.code = row.code
        self.status = row.status if status is None else status
        self.message = row.message if message is None else message
        if detail:
            self.message = readable(f"{self.message.rstrip('.')}: {detail}.")


class SignatureRefused(Exception):
    """The API gateway's refusal of a signed request, by a row of ``contract.gateway``.

    Args:
        key: the row.
        arguments: values for the row's text.

    Attributes:
        text: the gateway's message, with the arguments filled in.
    """

    def __init__(self, key: str, **arguments: object):
        super().__init__(key)
        self.row: GatewayRefusal = GATEWAY_REFUSALS[key]
        self.text = readable(self.row.text.format(**arguments))

    @property
    def reason(self) -> str:
        """The row's key."""
        return self.row.key
