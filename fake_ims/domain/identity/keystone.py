"""The identity service of one fake: its directory, and the tokens that it issues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..reasons import because
from ..refusal import Refused
from .directory import Directory
from .entrance import Entrance, Entry
from .people import AccountAgency, Domain, Project, User
from .population import populate, role_by_name
from .token_details import Token, audit_id

if TYPE_CHECKING:
    from ...server.state import Service
    from ..callers import Caller
    from ..keys import AccessKey

DEFAULT_LIFETIME = 86400.0
_NEVER = 365 * 86400.0
# Maximum length of an id in a token of mode ``triple``.
_LONGEST = 255


class Keystone:
    """Users, projects and tokens of one fake.

    Args:
        service: the service state: tokens, access keys, profile and time.

    Attributes:
        profile: names the default domain, and what OTC's IAM allows beyond Keystone.
        region: name of the region and of the default project.
        directory: domains, projects, users, groups and roles.
        keys: the access keys.
        home: the default domain.
        token_lifetime: how long a token is valid, in seconds.
    """

    def __init__(self, service: Service) -> None:
        self.profile = service.profile
        self.region = service.region
        self.keys = service.keys
        self.directory = Directory()
        self.home = populate(self.directory, self.profile.domain, self.region)
        self.token_lifetime = DEFAULT_LIFETIME
        self._issued = service.tokens
        self._clock = service.clock
        self._keys_met = 0
        self._locked_keys: dict[str, list[AccessKey]] = {}
        self._tokens: dict[str, Token] = {}
        self._stand_ins: dict[str, User] = {}
        self.entrance = Entrance(self)

    @property
    def lenient(self) -> bool:
        """Whether unknown users can log in, too."""
        return self._issued.mode != "issued"

    @property
    def now(self) -> float:
        """Return the fake's time."""
        return self._clock.now()

    # logging in

    def log_in(self, auth: Mapping[str, Any], caller: User | None = None) -> Token:
        """Issue a token for the content of ``auth`` of a log-in, which has passed ``check``.

        Args:
            auth: the content.
            caller: the user who assumes an agency.

        Raises:
            Refused: where Keystone refuses.
        """
        self.meet()
        return self._issue(self.entrance.enter(auth, caller))

    def _issue(self, entry: Entry) -> Token:
        now = self.now
        expires_at = now + self.token_lifetime
        if entry.expires_at is not None:
            expires_at = min(expires_at, entry.expires_at)
        project_id = entry.project.id if entry.project else None
        if self._issued.mode == "triple":
            # The token contains the ids, and travels in a header.
            for id in (entry.user.id, project_id or ""):
                if ":" in id or not id.isascii() or not id.isprintable() or len(id) > _LONGEST:
                    raise because("triple.ids", user=entry.user.id, project=project_id)
        caller = self._issued.issue(project_id, user_id=entry.user.id, roles=entry.roles,
                                     expires_at=expires_at)
        self._issued.newcomers.pop()
        token = Token(caller.token, entry.user, self.domain_of(entry.user), entry.project,
                      self.domain_of(entry.project) if entry.project else entry.domain,
                      entry.roles, entry.methods, now, expires_at,
                      (audit_id(), *entry.audit_ids[:1]), entry.credential, entry.assumed_by)
        self._tokens[caller.token] = token
        return token

    def token(self, token: str) -> Token:
        """Return the details of a token, wherever it comes from.

        Raises:
            Refused: ``identity.strange_token`` or ``identity.stale_token``.
        """
        self.meet()
        expires_at = self._issued.expires_at(token)
        try:
            caller = self._issued.identify(token, self.now)
        except Refused as refused:
            key = "identity.strange_token" if expires_at is None else "identity.stale_token"
            again = Refused(key)
            again.why = refused.why
            raise again from None
        known = self._tokens.get(token)
        if known is None:
            known = self._tokens[token] = self._token_of(caller, token)
        if expires_at is not None:
            known.expires_at = expires_at  # a test may have moved it
        return known

    def _token_of(self, caller: Caller, token: str) -> Token:
        """Return the token of a caller who has not logged in."""
        user, project = self._known(caller)
        now = self.now
        return Token(token, user, self.domain_of(user), project,
                     self.domain_of(project) if project else None, caller.roles, ("password",),
                     now, now + _NEVER, permanent=True)

    def revoke(self, token: str) -> None:
        """Revoke a token for good."""
        self._issued.identify(token, self.now)
        self._issued.end(token)

    def lock(self, user: User) -> None:
        """Revoke all tokens of a user, and suspend their access keys."""
        user.enabled = False
        self.end_tokens_of(user)
        for key in self.keys_of(user.id):
            self.keys.remove(key.access)
            self._locked_keys.setdefault(user.id, []).append(key)

    def end_tokens_of(self, user: User) -> None:
        """Revoke all tokens of a user."""
        for token in self._issued.tokens_of(user.id):
            self._issued.end(token)

    def end_tokens_in(self, project: Project) -> None:
        """Revoke all tokens of a project."""
        for token in self._issued.tokens_in(project.id):
            self._issued.end(token)

    def remove_project(self, project: Project) -> None:
        """Remove a project, with the roles on it and its tokens."""
        self.end_tokens_in(project)
        self.directory.remove_project(project)

    def remove_user(self, user: User) -> None:
        """Remove a user, with their roles, tokens, credentials and keys."""
        self.lock(user)
        self.directory.remove_user(user)

    def remove_domain(self, domain: Domain) -> None:
        """Remove a domain, with its users, projects, groups and roles."""
        self.close_domain(domain)
        for user in [row for row in self.directory.users.values() if row.domain_id == domain.id]:
            self.lock(user)
        self.directory.remove_domain(domain)

    def close_domain(self, domain: Domain) -> None:
        """Revoke the tokens of a domain's users and projects."""
        for user in self.directory.users.values():
            if user.domain_id == domain.id:
                self.end_tokens_of(user)
        for project in self.directory.projects.values():
            if project.domain_id == domain.id:
                self.end_tokens_in(project)

    def reassess(self) -> None:
        """Give the tokens of all log-ins the roles that their users have now.

        As in Keystone, whose tokens contain no roles: a change of assignments changes them, too.
        """
        for text, token in self._tokens.items():
            where = token.project or token.domain
            if not token.methods or where is None or token.permanent:
                continue
            roles = self.directory.roles(token.user.id, where.id)
            if token.credential is not None and token.credential.roles is not None:
                roles = tuple(role for role in roles if role in token.credential.roles)
            self._issued.reassess(text, roles)
            token.roles = roles

    def stand_in(self, agency: AccountAgency) -> User:
        """Return the user that stands for an agency: in its account, with its id and roles."""
        user = self._stand_ins.get(agency.id)
        if user is None:
            name = f"{self.directory.domains[agency.domain_id].name}/{agency.name}"
            user = self._stand_ins[agency.id] = User(agency.id, name, agency.domain_id)
        return user

    def user_of(self, user_id: str) -> User | None:
        """Return a user, or the one that stands for an agency, by id."""
        agency = self.directory.agencies.get(user_id)
        return self.directory.users.get(user_id) if agency is None else self.stand_in(agency)

    def unlock(self, user: User) -> None:
        """Let a user log in again, and restore their access keys."""
        user.enabled = True
        for key in self._locked_keys.pop(user.id, ()):
            self.keys.put(key)

    def temporary_key(
        self, user: User, project_id: str | None, access: str, secret: str, security_token: str,
        expires_at: float,
    ) -> AccessKey:
        """Add a temporary pair of keys, for all projects on which a user or agency has a role.

        Raises:
            Refused: there is none.
        """
        directory = self.directory
        entered = directory.projects_of(user.id)
        if project_id is not None and project_id in directory.projects:
            entered.sort(key=lambda row: row.id != project_id)
        if not entered:
            raise because("roles.none", user=user.name, where="any project")
        first, *others = entered
        key = self.keys.add(
            access, secret, project_id=first.id, user_id=user.id,
            roles=directory.roles(user.id, first.id), security_token=security_token,
            projects={row.id: directory.roles(user.id, row.id) for row in others},
            expires_at=expires_at)
        self._keys_met = len(self.keys)
        return key

    def keys_of(self, user_id: str) -> list[AccessKey]:
        """Return a user's access keys."""
        return [key for key in self.keys if key.user_id == user_id]

    # people

    def meet(self) -> None:
        """Add callers and owners of access keys that are new since the last call."""
        newcomers = self._issued.newcomers
        while newcomers:
            self._known(newcomers.pop(0))
        if len(self.keys) != self._keys_met:
            self._keys_met = len(self.keys)
            for key in self.keys:
                for project_id in (key.project_id, *key.projects):
                    caller = key.caller(project_id)
                    if caller is not None:
                        self._known(caller)

    def _known(self, caller: Caller) -> tuple[User, Project | None]:
        """Return the user and project of a caller; new ones are added to the directory."""
        from .population import PASSWORD

        directory = self.directory
        user = self.user_of(caller.user_id)
        if user is None:
            user = directory.add_user(caller.user_id, self.home, caller.user_id, PASSWORD)
        if caller.project_id is None:
            return user, None
        project = directory.projects.get(caller.project_id)
        if project is None:
            project = directory.add_project(caller.project_id, self.home, caller.project_id)
        directory.grant_roles(user.id, project.id, caller.roles)
        return user, project

    def welcome(self, caller: Caller, project_name: str) -> Project:
        """Return a project of this name that the caller can use; it is added if it is missing."""
        user, _ = self._known(caller)
        home = self.domain_of(user)
        project = (self.directory.project(None, project_name, home)
                   or self.directory.add_project(project_name, home))
        self.roles(user, project.id)
        return project

    def enter(self, caller: Caller, project_id: str) -> Caller | None:
        """Return the caller on another project. A missing project is added with the given id.

        Returns:
            None if the project is disabled.
        """
        self.meet()
        directory = self.directory
        user = self.user_of(caller.user_id) or self._known(caller)[0]
        project = directory.projects.get(project_id)
        if project is None:
            project = directory.add_project(project_id, self.domain_of(user), project_id)
        if not project.enabled:
            return None
        return replace(caller, project_id=project.id, roles=self.roles(user, project.id), token="")

    def domain_of(self, row: User | Project) -> Domain:
        """Return the domain of a user or project."""
        return self.directory.domains[row.domain_id]

    def roles(self, user: User, where: str) -> tuple[str, ...]:
        """Return a user's roles on a project or domain.

        Raises:
            Refused: ``identity.unauthorized``, if there are none.
        """
        roles = self.directory.roles(user.id, where)
        if not roles and self.lenient:
            self.directory.grant_roles(user.id, where, role_by_name(user.name))
            roles = self.directory.roles(user.id, where)
        if not roles:
            place = self.directory.projects.get(where) or self.directory.domains.get(where)
            raise because("roles.none", user=user.name, where=place.name if place else where)
        return roles
