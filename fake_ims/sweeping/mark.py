"""The decorator ``@sweep``; it imports pytest when it is used.

The plugin checks whether this module is imported: if not, no test is decorated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, overload

F = TypeVar("F", bound=Callable[..., Any])


@overload
def sweep(test: F, /) -> F: ...


@overload
def sweep(
    *,
    kinds: str | Sequence[str] = ...,
    skip: str | Sequence[str] = ...,
    operations: str | Sequence[str] = ...,
    depth: int = ...,
    budget: int | str = ...,
    survive: str | Sequence[str] = ...,
    expect: type[BaseException] | tuple[type[BaseException], ...] = ...,
    allow: str | Sequence[str] = ...,
    patience: float | str = ...,
    full: bool = ...,
    real_time: bool = ...,
) -> Callable[[F], F]: ...


def sweep(test: Any = None, /, **settings: Any) -> Any:
    """Run a test again once for every possible failure of every request.

    In a test, ``fake_ims`` is the fixture: ``from fake_ims import sweep``.

    Use it as ``@sweep`` or ``@sweep(kinds="connection")``. Each run is judged by
    what it raises and by the images it leaves. The settings override the options
    ``--fake-ims-sweep-...`` and the ini file for this test.

    Args:
        test: the test function.
        kinds: kinds of failures to try: ``"all"`` (default), or some of ``"connection"``,
            ``"statuses"``, ``"lasting"`` and ``"semantic"``.
        skip: failures to leave out: globs of their names (``"page-*"``), kinds, or
            ``"images.list:stale"``.
        operations: operations whose requests fail: globs; ``"!identity.*"`` excludes.
        depth: largest number of failures in one run: 1 (default), 2 or 3.
        budget: limit for this test: a number of runs, or a time such as ``"30s"``. Default: no
            limit.
        survive: failures that the client promises to survive, named as in ``skip``. An error then
            counts as wrong.
        expect: exception class, or tuple of classes, that the test may raise besides the client's
            own exceptions.
        allow: rules that a run may break, such as ``"orphan"`` or ``"duplicate"``. With
            ``"assert"``, a failing assertion of the test counts as an exception of the client.
            With ``"empty"``, the sweep may try nothing.
        patience: how long a client may wait for a response, or go on after a failure: seconds or
            ``"10m"``.
        full: whether to run also the cases that count as equal to another one.
        real_time: whether waits take real time. By default, they take none.
    """
    import pytest

    mark = pytest.mark.fake_ims_sweep(**settings)
    return mark if test is None else mark(test)
