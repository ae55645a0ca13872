"""The profile ``openstack``, held against the recorded answers of a real Glance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conversations import CONVERSATIONS
from differ import Score, compare, table
from player import Conversation, Player, load

from fake_ims import FakeIMS

DECISIONS = Path(__file__).resolve().parents[2] / "docs" / "decisions.md"
STATUS_SHARE = 0.98
BODY_SHARE = 0.95


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeIMS]:
    """One running fake for all conversations."""
    with FakeIMS(profile="openstack", auth="triple") as running:
        yield running


@pytest.fixture(scope="module")
def scores(fake: FakeIMS) -> dict[str, Score]:
    """Every conversation, played once at an empty fake."""
    found = {}
    for conversation in CONVERSATIONS:
        fake.reset(glance=conversation.glance)
        player = Player(
            fake.url, progress=lambda: None, tick=lambda: fake.clock.advance("2s"), looks=50
        )
        found[conversation.name] = compare(conversation, player)
    table(found.values())
    return found


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda c: c.name)
def test_recording_is_complete(conversation: Conversation) -> None:
    """Each step was recorded, and nothing else was."""
    assert list(load(conversation.name)) == [step.id for step in conversation.steps]


def test_shares(scores: dict[str, Score]) -> None:
    """Nearly every answer has Glance's status and Glance's body."""
    total = Score("all")
    for score in scores.values():
        if not score.metadef:
            total.add(score)
    assert total.steps >= 350
    assert total.status / total.steps >= STATUS_SHARE, "\n".join(
        str(d) for d in total.differences if d.status
    )
    assert total.body / total.steps >= BODY_SHARE, "\n".join(
        str(d) for d in total.differences if d.body
    )


@pytest.mark.parametrize(
    "conversation", [c for c in CONVERSATIONS if not c.metadef], ids=lambda c: c.name
)
def test_every_difference_is_decided(conversation: Conversation, scores: dict[str, Score]) -> None:
    """Where the fake answers differently, docs/decisions.md says so, by the step's name.

    That every answer carries a request id is one row there, for all the steps it touches.
    """
    decided = DECISIONS.read_text()
    undecided = [d for d in scores[conversation.name].differences
                 if f"`{d.name}`" not in decided and not d.only_a_request_id_more]
    assert not undecided, "\n".join(map(str, undecided))
