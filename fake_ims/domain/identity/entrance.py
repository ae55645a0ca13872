"""Reads a log-in request: who logs in, and the scope they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ...contract.identity import AUTH, METHODS
from ...contract.validation import check_value
from ..refusal import Refused
from .people import ApplicationCredential, Domain, Project, User, derived_id

if TYPE_CHECKING:
    from .keystone import Keystone

_SCOPES = ("system", "project", "domain", "OS-TRUST:trust", "unscoped")
_Document = Mapping[str, Any]


@dataclass(slots=True)
class Entry:
    """A checked log-in.

    Attributes:
        user: the user.
        methods: the authentication methods used.
        project, domain: the scope; neither for an unscoped token.
        roles: the user's roles in that scope.
        expires_at: when the presented token expires, if the log-in used a token.
        audit_ids: audit ids of the presented token.
        credential: the application credential used.
        bound_to: the project that a credential or key is limited to.
    """

    user: User
    methods: tuple[str, ...] = ()
    project: Project | None = None
    domain: Domain | None = None
    roles: tuple[str, ...] = ()
    expires_at: float | None = None
    audit_ids: tuple[str, ...] = ()
    credential: ApplicationCredential | None = None
    bound_to: Project | None = None


def check(auth: object) -> _Document:
    """Return the content of ``auth`` if all of its parts have the right types.

    Raises:
        Refused: ``identity.schema``.
    """
    wrong = check_value(auth, AUTH, (), ())
    if wrong is not None:
        field = "/".join(map(str, wrong.path))
        where = f"Invalid input for field {field!r}: " if field else ""
        raise Refused("identity.schema", reason=where + wrong.reason)
    assert isinstance(auth, dict)
    return auth


class Entrance:
    """Reads the log-ins of one identity service."""

    def __init__(self, identity: Keystone) -> None:
        self._identity = identity
        self._methods = {
            "password": self._password,
            "token": self._token,
            "application_credential": self._credential,
            "hw_ak_sk": self._key,
        }

    def enter(self, auth: _Document) -> Entry:
        """Return who logs in with the content of ``auth``, which has passed ``check``.

        Raises:
            Refused: where Keystone refuses.
        """
        shown: _Document = auth["identity"]
        methods = tuple(dict.fromkeys(shown["methods"]))
        for method in methods:
            if method not in shown:
                raise Refused("identity.expected", what=method, where="identity")
        for method in methods:
            if method not in METHODS:
                raise Refused("identity.method")
        scope = _scope(auth.get("scope"))
        if "application_credential" in methods and scope is not None:
            raise Refused("identity.credential_scope")
        entry: Entry | None = None
        for method in methods:
            found = self._methods[method](shown[method])
            if entry is not None and found.user is not entry.user:
                raise Refused("identity.unauthorized")
            entry = found if entry is None else _both(entry, found)
        if entry is None:
            raise Refused("identity.unauthorized")
        entry.methods = tuple(dict.fromkeys((*entry.methods, *methods)))
        self._enter_scope(entry, scope)
        return entry

    # methods

    def _password(self, shown: _Document) -> Entry:
        if "user" not in shown:
            raise Refused("identity.expected", what="user", where="None")
        named = shown["user"]
        user = self._user(named, "identity/password/user")
        if not self._identity.lenient and (
                user.password is None or named.get("password") != user.password):
            raise Refused("identity.unauthorized")
        return Entry(user)

    def _token(self, shown: _Document) -> Entry:
        token = self._identity.token(shown["id"])
        if token.credential is not None:
            raise Refused("identity.delegated")
        return Entry(self._able(token.user), token.methods, expires_at=token.expires_at,
                     audit_ids=token.audit_ids)

    def _credential(self, shown: _Document) -> Entry:
        identity = self._identity
        directory = identity.directory
        credential: ApplicationCredential | None = None
        user: User | None = None
        if "id" in shown:
            credential = directory.credentials.get(shown["id"])
        elif "name" not in shown:
            raise Refused("identity.expected", what="name or ID", where="application credential")
        elif "user" not in shown:
            raise Refused("identity.expected", what="user", where="application credential")
        else:
            user = self._user(shown["user"], "identity/application_credential/user")
            credential = directory.credential(user, shown["name"])
        if credential is None:
            if not identity.lenient:
                if user is None:
                    raise Refused("identity.not_found", what="Application Credential",
                                  id=shown["id"])
                raise Refused("identity.unauthorized")
            user = user or self._default_user()
            name = shown.get("id") or shown.get("name") or ""
            credential = ApplicationCredential(
                shown.get("id") or derived_id("credential", user.id, name), name,
                shown.get("secret", ""), user.id, self._default_project().id)
            directory.credentials[credential.id] = credential
        ended = credential.expires_at is not None and credential.expires_at <= identity.now
        if ended or (not identity.lenient and shown.get("secret") != credential.secret):
            raise Refused("identity.unauthorized")
        owner = directory.users.get(credential.user_id)
        project = directory.projects.get(credential.project_id)
        if owner is None or project is None:
            raise Refused("identity.unauthorized")
        return Entry(self._able(owner), expires_at=credential.expires_at, credential=credential,
                     bound_to=project)

    def _key(self, shown: _Document) -> Entry:
        identity = self._identity
        access, secret = shown["access"]["key"], shown["secret"]["key"]
        key = identity.keys.get(access)
        if key is None:
            if not identity.lenient:
                raise Refused("identity.unauthorized")
            return Entry(self._able(self._default_user()))
        if not identity.lenient and secret != key.secret:
            raise Refused("identity.unauthorized")
        user = identity.directory.users.get(key.user_id)
        if user is None:
            raise Refused("identity.unauthorized")
        return Entry(self._able(user))

    # scope

    def _enter_scope(self, entry: Entry, scope: tuple[str, _Document] | None) -> None:
        identity = self._identity
        if entry.bound_to is not None:
            entry.project = entry.bound_to
            entry.roles = identity.roles(entry.user, entry.project.id)
            own = entry.credential.roles if entry.credential else None
            if own is not None:
                entry.roles = tuple(role for role in entry.roles if role in own)
            return
        if scope is None:
            return
        kind, named = scope
        if kind == "project":
            entry.project = self._project(named, entry.user)
            entry.roles = identity.roles(entry.user, entry.project.id)
        elif kind == "domain":
            entry.domain = self._domain(named, "scope/domain")
            entry.roles = identity.roles(entry.user, entry.domain.id)
        elif kind == "system":
            raise Refused("identity.system")
        else:
            raise Refused("identity.unauthorized")

    # look-ups by id and name

    def _user(self, named: _Document, field: str) -> User:
        identity = self._identity
        id, name = _id_or_name(named, field)
        domain: Domain | None = None
        if id is None:
            if "domain" not in named:
                raise Refused("identity.expected", what="domain", where="user")
            domain = self._domain(named["domain"], f"{field}/domain")
        user = identity.directory.user(id, name, domain)
        if user is None:
            if not identity.lenient:
                raise Refused("identity.unauthorized")
            user = identity.directory.add_user(id or name or "", domain or identity.home, id,
                                               named.get("password"))
        return self._able(user)

    def _able(self, user: User) -> User:
        if not user.enabled or not self._identity.domain_of(user).enabled:
            raise Refused("identity.unauthorized")
        return user

    def _project(self, named: _Document, user: User) -> Project:
        identity = self._identity
        id, name = _id_or_name(named, "scope/project")
        domain = identity.domain_of(user)
        if id is None:
            if "domain" in named:
                domain = self._domain(named["domain"], "scope/project/domain")
            elif not identity.profile.domain_is_implied:
                raise Refused("identity.expected", what="domain", where="project")
        project = identity.directory.project(id, name, domain)
        if project is None and identity.lenient:
            if id is None and name == identity.region:
                # By any domain, the region's name means the default project.
                project = self._default_project()
            else:
                project = identity.directory.add_project(id or name or "", domain, id)
        if project is None or not project.enabled:
            raise Refused("identity.unauthorized")
        return project

    def _domain(self, named: _Document, field: str) -> Domain:
        identity = self._identity
        id, name = _id_or_name(named, field)
        domain = identity.directory.domain(id, name)
        if domain is None and identity.lenient:
            domain = identity.directory.add_domain(id or name or "", id)
        if domain is None or not domain.enabled:
            raise Refused("identity.unauthorized")
        return domain

    def _default_user(self) -> User:
        from ..callers import DEFAULT_USER_ID

        user = self._identity.directory.users.get(DEFAULT_USER_ID)
        if user is None:  # a test has removed the user
            raise Refused("identity.unauthorized")
        return user

    def _default_project(self) -> Project:
        from ..callers import DEFAULT_PROJECT_ID

        project = self._identity.directory.projects.get(DEFAULT_PROJECT_ID)
        if project is None:
            raise Refused("identity.unauthorized")
        return project


def _scope(scope: Any) -> tuple[str, _Document] | None:
    """Return the requested scope; None for an unscoped token.

    Raises:
        Refused: the scope is unknown, or several are given.
    """
    if scope is None:
        return None
    if scope == "unscoped":
        return None
    asked = [kind for kind in _SCOPES if kind in scope] if isinstance(scope, dict) else []
    if len(asked) != 1:
        raise Refused("identity.expected", where="scope",
                      what="system, project, domain, OS-TRUST:trust or unscoped")
    return None if asked[0] == "unscoped" else (asked[0], scope[asked[0]])


def _id_or_name(named: _Document, field: str) -> tuple[Any, Any]:
    """Return the id and name in a document; either may be None.

    Raises:
        Refused: both are None.
    """
    id, name = named.get("id"), named.get("name")
    if id is None and name is None:
        raise Refused("identity.unnamed", field=field)
    return id, name


def _both(one: Entry, other: Entry) -> Entry:
    """Combine the results of two methods of one log-in."""
    expiries = [at for at in (one.expires_at, other.expires_at) if at is not None]
    return Entry(one.user, (*one.methods, *other.methods),
                 expires_at=min(expiries, default=None),
                 audit_ids=one.audit_ids or other.audit_ids,
                 credential=one.credential or other.credential,
                 bound_to=one.bound_to or other.bound_to)
