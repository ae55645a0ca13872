"""Durations and dues as people write them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fake_ims import UsageError
from fake_ims.domain.durations import AT_ONCE, After, by_hand, due, polls, seconds, told


@pytest.mark.parametrize(("written", "expected"), [
    (0, 0), (2.5, 2.5), ("3", 3), ("90s", 90), ("10m", 600), ("1h30m", 5400), ("500ms", 0.5),
    ("2d", 172800), (" 1m ", 60), (timedelta(minutes=1), 60),
])
def test_what_is_a_duration(written, expected):
    assert seconds(written) == expected


@pytest.mark.parametrize(("length", "words"), [
    (0, "0s"), (0.5, "0.5s"), (59, "59s"), (60, "1m"), (61, "1m1s"), (61.5, "61.5s"),
    (5400, "1h30m"), (86400, "1d"), (90061, "1d1h1m1s"),
])
def test_how_a_duration_is_told(length, words):
    assert told(length) == words
    assert seconds(words) == length


@pytest.mark.parametrize("written", ["", "fast", "10 minutes", "-1s", -1, True, None, [],
                                     float("inf"), float("nan"), timedelta(seconds=-1), "1y"])
def test_what_is_none(written):
    with pytest.raises(UsageError):
        seconds(written)


@pytest.mark.parametrize(("written", "expected"), [
    ("30s", After(30)), (0, AT_ONCE), (polls(3), polls(3)), ("polls(3)", polls(3)),
    (by_hand, by_hand), ("by hand", by_hand), ("by_hand", by_hand), ("manual", by_hand),
    ("by-hand", by_hand), ("polls(1)", polls(1)), ("polls(1000000)", polls(1_000_000)),
])
def test_when_a_transition_falls_due(written, expected):
    assert due(written) == expected


@pytest.mark.parametrize("count", [0, -1, 1_000_001, 1.5, "3", True, None])
def test_polls_counts_from_one(count):
    with pytest.raises(UsageError, match="must be an integer from 1 to 1000000"):
        polls(count)


def test_dues_print_as_they_are_written():
    assert [str(due(text)) for text in ("90s", "polls(2)", "by hand")] == ["90s", "polls(2)",
                                                                         "by hand"]


def test_a_misspelt_polls_is_completed_in_the_error() -> None:
    for text in ("polls 3", "poll(3)", "polls3"):
        with pytest.raises(UsageError, match=r"did you mean 'polls\(3\)'\?"):
            seconds(text)
    with pytest.raises(UsageError, match=r"did you mean 'polls\(123456789\)'\?"):
        seconds("polls(1234567890)")


@pytest.mark.parametrize("written", [float("inf"), float("nan"), -1])
def test_a_duration_is_finite(written: float) -> None:
    with pytest.raises(UsageError, match="finite and not negative"):
        seconds(written)
