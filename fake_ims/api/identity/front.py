"""The handlers of the identity API, by operation."""

from __future__ import annotations

from ...contract.identity import MEDIA_TYPE, VERSION_ID, VERSION_UPDATED
from ...domain.refusal import Refused
from ...profiles.answer import Answer
from ..call import Call
from ..registry import Handler, handles
from . import credentials, people, services, temporary, tokens
from .render import answer, base


async def versions(call: Call) -> Answer:
    """``/identity``: the version list at Keystone's root."""
    document = {"versions": {"values": [_version(call)]}}
    return answer(document, 300, {"Location": f"{base(call)}/v3/"})


async def version(call: Call) -> Answer:
    """``/v3``: this version."""
    return answer({"version": _version(call)})


def _version(call: Call) -> dict[str, object]:
    return {
        "id": VERSION_ID,
        "status": "stable",
        "updated": VERSION_UPDATED,
        "links": [{"rel": "self", "href": f"{base(call)}/v3/"}],
        "media-types": [{"base": "application/json", "type": MEDIA_TYPE}],
    }


async def elsewhere(call: Call) -> Answer:
    """Other services in the catalog: not implemented."""
    raise Refused("identity.elsewhere", service=repr(call.params["service"]))


HANDLERS: dict[str, Handler] = {
    "identity.versions": versions,
    "identity.version": version,
    "identity.tokens.create": tokens.create,
    "identity.tokens.show": tokens.show,
    "identity.tokens.check": tokens.check,
    "identity.tokens.revoke": tokens.revoke,
    "identity.auth.projects": people.my_projects,
    "identity.auth.domains": people.my_domains,
    "identity.auth.catalog": services.my_catalog,
    "identity.projects.list": people.projects,
    "identity.projects.show": people.project,
    "identity.domains.list": people.domains,
    "identity.domains.show": people.domain,
    "identity.users.list": people.users,
    "identity.users.show": people.user,
    "identity.users.projects": people.projects_of_user,
    "identity.regions.list": services.regions,
    "identity.regions.show": services.region,
    "identity.services.list": services.services,
    "identity.services.show": services.service,
    "identity.endpoints.list": services.endpoints,
    "identity.endpoints.show": services.endpoint,
    "identity.credentials.list": credentials.credentials,
    "identity.credentials.show": credentials.credential,
    "identity.securitytokens.create": temporary.create,
    "identity.elsewhere": elsewhere,
}

for _operation, _handler in HANDLERS.items():
    handles(_operation)(_handler)
