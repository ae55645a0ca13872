"""Plays conversations with an identity service, as its administrator."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from player import Answer, Conversation, Json, Player, Raw, Step

_ID = re.compile(r"\b[0-9a-f]{32}\b")
#: Lists whose order is the database's.
_LISTS = frozenset({"application_credentials", "domains", "groups", "projects",
                    "role_assignments", "roles", "users", "subtree", "tags"})


class KeystonePlayer(Player):
    """Plays at the service below ``base``, and replaces the ids that it makes.

    The administrator logs in first: ``{admin}`` is their token, ``{root}`` their id.
    """

    def __init__(self, base: str, name: str, password: str, project: str, domain: str,
                 tick: Callable[[], None]) -> None:
        super().__init__(base, lambda: None, tick)
        self._log_in = Step("log-in", "POST", "/v3/auth/tokens", caller=None, json={"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": name, "domain": {"id": domain}, "password": password}}},
            "scope": {"project": {"name": project, "domain": {"id": domain}}}}},
            capture={"admin": "header.x-subject-token", "root": "body.token.user.id"})
        self._first: dict[str, str] = {}

    def play(self, conversation: Conversation) -> Iterator[tuple[Step, Answer]]:
        """Each step with its answer, in order."""
        self.variables, self.usual = {}, {}
        raw = self.ask(self._log_in)
        assert raw.status == 201, raw.body
        self._capture(self._log_in, raw)
        self.given = set()
        for step in conversation.steps:
            # A token and what ends it are kept in whole seconds: let one pass between them.
            if step.method != "GET" and step.id in self._slow(conversation):
                self.tick()
            raw = self.ask(step)
            self._capture(step, raw)
            yield step, self._comparable(step, raw)

    def _slow(self, conversation: Conversation) -> frozenset[str]:
        """The steps before which a second must pass: the log-ins, and the next change after."""
        slow, fresh = set(), False
        for step in conversation.steps:
            if step.path == "/v3/auth/tokens" and step.method == "POST":
                slow.add(step.id)
                fresh = True
            elif fresh and step.method in ("POST", "PATCH", "DELETE", "PUT"):
                slow.add(step.id)
                fresh = False
        return frozenset(slow)

    def _comparable(self, step: Step, raw: Raw) -> Answer:
        answer = super()._comparable(step, raw)
        names = {value: name for name, value in self.variables.items() if _ID.fullmatch(value)}
        fresh: dict[str, str] = {}

        def named(match: re.Match[str]) -> str:
            found = match[0]
            if found in repr(step.json):
                return found
            return f"<{names.get(found) or fresh.setdefault(found, f'id{len(fresh) + 1}')}>"

        def clean(value: Json, key: str = "") -> Any:
            if isinstance(value, str):
                return _ID.sub(named, value)
            if isinstance(value, list):
                rows = value
                if key in _LISTS:
                    rows = sorted(value, key=lambda row: _ID.sub(
                        lambda match: names.get(match[0], "~"), json.dumps(row, sort_keys=True)))
                return [clean(row) for row in rows]
            if isinstance(value, dict):
                return {clean(name): clean(value[name], name) for name in value}
            return value

        return Answer(answer.status, clean(dict(answer.headers)), clean(answer.body))
