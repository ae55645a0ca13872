"""Reads a log-in request: who logs in, and the scope they ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...contract.identity import METHODS
from ..reasons import because
from ..refusal import Refused
from .log_in import Document, id_or_name, scope_of
from .people import ApplicationCredential, Domain, Project, User, derived_id

if TYPE_CHECKING:
    from .keystone import Keystone


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
        assumed_by: the user who has assumed an agency; ``user`` then is the agency.
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
    assumed_by: User | None = None


class Entrance:
    """Reads the log-ins of one identity service."""

    def __init__(self, identity: Keystone) -> None:
        self._identity = identity
        self._caller: User | None = None
        self._known: User | None = None  # by the methods before, of the same log-in
        self._methods = {
            "password": self._password,
            "token": self._token,
            "application_credential": self._credential,
            "hw_ak_sk": self._key,
            "assume_role": self._agency,
            "totp": self._totp,
        }

    def enter(self, auth: Document, caller: User | None = None) -> Entry:
        """Return who logs in with the content of ``auth``, which has passed ``check``.

        Args:
            auth: the content.
            caller: the user who assumes an agency.

        Raises:
            Refused: where Keystone refuses.
        """
        shown: Document = auth["identity"]
        methods = tuple(dict.fromkeys(shown["methods"]))
        for method in methods:
            if method not in shown:
                raise Refused("identity.expected", what=method, where="identity")
        for method in methods:
            if method not in METHODS[self._identity.profile.name]:
                raise because("method.unknown", "identity.method", method=method,
                              profile=self._identity.profile.name)
        scope = scope_of(auth.get("scope"))
        if "application_credential" in methods and scope is not None:
            raise because("credential.scope", "identity.credential_scope")
        entry: Entry | None = None
        self._caller = caller
        for method in methods:
            self._known = entry.user if entry else None
            found = self._methods[method](shown[method])
            if entry is not None and found.user is not entry.user:
                raise because("methods.differ")
            entry = found if entry is None else _both(entry, found)
        if entry is None:
            raise because("methods.none")
        self._check_second_factor(entry.user, methods)
        entry.methods = tuple(dict.fromkeys((*entry.methods, *methods)))
        self._enter_scope(entry, scope, scope is None and "scope" not in auth)
        return entry

    # methods

    def _password(self, shown: Document) -> Entry:
        if "user" not in shown:
            raise Refused("identity.expected", what="user", where="None")
        named = shown["user"]
        user = self._user(named, "identity/password/user")
        if not self._identity.lenient:
            if user.password is None:
                raise because("password.none", user=user.name)
            if named.get("password") != user.password:
                raise because("password.wrong", user=user.name)
        return Entry(user)

    def _totp(self, shown: Document) -> Entry:
        """The passcode of a virtual MFA device. The user may be named without their domain."""
        named, user = shown["user"], self._known
        if user is None or (named.get("id") or user.id) != user.id or (
                named.get("name") or user.name) != user.name:
            user = self._user({"domain": {"id": self._identity.home.id}, **named},
                              "identity/totp/user")
        if self._identity.lenient and user.totp_secret is None:
            return Entry(user)
        if user.totp_secret is None:
            raise because("totp.none", user=user.name)
        from .totp import fits

        if not fits(user.totp_secret, str(named.get("passcode")), self._identity.now):
            raise because("totp.wrong", user=user.name)
        return Entry(user)

    def _check_second_factor(self, user: User, methods: tuple[str, ...]) -> None:
        if "totp" in methods and "password" not in methods:
            raise because("totp.alone")
        if user.totp_secret is not None and "password" in methods and "totp" not in methods:
            raise because("totp.missing", user=user.name)

    def _agency(self, shown: Document) -> Entry:
        caller = self._caller
        if caller is None:
            raise because("agency.caller")
        user = self.agency(shown, caller)
        return Entry(user, assumed_by=self._able(caller))

    def agency(self, shown: Document, caller: User) -> User:
        """Return the user that stands for the agency that a request names.

        Raises:
            Refused: there is no such agency, or it does not trust the caller's account.
        """
        identity = self._identity
        directory = identity.directory
        name = shown.get("agency_name") or shown.get("xrole_name")
        if not name:
            raise Refused("identity.expected", what="agency_name", where="assume_role")
        if not (shown.get("domain_id") or shown.get("domain_name")):
            raise Refused("identity.expected", what="domain_name or domain_id",
                          where="assume_role")
        domain = self._domain({"id": shown.get("domain_id"), "name": shown.get("domain_name")},
                              "identity/assume_role/domain")
        found = directory.agency(name, domain)
        if found is None:
            if not identity.lenient:
                raise because("agency.unknown", agency=name, domain=domain.name)
            found = directory.add_agency(name, domain, identity.domain_of(caller))
        trusted, home = directory.domains[found.trust_domain_id], identity.domain_of(caller)
        if trusted is not home and not identity.lenient:
            raise because("agency.trust", agency=name, trusted=trusted.name, domain=home.name)
        return identity.stand_in(found)

    def _token(self, shown: Document) -> Entry:
        token = self._identity.token(shown["id"])
        if token.credential is not None or token.assumed_by is not None:
            raise because("token.delegated", "identity.delegated")
        return Entry(self._able(token.user), token.methods, expires_at=token.expires_at,
                     audit_ids=token.audit_ids)

    def _credential(self, shown: Document) -> Entry:
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
                    raise because("credential.unknown", "identity.not_found", {
                        "what": "Application Credential", "id": shown["id"]},
                        credential=shown["id"])
                raise because("credential.unknown", credential=shown["name"])
            user = user or self._default_user()
            name = shown.get("id") or shown.get("name") or ""
            credential = ApplicationCredential(
                shown.get("id") or derived_id("credential", user.id, name), name,
                shown.get("secret", ""), user.id, self._default_project().id)
            directory.credentials[credential.id] = credential
        ended = credential.expires_at is not None and credential.expires_at <= identity.now
        if ended:
            raise because("credential.expired", credential=credential.name)
        if not identity.lenient and shown.get("secret") != credential.secret:
            raise because("credential.secret", credential=credential.name)
        owner = directory.users.get(credential.user_id)
        project = directory.projects.get(credential.project_id)
        if owner is None or project is None:
            raise because("credential.owner", credential=credential.name)
        return Entry(self._able(owner), expires_at=credential.expires_at, credential=credential,
                     bound_to=project)

    def _key(self, shown: Document) -> Entry:
        identity = self._identity
        access, secret = shown["access"]["key"], shown["secret"]["key"]
        key = identity.keys.get(access)
        if key is None:
            if not identity.lenient:
                raise because("key.unknown", access=access)
            return Entry(self._able(self._default_user()))
        if key.expires_at is not None and key.expires_at <= identity.now:
            raise because("key.expired", access=access)
        if not identity.lenient and secret != key.secret:
            raise because("key.secret", access=access)
        user = identity.user_of(key.user_id)
        if user is None:
            raise because("key.owner", access=access)
        return Entry(self._able(user))

    # scope

    def _enter_scope(
        self, entry: Entry, scope: tuple[str, Document] | None, by_default: bool
    ) -> None:
        identity = self._identity
        if entry.bound_to is not None:
            entry.project = entry.bound_to
            entry.roles = identity.roles(entry.user, entry.project.id)
            own = entry.credential.roles if entry.credential else None
            if own is not None:
                entry.roles = tuple(role for role in entry.roles if role in own)
                if not entry.roles:
                    raise because("roles.none", user=entry.user.name, where=entry.project.name)
            return
        if scope is None:
            home = entry.user.default_project_id
            project = identity.directory.projects.get(home) if by_default and home else None
            if project is not None and project.enabled:
                entry.roles = identity.directory.roles(entry.user.id, project.id)
                entry.project = project if entry.roles else None
            return
        kind, named = scope
        if kind == "project":
            entry.project = self._project(named, entry.user)
            entry.roles = identity.roles(entry.user, entry.project.id)
        elif kind == "domain":
            entry.domain = self._domain(named, "scope/domain")
            if identity.profile.opens_own_domain and entry.domain.id == entry.user.domain_id:
                # Open Telekom Cloud gives each user a token of their account, even without roles.
                entry.roles = identity.directory.roles(entry.user.id, entry.domain.id)
            else:
                entry.roles = identity.roles(entry.user, entry.domain.id)
        elif kind == "system":
            raise because("scope.system", "identity.system")
        else:
            raise because("scope.trust")

    # look-ups by id and name

    def _user(self, named: Document, field: str) -> User:
        identity = self._identity
        id, name = id_or_name(named, field)
        domain: Domain | None = None
        if id is None:
            if "domain" not in named:
                raise Refused("identity.expected", what="domain", where="user")
            domain = self._domain(named["domain"], f"{field}/domain")
        user = identity.directory.user(id, name, domain)
        if user is None:
            if not identity.lenient:
                raise because("user.unknown", user=id or name,
                              domain=(domain or identity.home).name)
            user = identity.directory.add_user(id or name or "", domain or identity.home, id,
                                               named.get("password"))
        return self._able(user)

    def _able(self, user: User) -> User:
        domain = self._identity.domain_of(user)
        if not user.enabled:
            raise because("user.disabled", user=user.name)
        if not domain.enabled:
            raise because("domain.disabled", domain=domain.name)
        return user

    def _project(self, named: Document, user: User) -> Project:
        identity = self._identity
        id, name = id_or_name(named, "scope/project")
        domain = identity.domain_of(user)
        if id is None:
            if "domain" in named:
                domain = self._domain(named["domain"], "scope/project/domain")
            elif not identity.profile.domain_is_implied:
                raise Refused("identity.expected", what="domain", where="project")
        project = identity.directory.project(id, name, domain)
        if project is None and identity.lenient and id is not None:
            project = identity.directory.project(None, id, domain)  # a name in place of the id
        if project is None and identity.lenient:
            if id is None and name == identity.region:
                # By any domain, the region's name means the default project.
                project = self._default_project()
            else:
                project = identity.directory.add_project(id or name or "", domain, id)
        if project is None:
            raise because("project.unknown", project=id or name, domain=domain.name)
        if not project.enabled:
            raise because("project.disabled", project=project.name)
        return project

    def _domain(self, named: Document, field: str) -> Domain:
        identity = self._identity
        id, name = id_or_name(named, field)
        domain = identity.directory.domain(id, name)
        if domain is None and identity.lenient:
            given = id or name or ""
            if given.lower() == "default":
                # Half of the clients say so, whatever the cloud calls its domain.
                domain = identity.home
            else:
                domain = (identity.directory.domain(given, None)
                          or identity.directory.domain(None, given)
                          or identity.directory.add_domain(given, id))
        if domain is None:
            raise because("domain.unknown", domain=id or name, profile=identity.profile.name,
                          known=", ".join(repr(row.name)
                                          for row in identity.directory.domains.values()))
        if not domain.enabled:
            raise because("domain.disabled", domain=domain.name)
        return domain

    def _default_user(self) -> User:
        from ..callers import DEFAULT_USER_ID

        user = self._identity.directory.users.get(DEFAULT_USER_ID)
        if user is None:
            raise because("user.default")
        return user

    def _default_project(self) -> Project:
        from ..callers import DEFAULT_PROJECT_ID

        project = self._identity.directory.projects.get(DEFAULT_PROJECT_ID)
        if project is None:
            raise because("project.default")
        return project


def _both(one: Entry, other: Entry) -> Entry:
    """Combine the results of two methods of one log-in."""
    expiries = [at for at in (one.expires_at, other.expires_at) if at is not None]
    return Entry(one.user, (*one.methods, *other.methods),
                 expires_at=min(expiries, default=None),
                 audit_ids=one.audit_ids or other.audit_ids,
                 credential=one.credential or other.credential,
                 bound_to=one.bound_to or other.bound_to,
                 assumed_by=one.assumed_by or other.assumed_by)
