"""The corpus of ``tests/sweep/clients``, in short; ``judge_clients.py`` sweeps all of it."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import judge_clients
import measure_depth

from fake_ims.contract.operations import BY_ID

#: What the planted bugs have to cover: Rainmaker's four patterns, Filibuster's, and ours.
PATTERNS = (
    "retry of a non-idempotent request without checking", "wrong handling of the error of a retry",
    "silent swallowing of errors", "incomplete state used as truth", "stale state used as truth",
    "missing time-out", "missing fallback",
    "error of a dependency turned into a wrong success",
    "ignores pagination", "never gives up", "hammers without pause", "ignores Retry-After",
    "undoes good work", "leaves an orphan", "raises KeyError", "raises JSONDecodeError",
    "hides the planted error behind another error", "does not come back after a 30 s outage",
    "fixed wait shorter than the service needs", "does not check the job's result",
    "does not check the checksum", "retries 400s", "reuses a consumed stream",
    "caches a token for ever", "leaks on cancel", "leaves something behind when it fails",
)


def test_the_headers() -> None:
    corpus = judge_clients.clients()
    assert sum(not client.bug for client in corpus) >= 12
    buggy = [client for client in corpus if client.bug]
    assert len(buggy) >= 42
    assert sum(client.depth == 1 for client in buggy) >= judge_clients.AIM * len(buggy)
    assert set(PATTERNS) == {client.pattern for client in buggy}
    for client in buggy:
        assert client.depth == len(client.caught_by), client.name
        for operation, _ in client.caught_by:
            assert any(fnmatchcase(known, operation) for known in BY_ID), client.name
    assert max(Counter(client.path.name[:2] for client in buggy).values()) == 1


def test_a_header_without_a_bug_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "buggy" / "01_x.py"
    path.parent.mkdir()
    path.write_text('"""A client.\n\nBUG: none.\nCAUGHT BY: images.list 503\n"""\n')
    with pytest.raises(ValueError, match="needs BUG, CAUGHT BY, DEPTH and PATTERN"):
        judge_clients.Client.read(path)


@pytest.mark.parametrize(("case", "wanted", "matches"), [
    ("2:images.upload:503", (("images.upload", "503"),), True),
    ("2:images.upload:503-after", (("images.upload", "503"),), False),
    ("2:images.upload:503-after", (("images.*", "503*"),), True),
    ("2:images.upload:503", (("images.upload", "503"), ("images.delete", "503")), False),
    ("2:images.upload:403+3:images.delete:503",
     (("images.upload", "403"), ("images.delete", "503")), True),
])
def test_which_case_is_meant(
    case: str, wanted: tuple[tuple[str, str], ...], matches: bool
) -> None:
    assert judge_clients._matches(case, wanted) is matches


def test_some_clients() -> None:
    """Two good ones, three bugs; and a bad one that is taken for a good one is accused."""
    chosen = judge_clients.clients([
        "correct/12_requests_patch", "correct/14_urllib3_fallback", "buggy/05_requests_no_timeout",
        "buggy/37_http_client_delete_twice", "buggy/57_requests_any_error_is_absent"])
    disguised = judge_clients.clients(["buggy/18_requests_key_error"])[0]
    judged = judge_clients.judge([*chosen, replace(disguised, bug="", caught_by=())])
    assert not judge_clients.meets_the_aims(judged)
    assert [line.split()[:3] for line in judge_clients.disagreements(judged)][:1] == [
        ["buggy/18_requests_key_error:", "FALSE", "ALARM"]]
    assert judge_clients.disagreements(judged[:-1]) == []
    assert all(one.runs > 5 for one in judged)


@pytest.mark.parametrize(("name", "kinds", "findings"), [
    ("buggy/01_requests_create_again", "connection", 1),
    ("buggy/17_requests_orphan", "connection", 2),
    # Only two failures show it: the first error is hidden by that of the clean-up.
    ("buggy/20_httpx_cleanup_hides", "connection", 2),
    ("buggy/53_httpx_look_up_fails", "connection", 1),
    ("correct/14_urllib3_fallback", "connection", 0),
])
def test_fewer_pairs_find_the_same(name: str, kinds: str, findings: int) -> None:
    (client,) = judge_clients.clients([name])
    compared = measure_depth.Compared.of(client.path, kinds)
    assert compared.same, compared.row
    assert len(compared.full.findings) == findings
    assert 0 < compared.reduced.pairs < compared.full.pairs / 2


def test_a_finding_that_the_reduction_loses_is_told() -> None:
    less, more = (measure_depth.Swept(1, pairs, {("orphan", "images.upload", "a.py:1 in f")} if
                                      pairs else set()) for pairs in (0, 1))
    one = measure_depth.Compared("a", "all", less, more)
    assert not one.same
    assert "**differ**" in one.row
    assert "**differ**" in measure_depth.total("all", [one])
