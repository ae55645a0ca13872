"""The decorator ``@sweep``; it imports pytest when it is used.

The plugin checks whether this module is imported: if not, no test is decorated.
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
    """Run a test again once for every possible failure of every request.

    In a test, ``fake_ims`` is the fixture: ``from fake_ims import sweep``.

    Use it as ``@sweep`` or ``@sweep(kinds="connection")``. Each run is judged by
    what it raises and by the images it leaves. The settings override the options
    ``--fake-ims-sweep-...`` for this test.

    Args:
        test: the test function.
        kinds: kinds of failures to try: ``"all"`` (default), or some of ``"statuses"``,
            ``"connection"`` and ``"semantic"``, separated by commas.
        depth: largest number of failures in one run: 1 (default), 2 or 3.
        budget: limit for this test: a number of runs, or a time such as ``"30s"``. Default: no
            limit.
        expect: exception class, or tuple of classes, that the test may raise besides the client's
            own exceptions.
        allow: rules that a run may break: ``"orphan"``, ``"duplicate"``, ``"lost"``. With
            ``"assert"``, a failing assertion of the test counts as an exception of the client.
    """
    import pytest

    mark = pytest.mark.fake_ims_sweep(**settings)
    return mark if test is None else mark(test)
