"""``@sweep``: the decorator, which imports pytest when it is used.

The plugin looks whether this module has been loaded: no other test can be decorated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

F = TypeVar("F", bound=Callable[..., Any])


@overload
def sweep(test: F, /) -> F: ...


@overload
def sweep(
    *,
    kinds: str = ...,
    depth: int = ...,
    budget: int | str = ...,
    expect: type[BaseException] | tuple[type[BaseException], ...] = ...,
    allow: str | tuple[str, ...] = ...,
) -> Callable[[F], F]: ...


def sweep(test: Any = None, /, **settings: Any) -> Any:
    """Try every failure of a test, each by itself: ``@sweep`` or ``@sweep(...)``.

    ``from fake_ims import sweep``: in a test, ``fake_ims`` is the fixture.

    Args:
        test: the test.
        settings: what the command line says for all tests, for this one: ``kinds`` (``all`` or
            some of ``statuses``, ``connection``, ``semantic``, with commas), ``depth`` (2: pairs
            of failures, too), ``budget`` (runs, or a time such as ``"30s"``), ``expect``
            (exceptions that are right, beside the client's own), ``allow`` (invariants that may
            break: ``orphan``, ``duplicate``, ``lost``; ``assert``: the test's own assertions
            count as the client's exceptions).
    """
    import pytest

    mark = pytest.mark.fake_ims_sweep(**settings)
    return mark if test is None else mark(test)
