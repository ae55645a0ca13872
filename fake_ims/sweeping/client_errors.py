"""The exceptions that a swept test raises: whose they are, what they say, what they hide."""

from __future__ import annotations

import asyncio
import concurrent.futures
import dis
import http.client
import re
import sys
import sysconfig
from collections.abc import Iterator, Sequence

# Exceptions of the network that a client may pass on.
_OF_THE_NETWORK = (ConnectionError, TimeoutError, asyncio.TimeoutError,
                   concurrent.futures.TimeoutError, OSError, http.client.HTTPException)
_LONGEST = 200  # characters of a line that is quoted
# Where the code of others is.
_NOT_THE_USERS = tuple({sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib",
                                                              "platlib")})
_OUR_OWN = frozenset({"builtins", "json", "fake_ims", "pytest_fake_ims", "_pytest"})


def is_assertion(error: BaseException) -> bool:
    return isinstance(error, AssertionError) or (
        type(error).__module__ == "_pytest.outcomes" and type(error).__name__ != "Skipped")


def is_clients(error: BaseException) -> bool:
    """Return whether an exception is one that the client expects its users to handle."""
    # In any package: the client did not check whether the body was JSON. That of requests is
    # another class where simplejson is installed.
    if any(kind.__name__ == "JSONDecodeError" for kind in type(error).__mro__):
        return False
    if isinstance(error, _OF_THE_NETWORK) or type(error).__name__ == "Skipped":
        return True
    package = type(error).__module__.partition(".")[0]
    return _is_meant(error) or (
        package not in _OUR_OWN and package not in sys.stdlib_module_names)


def _is_meant(error: BaseException) -> bool:
    """Return whether the user's own code raises an exception by a ``raise`` statement, as in
    ``raise RuntimeError("the image was killed")``. The interpreter raises the others."""
    trace = error.__traceback__
    if trace is None:
        return False
    while trace.tb_next is not None:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    if code.co_filename.startswith(_NOT_THE_USERS) or code.co_filename.startswith("<"):
        return False
    return any(one.offset == trace.tb_lasti and one.opname == "RAISE_VARARGS"
               for one in dis.get_instructions(code))


def leaves(error: BaseException) -> Iterator[BaseException]:
    """Yield the exceptions of a group, or the exception itself."""
    inner = getattr(error, "exceptions", None)
    if isinstance(inner, tuple) and inner and all(isinstance(one, BaseException) for one in inner):
        for one in inner:
            yield from leaves(one)
    else:
        yield error


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, and those that it names as its cause."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__


def first_error(causes: Sequence[BaseException]) -> BaseException | None:
    """Return the client's exception during whose handling an exception arose, if none names it."""
    named = set(map(id, causes))
    found = [context for one in causes if not one.__suppress_context__ or one.__cause__ is not None
             for context in contexts(one) if id(context) not in named and is_clients(context)]
    return found[-1] if found else None


def contexts(error: BaseException) -> Iterator[BaseException]:
    seen = {id(error)}
    one = error.__context__
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__context__


def status_of(error: BaseException | str) -> int | None:
    """Return the HTTP status that an error of a client has; None if none is known."""
    for holder in (getattr(error, "response", None), error):
        for name in ("status_code", "status", "http_status", "code"):
            value = getattr(holder, name, None)
            if isinstance(value, int) and not isinstance(value, bool) and 400 <= value < 600:
                return value
    found = re.search(r"\b[45]\d\d\b", str(error))
    return None if found is None else int(found[0])


def name_of(kind: type[BaseException]) -> str:
    if kind.__module__ in ("builtins", "_pytest.outcomes"):
        return kind.__qualname__
    return f"{kind.__module__}.{kind.__qualname__}"


def first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return printable(lines[0]) if lines else ""


def printable(line: str) -> str:
    """Return a line of foreign text, shortened, without control characters."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in line[:_LONGEST])


def told(error: BaseException) -> str:
    """Return an exception in words: its name, and the first line of its text."""
    return f"{name_of(type(error))}: {first_line(error)}"
