"""Two answers to one step, laid side by side."""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from player import Answer, Conversation, Player, Step, load

REQUEST_ID = "x-openstack-request-id"


@dataclass(frozen=True)
class Difference:
    """A step that was answered differently."""

    conversation: str
    step: Step
    want: Answer
    got: Answer

    @property
    def name(self) -> str:
        """Conversation and step: how docs/decisions.md calls it."""
        return f"{self.conversation}/{self.step.id}"

    @property
    def status(self) -> bool:
        """The status differs."""
        return self.want.status != self.got.status

    @property
    def headers(self) -> bool:
        """Some header that is compared differs."""
        return dict(self.want.headers) != dict(self.got.headers)

    @property
    def only_a_request_id_more(self) -> bool:
        """The fake sends a request id where Glance sends none, and nothing else differs."""
        here = dict(self.got.headers)
        extra = here.pop(REQUEST_ID, None) is not None and REQUEST_ID not in self.want.headers
        return extra and here == dict(self.want.headers) and not (self.status or self.body)

    @property
    def body(self) -> bool:
        """The body differs."""
        return bool(self.want.body != self.got.body) or type(self.want.body) is not type(
            self.got.body
        )

    def __str__(self) -> str:
        query = "?" + self.step.query if self.step.query else ""
        lines = [f"{self.name}: {self.step.method} {self.step.path}{query} as {self.step.caller}"]
        if self.status:
            lines.append(f"    status: Glance {self.want.status}, here {self.got.status}")
        for name in sorted({*self.want.headers, *self.got.headers}):
            ours, theirs = self.got.headers.get(name), self.want.headers.get(name)
            if ours != theirs:
                lines.append(f"    {name}: Glance {theirs!r}, here {ours!r}")
        if self.body:
            lines += [
                "    body:",
                *("      " + line for line in _body_diff(self.want.body, self.got.body)),
            ]
        return "\n".join(lines)


def _lines(body: Any) -> list[str]:
    if isinstance(body, str):
        return body.splitlines()
    return json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False).splitlines()


def _body_diff(want: Any, got: Any) -> Iterable[str]:
    for line in difflib.unified_diff(_lines(want), _lines(got), "Glance", "here", lineterm="", n=1):
        if not line.startswith(("---", "+++", "@@")):
            yield line[:200]


@dataclass
class Score:
    """How alike a conversation's answers are."""

    name: str
    metadef: bool = False
    steps: int = 0
    status: int = 0
    headers: int = 0
    body: int = 0
    differences: list[Difference] = field(default_factory=list)

    def add(self, other: Score) -> None:
        """Sum up."""
        self.steps += other.steps
        self.status += other.status
        self.headers += other.headers
        self.body += other.body
        self.differences += other.differences

    def row(self) -> str:
        """A line of the table."""
        total = max(self.steps, 1)
        shares = (100 * n / total for n in (self.status, self.headers, self.body))
        return f"{self.name:24}{self.steps:6}" + "".join(f"{share:9.1f}%" for share in shares)


HEAD = f"{'conversation':24}{'steps':>6}{'status':>10}{'headers':>10}{'bodies':>10}"


def compare(
    conversation: Conversation, player: Player, recorded: Mapping[str, Answer] | None = None
) -> Score:
    """Play a conversation and lay its answers beside the recorded ones."""
    want = load(conversation.name) if recorded is None else recorded
    score = Score(conversation.name, conversation.metadef)
    for step, answer in player.play(conversation):
        if step.id not in want:
            raise KeyError(f"{conversation.name}: {step.id} was never recorded; run record.py")
        difference = Difference(conversation.name, step, want[step.id], answer)
        score.steps += 1
        score.status += not difference.status
        score.headers += not difference.headers
        score.body += not difference.body
        if difference.status or difference.headers or difference.body:
            score.differences.append(difference)
    return score


def table(scores: Iterable[Score], show: Callable[[str], None] = print) -> None:
    """Print the table with its sum."""
    total = Score("all without metadefs")
    show(HEAD)
    for score in scores:
        show(score.row())
        if not score.metadef:
            total.add(score)
    show(total.row())
