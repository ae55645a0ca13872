"""Identity's administration in profile ``openstack``, held against a real Keystone's answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from differ import Score, compare, table
from identity import CONVERSATIONS
from keystone_player import KeystonePlayer
from player import Conversation, load

from fake_ims import FakeIMS

DECISIONS = Path(__file__).resolve().parents[2] / "docs" / "decisions.md"


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeIMS]:
    """One running fake for all conversations."""
    with FakeIMS(profile="openstack", auth="issued") as running:
        yield running


@pytest.fixture(scope="module")
def scores(fake: FakeIMS) -> dict[str, Score]:
    """Every conversation, played once at a new identity service."""
    found = {}
    for conversation in CONVERSATIONS:
        fake.reset()
        player = KeystonePlayer(fake.url, "admin", fake.password, fake.project_name, "default",
                                tick=lambda: None)
        found[conversation.name] = compare(conversation, player)
    table(found.values())
    return found


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda c: c.name)
def test_recording_is_complete(conversation: Conversation) -> None:
    """Each step was recorded, and nothing else was."""
    assert list(load(conversation.name)) == [step.id for step in conversation.steps]


@pytest.mark.parametrize("conversation", CONVERSATIONS, ids=lambda c: c.name)
def test_every_difference_is_decided(conversation: Conversation, scores: dict[str, Score]) -> None:
    """Where the fake answers differently, docs/decisions.md says so, by the step's name."""
    decided = DECISIONS.read_text()
    score = scores[conversation.name]
    undecided = [d for d in score.differences
                 if f"`{d.name}`" not in decided and not d.only_a_request_id_more]
    assert not undecided, "\n".join(map(str, undecided))
    assert score.steps >= 40
