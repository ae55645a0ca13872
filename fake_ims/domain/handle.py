"""The base of the objects that tests hold: misspelt names, ``dir()``, ``repr()``, tracebacks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from types import FunctionType
from typing import TYPE_CHECKING, Any, ClassVar, Literal, ParamSpec, TypeVar, cast

from ..errors import FakeImsError, UnknownNameError, hint

P = ParamSpec("P")
R = TypeVar("R")

# pytest leaves the frames of this module out of tracebacks.
__tracebackhide__ = True

#: Says what to write instead of a name: for a class, a name, and whether it was to be set. The
#: layer that knows all handles adds one; see ``fake.places``.
Adviser = Callable[[type, str, bool], str | None]
advisers: list[Adviser] = []

_MISSING = object()
_set = object.__setattr__
# Flags of code objects: CO_COROUTINE; CO_VARARGS and CO_VARKEYWORDS.
_COROUTINE, _MORE = 0x80, 0x0C
_SPECIAL = frozenset({
    "__aenter__", "__aexit__", "__bool__", "__call__", "__contains__", "__delitem__", "__enter__",
    "__exit__", "__getitem__", "__iter__", "__len__", "__setattr__", "__setitem__",
})


class Handle:
    """An object that a test holds.

    A class declares its attributes as annotations, properties or slots. Only these can be set.
    Names that begin with ``_`` are the class's own business. An error of ours that a public method
    raises ends its traceback at the line that called it.

    Attributes:
        _INTERNAL: public names that are not for tests: ``dir()`` leaves them out, and their
            tracebacks are whole.
        _SURE: public names that never raise an error of ours, and are called often.
    """

    __slots__ = ()
    _INTERNAL: ClassVar[frozenset[str]] = frozenset()
    _SURE: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls, **settings: Any) -> None:
        super().__init_subclass__(**settings)
        kept = cls._INTERNAL | cls._SURE
        for name, value in list(vars(cls).items()):
            if name in kept or (name.startswith("_") and name not in _SPECIAL):
                continue
            if type(value) is FunctionType:
                setattr(cls, name, at_callers_line(value))
            elif type(value) is property and value.fget is not None:
                setattr(cls, name, property(at_callers_line(value.fget), value.fset, value.fdel,
                                            value.__doc__))

    if not TYPE_CHECKING:  # a type checker takes these as leave for every name
        def __setattr__(self, name: str, value: object) -> None:
            if name[0] == "_":
                _set(self, name, value)
                return
            may = _may_set(type(self), name)
            if may != "yes" and not (may == "callable" and callable(value)):
                raise refusal(type(self), name)
            try:
                _set(self, name, value)
            except FakeImsError as error:
                raise error.with_traceback(None)  # noqa: B904 - it is the same error

        def __getattr__(self, name: str) -> object:
            if name.startswith("_"):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}",
                                     name=name, obj=self)
            if hasattr(type(self), name):  # what there is has raised an AttributeError itself
                return object.__getattribute__(self, name)
            raise UnknownNameError(f"{type(self).__name__} has no {name!r}; "
                                   f"{advice(type(self), name, setting=False)}", name)

    def __dir__(self) -> Iterable[str]:
        """The public names."""
        return [name for name in object.__dir__(self)
                if not name.startswith("_") and name not in self._INTERNAL]

    def _told(self) -> str:
        """What the repr says; runs in any thread, and also after the end."""
        return ""

    def __repr__(self) -> str:
        try:
            told = self._told()
        except Exception:  # the state may be changing, or gone
            told = "its state cannot be read now"
        return f"<{type(self).__name__}{': ' * bool(told)}{told}>"


def at_callers_line(function: Callable[P, R]) -> Callable[P, R]:
    """The function, with tracebacks of our errors that end at the line that calls it.

    Failed assertions of what is called ``assert_...`` or ``check`` count as ours.
    """
    if not isinstance(function, FunctionType) or hasattr(function, "__wrapped__") or (
            hasattr(function, "__isabstractmethod__")):
        return function
    name = function.__name__
    ours: tuple[type[Exception], ...] = (FakeImsError,)
    if name.startswith("assert_") or name == "check":
        ours = (FakeImsError, AssertionError)
    call = _guarded(function, ours)
    # As functools.wraps does; it takes three times as long, and a fake has many methods.
    call.__name__ = name
    call.__qualname__ = function.__qualname__
    call.__module__ = function.__module__
    call.__doc__ = function.__doc__
    call.__wrapped__ = function
    return cast("Callable[P, R]", call)


def _guarded(function: FunctionType, ours: tuple[type[Exception], ...]) -> Any:
    code = function.__code__
    if code.co_flags & _COROUTINE:
        async def wait(*args: Any, **kwargs: Any) -> Any:
            try:
                return await function(*args, **kwargs)
            except ours as error:
                raise error.with_traceback(None)  # noqa: B904 - it is the same error

        return wait
    if code.co_argcount == 1 and not code.co_kwonlyargcount and not code.co_flags & _MORE:
        def look(self: Any) -> Any:  # half the time of the general one: properties are many
            try:
                return function(self)
            except ours as error:
                raise error.with_traceback(None)  # noqa: B904 - it is the same error

        return look

    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except ours as error:
            raise error.with_traceback(None)  # noqa: B904 - it is the same error

    return call


def refusal(kind: type, name: str) -> UnknownNameError:
    """The error for an attribute that cannot be set."""
    found = getattr(kind, name, _MISSING)
    if found is _MISSING:
        wrong = f"{kind.__name__} has no {name!r}"
    elif callable(found):
        wrong = f"{kind.__name__}.{name} is a method, and cannot be set"
    else:
        wrong = f"{kind.__name__}.{name} cannot be set"
    return UnknownNameError(f"{wrong}; {advice(kind, name, setting=True)}", name)


def advice(kind: type, name: str, *, setting: bool) -> str:
    """What to write instead of a name."""
    for adviser in advisers:
        told = adviser(kind, name, setting)
        if told is not None:
            return told
    return hint(name, [known for known in public_names(kind) if known != name])


@cache
def public_names(kind: type) -> frozenset[str]:
    """The names of a class that tests use."""
    internal: frozenset[str] = getattr(kind, "_INTERNAL", frozenset())
    return frozenset(name for name in {*dir(kind), *_declared(kind)}
                     if not name.startswith("_") and name not in internal)


@cache
def settable(kind: type, name: str) -> bool:
    """Whether a test may set that attribute to a value."""
    return _may_set(kind, name) == "yes" and (
        name in _declared(kind) or isinstance(getattr(kind, name), property))


@cache
def _may_set(kind: type, name: str) -> Literal["yes", "callable", "no"]:
    for base in kind.__mro__:
        found = vars(base).get(name, _MISSING)
        if found is _MISSING:
            continue
        if isinstance(found, property):
            return "no" if found.fset is None else "yes"
        if callable(found) and name not in _declared(kind):
            return "callable"  # as mocks do
        return "yes"
    return "yes" if name in _declared(kind) else "no"


@cache
def _declared(kind: type) -> frozenset[str]:
    """The names that a class and its bases annotate."""
    return frozenset(name for base in kind.__mro__
                     for name in getattr(base, "__annotations__", {}))
