"""Judges a run with failures: survived, failed well, wrong, or not reached."""

from __future__ import annotations

import http.client
import json
import sys
from dataclasses import dataclass
from typing import Literal

from .snapshot import Snapshot, broken, differences

Word = Literal["survived", "failed well", "wrong", "not reached"]

# Exceptions of the network that a client may pass on.
_OF_THE_NETWORK = (ConnectionError, TimeoutError, OSError, http.client.HTTPException)
INVARIANTS = ("orphan", "duplicate", "lost")
_OUR_OWN = frozenset({"builtins", "json", "fake_ims", "pytest_fake_ims", "_pytest"})


@dataclass(frozen=True)
class Verdict:
    """The verdict on a run.

    Attributes:
        word: the verdict.
        why: the reason, in a sentence.
    """

    word: Word
    why: str


@dataclass(frozen=True)
class Outcome:
    """The outcome of a run.

    Attributes:
        error: the exception that the test raised; None if it passed.
        hang: why the run counts as hanging; empty if it does not.
        reached: whether every fault fired.
        left: the images after the run.
    """

    error: BaseException | None
    hang: str
    reached: bool
    left: Snapshot


def judge(
    outcome: Outcome, clean: Snapshot, *,
    expect: tuple[type[BaseException], ...] = (), allow: frozenset[str] = frozenset(),
) -> Verdict:
    """Judge a run.

    Args:
        outcome: the outcome of the run.
        clean: the images after the clean run.
        expect: exceptions that the test may raise besides the client's own.
        allow: rules that the run may break: ``orphan``, ``duplicate``, ``lost``. With ``assert``,
            a failing assertion of the test counts as an exception of the client.
    """
    if outcome.hang:
        return Verdict("wrong", f"hang: {outcome.hang}")
    if not outcome.reached:
        return Verdict("not reached", "the test did not send this request again")
    left = [text for name, text in broken(clean, outcome.left) if name not in allow]
    error = outcome.error
    if error is None:
        if left:
            return Verdict("wrong", f"the test passed, but left {'; '.join(left)}")
        changed = differences(clean, outcome.left)
        if changed and allow.isdisjoint(INVARIANTS):
            return Verdict("wrong", "the test passed, but its images differ from the clean run: "
                           f"{'; '.join(changed)}")
        return Verdict("survived", "the test passed")
    told = f"{_name(type(error))}: {_first_line(error)}"
    if isinstance(error, expect):
        pass
    elif _is_assertion(error):
        if "assert" not in allow:
            return Verdict("wrong", f"the client raised no error, but the test found: {told}")
    elif not _is_clients(error):
        return Verdict("wrong", f"the client raised an unexpected exception: {told}")
    if left:
        return Verdict("wrong", f"the test raised {told}, and left {'; '.join(left)}")
    return Verdict("failed well", told)


def _is_assertion(error: BaseException) -> bool:
    pytest_failed = type(error).__module__ == "_pytest.outcomes"
    return isinstance(error, AssertionError) or pytest_failed


def _is_clients(error: BaseException) -> bool:
    """Return whether an exception is one that the client expects its users to handle."""
    if isinstance(error, json.JSONDecodeError):
        return False  # in any package: the client did not check whether the body was JSON
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
    # The text can contain what the service sent; no control characters on the terminal.
    return "".join(one if one.isprintable() else ascii(one)[1:-1]
                   for one in (lines[0][:200] if lines else ""))
