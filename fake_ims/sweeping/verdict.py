"""What a run with failures is worth: survived, failed as it should, or wrong."""

from __future__ import annotations

import http.client
import json
import sys
from dataclasses import dataclass
from typing import Literal

from .snapshot import Snapshot, broken, differences

Word = Literal["survived", "failed well", "wrong", "not reached"]

# What is no client's own word, but the network's.
_OF_THE_NETWORK = (ConnectionError, TimeoutError, OSError, http.client.HTTPException)
INVARIANTS = frozenset({"orphan", "duplicate", "lost"})
_OUR_OWN = frozenset({"builtins", "json", "fake_ims", "pytest_fake_ims", "_pytest"})


@dataclass(frozen=True)
class Verdict:
    """What became of a run.

    Attributes:
        word: in a word.
        why: in a sentence.
    """

    word: Word
    why: str


@dataclass(frozen=True)
class Outcome:
    """What is known of a run.

    Attributes:
        error: what the test raised; None if it passed.
        hang: why it counts as hanging; empty if it does not.
        reached: whether every fault has fired.
        left: the store after it.
    """

    error: BaseException | None
    hang: str
    reached: bool
    left: Snapshot


def judge(
    outcome: Outcome, clean: Snapshot, *,
    expect: tuple[type[BaseException], ...] = (), allow: frozenset[str] = frozenset(),
) -> Verdict:
    """The verdict on a run.

    Args:
        outcome: what became of it.
        clean: the store after the clean run.
        expect: exceptions that are right, beside the client's own.
        allow: invariants that may break: ``orphan``, ``duplicate``, ``lost``; and ``assert``: a
            failed assertion of the test counts as the client's own exception.
    """
    if outcome.hang:
        return Verdict("wrong", f"hang: {outcome.hang}")
    if not outcome.reached:
        return Verdict("not reached", "the test took another way before it came to this request")
    left = [text for name, text in broken(clean, outcome.left) if name not in allow]
    error = outcome.error
    if error is None:
        if left:
            return Verdict("wrong", f"passed, but left: {'; '.join(left)}")
        changed = differences(clean, outcome.left)
        if changed and not allow & INVARIANTS:
            return Verdict("wrong", f"passed, with another result: {'; '.join(changed)}")
        return Verdict("survived", "passed")
    told = f"{_name(type(error))}: {_first_line(error)}"
    if isinstance(error, expect):
        pass
    elif _is_assertion(error):
        if "assert" not in allow:
            return Verdict("wrong", f"no error, and a wrong result: {told}")
    elif not _is_clients(error):
        return Verdict("wrong", f"unexpected exception: {told}")
    if left:
        return Verdict("wrong", f"raised {told}, and left: {'; '.join(left)}")
    return Verdict("failed well", told)


def _is_assertion(error: BaseException) -> bool:
    pytest_failed = type(error).__module__ == "_pytest.outcomes"
    return isinstance(error, AssertionError) or pytest_failed


def _is_clients(error: BaseException) -> bool:
    """Whether an exception is one that a client means its users to handle."""
    if isinstance(error, json.JSONDecodeError):
        return False  # of whatever package: the client took for JSON what was none
    if isinstance(error, _OF_THE_NETWORK):
        return True
    package = type(error).__module__.partition(".")[0]
    return package not in _OUR_OWN and package not in sys.stdlib_module_names


def _name(kind: type[BaseException]) -> str:
    if kind.__module__ in ("builtins", "_pytest.outcomes"):
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    # What a service has sent may be anything; it must not move the cursor of a terminal.
    return "".join(one if one.isprintable() else ascii(one)[1:-1]
                   for one in (lines[0][:200] if lines else ""))
