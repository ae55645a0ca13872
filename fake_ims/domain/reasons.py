"""Why a log-in or a token was refused: for the test that looks, never for the client.

The service answers most of them with the same sentence, so that nobody can guess users. The
journal, the log line and the report of a failing test show the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .refusal import Refused
from .sound import readable

#: Reason -> sentence, with ``{name}`` for each value. Values are names and ids, never secrets.
REASONS: dict[str, str] = {
    # tokens
    "token.missing": "the request has no X-Auth-Token",
    "token.unknown": "the token was not issued here, and auth='issued' accepts no other; use "
                     "fake.token, fake.tenant(...) or a log-in",
    "token.expired": "the token of user {user!r} has expired",
    "token.ended": "the token of user {user!r} was revoked, or its user was locked, changed or "
                   "removed",
    "token.roles": "user {user!r} has no role any more where the token is valid",
    "token.triple": "the token is not user:project:role, which auth='triple' needs",
    "token.delegated": "the token comes from an application credential or an agency, which "
                       "cannot get another token",
    # domains, projects and users
    "domain.unknown": "unknown domain {domain!r} in profile {profile}; its domains: {known}",
    "domain.disabled": "domain {domain!r} is disabled",
    "project.unknown": "unknown project {project!r} in domain {domain!r}",
    "project.disabled": "project {project!r} is disabled",
    "project.default": "the test has removed the default project",
    "user.unknown": "unknown user {user!r} in domain {domain!r}",
    "user.disabled": "user {user!r} is locked",
    "user.default": "the test has removed the default user",
    "roles.none": "user {user!r} has no role on {where!r}; give one: "
                  "fake.identity.grant_roles({user!r}, {where!r}, 'member')",
    # methods of a log-in
    "body.wrong": "the body is no log-in; the response says what is wrong",
    "method.unknown": "method {method!r} is not available in profile {profile}",
    "methods.none": "the log-in names no method",
    "methods.differ": "the methods of the log-in are of different users",
    "password.none": "user {user!r} has no password",
    "password.wrong": "wrong password of user {user!r}",
    "totp.missing": "user {user!r} needs a passcode (method 'totp') beside the password",
    "totp.alone": "method 'totp' needs method 'password' beside it",
    "totp.none": "user {user!r} has no virtual MFA device; add one: "
                 "fake.identity.set_totp({user!r})",
    "totp.wrong": "wrong or old passcode of user {user!r}; fake.identity.passcode({user!r}) "
                  "returns the present one",
    "credential.unknown": "unknown application credential {credential!r}",
    "credential.expired": "application credential {credential!r} has expired",
    "credential.secret": "wrong secret of application credential {credential!r}",
    "credential.owner": "the user or project of application credential {credential!r} is gone",
    "credential.scope": "a log-in with an application credential asks for a scope",
    "key.unknown": "unknown access key {access!r}",
    "key.secret": "wrong secret key for access key {access!r}",
    "key.expired": "access key {access!r} was temporary, and has expired",
    "key.owner": "the owner of access key {access!r} is gone",
    "agency.caller": "an agency is assumed with X-Auth-Token or a signature; there is none",
    "agency.unknown": "unknown agency {agency!r} in domain {domain!r}; add one: "
                      "fake.identity.add_agency({agency!r}, domain={domain!r})",
    "agency.trust": "agency {agency!r} trusts domain {trusted!r}, and the caller is of {domain!r}",
    "scope.system": "the fake has no roles on the system",
    "scope.trust": "the fake has no trusts",
    "triple.ids": "the ids {user!r} and {project!r} cannot be a token of auth='triple'",
}


def because(
    reason: str, row: str = "identity.unauthorized", fill: Mapping[str, Any] | None = None,
    **values: Any,
) -> Refused:
    """Return a refusal with its reason.

    Args:
        reason: key of ``REASONS``.
        row: the row of ``contract.refusals`` that the client is answered with.
        fill: values for the text of that row.
        values: values for the reason.
    """
    refused = Refused(row, **(fill or {}))
    refused.why = readable(REASONS[reason].format(**values))
    return refused
