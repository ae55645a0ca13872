"""Tells a crash of a command from a failure that it reports: by its exit status and its output.

An exit status above 0 alone is a failure that the command reports. It is a crash if

- a signal ended the command: SIGSEGV, SIGABRT, ...; or its shell says so with 128 + the signal,
- its runtime reports a mistake of the program: a Python traceback that ends in ``KeyError``, a
  ``panic:`` of Go, an uncaught ``TypeError`` of Node.js, ...

A script may let the exception of its client through, so a traceback that ends in
``requests.exceptions.ConnectionError`` is a failure that the script reports. An assertion that
fails means that the command found a wrong result: the rule ``assert``.
"""

from __future__ import annotations

import builtins
import re
import signal
import sys

from .client_errors import printable

# Signals that a program gets for its own mistakes; others may come from outside.
_OWN = frozenset({"SIGILL", "SIGABRT", "SIGBUS", "SIGFPE", "SIGSEGV", "SIGSYS", "SIGTRAP"})
# Windows: the status of an exception that nobody handled, such as 0xC0000005.
_WINDOWS = range(0xC0000000, 0xD0000000)

# Python
_TRACEBACK = re.compile(r"^(?:.*)Traceback \(most recent call last\):$", re.MULTILINE)
_RAISED = re.compile(r"^([A-Za-z_][\w.]*)(?::.*)?$", re.MULTILINE)
# Scripts raise these themselves, with a text.
_PLAIN = (Exception, BaseException, RuntimeError, SystemExit, KeyboardInterrupt)
_NETWORK = ("http.client.", "urllib.error.", "socket.", "ssl.", "asyncio.exceptions.",
            "concurrent.futures.", "subprocess.")

# Node.js and Deno
_UNCAUGHT = re.compile(r"^(?:error: )?(?:Uncaught )?(?:\(in promise\) )?(\w*Error)\b.*$",
                       re.MULTILINE)
_NODE = re.compile(r"^Node\.js v\d|^error: Uncaught ", re.MULTILINE)
_MISTAKES = ("TypeError", "ReferenceError", "RangeError", "SyntaxError", "URIError")
# How fetch() says that the network failed.
_FETCH = re.compile(r"TypeError: (?:fetch failed|terminated|network error)")

# One line that is enough.
_LINES = tuple(re.compile(text, re.MULTILINE) for text in (
    r"^panic: .*(?=[\s\S]*^goroutine \d+ )",  # Go
    r"^fatal error: .*(?=[\s\S]*^goroutine \d+ )",
    r"^.*\[?UnhandledPromiseRejection.*$",  # Node.js, with something that is no Error
    r"^thread '.*' .*panicked at .*$",  # Rust
    r"^Exception in thread \"[^\"]*\" java\.lang\.(?:NullPointer|ClassCast|\w*IndexOutOfBounds|"
    r"NumberFormat|NegativeArraySize|Arithmetic|IllegalState)Exception.*$",
    r"^.*\((?:NoMethodError|NameError|TypeError|KeyError|JSON::ParserError)\)$",  # Ruby
    r"^Unhandled exception\. System\.(?:NullReference|InvalidCast|IndexOutOfRange|Argument|Format|"
    r"InvalidOperation|Text\.Json\.Json\w*)\w*Exception.*$",  # .NET
    r"^PHP Fatal error:  Uncaught (?:TypeError|ValueError|Error)\b.*$",
))


def seen(status: int, errors: str) -> tuple[tuple[str, str], ...]:
    """Return the rules that a command broke by the way it ended, each with a sentence.

    Args:
        status: its exit status; below 0 the signal that ended it.
        errors: what it wrote to standard error.
    """
    if status == 0:
        return ()
    name = _signal(status)
    if name:
        return (("crash", f"the command crashed: {name}"),)
    for find in (_python, _node, _other):
        rule, line = find(errors)
        if rule == "assert":
            return (("assert", f"the client reported no error, but the command found: {line}"),)
        if rule:
            return (("crash", f"the command crashed: {line}"),)
    return ()


def told(status: int, errors: str) -> str:
    """Return how a command failed, with the last line of its errors; empty if it did not."""
    if status == 0:
        return ""
    how = f"signal {_name(-status)}" if status < 0 else f"exit status {status}"
    found = [line.strip() for line in errors.splitlines() if line.strip()]
    # Node.js ends with its version and the stack, Go with "exit status 2".
    uncaught = _UNCAUGHT.search(errors) if _NODE.search(errors) else None
    last = uncaught[0] if uncaught is not None else found[-1] if found else ""
    return f"{how}: {printable(last)}" if last else how


def _signal(status: int) -> str:
    if status < 0:
        return f"ended by {_name(-status)}"
    if status in _WINDOWS:
        return f"exit status 0x{status:X}"
    name = _name(status - 128) if status > 128 else ""
    return f"exit status {status} ({name})" if name in _OWN else ""


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


Found = tuple[str, str]
_NOTHING: Found = ("", "")


def _python(errors: str) -> Found:
    tracebacks = list(_TRACEBACK.finditer(errors))
    if not tracebacks:
        return _NOTHING
    raised = _RAISED.search(errors, tracebacks[-1].end())
    if raised is None:
        return _NOTHING
    name, line = raised[1], printable(raised[0])
    if name == "AssertionError":
        return "assert", line
    return ("crash", line) if _is_mistake(name) else _NOTHING


def _is_mistake(name: str) -> bool:
    package, dot, _ = name.partition(".")
    if name.rpartition(".")[2] == "JSONDecodeError":
        return True  # in any package: nobody checked whether the body was JSON
    if dot:
        return (package in sys.stdlib_module_names and package != "__main__"
                and not name.startswith(_NETWORK))
    kind = getattr(builtins, name, None)
    return isinstance(kind, type) and issubclass(kind, BaseException) and (
        kind not in _PLAIN and not issubclass(kind, OSError))


def _node(errors: str) -> Found:
    found = _UNCAUGHT.search(errors)
    if found is None or _NODE.search(errors) is None:
        return _NOTHING
    if found[1] == "AssertionError":
        return "assert", printable(found[0])
    if found[1] in _MISTAKES and _FETCH.search(found[0]) is None:
        return "crash", printable(found[0])
    return _NOTHING


def _other(errors: str) -> Found:
    for line in _LINES:
        found = line.search(errors)
        if found is not None:
            return "crash", printable(found[0].strip())
    return _NOTHING
