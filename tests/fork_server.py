"""Commands of Python in processes of their own that do not pay for their imports each time.

A helper process imports what the commands need, once. For each command it forks: the child is as
separate as any process, and it starts with its libraries loaded. Where there is no ``fork``, each
command is an ordinary process.

Run as a script, this module is the helper process.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, NoReturn

TIMEOUT = 120.0  # seconds, after which a command is killed


class ForkServer:
    """Runs commands; use it as a context manager.

    Args:
        kind: ``module`` runs ``python -m NAME``, ``script`` runs the command ``NAME`` that a
            distribution has installed.
        name: the module or the script.
        preload: modules that the helper imports before the first command.
        learn: import also what the commands import, for those that come later.
    """

    def __init__(self, kind: str, name: str, *preload: str, learn: bool = False) -> None:
        self._command = ([sys.executable, "-m", name] if kind == "module"
                         else [str(Path(sys.executable).with_name(name))])
        self._settings = {"kind": kind, "name": name, "preload": preload, "learn": learn}
        self._helper: subprocess.Popen[str] | None = None

    def __enter__(self) -> ForkServer:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._helper is not None:
            self._helper.communicate()  # the end of its input is its own

    def run(
        self, arguments: Sequence[str], *, cwd: str | os.PathLike[str] = ".",
        timeout: float = TIMEOUT,
    ) -> subprocess.CompletedProcess[str]:
        """Run the command in the environment as it is now.

        Raises:
            subprocess.TimeoutExpired: the command did not end; it has been killed.
        """
        if not hasattr(os, "fork"):
            return subprocess.run([*self._command, *arguments], cwd=cwd, capture_output=True,
                                  text=True, timeout=timeout)
        if self._helper is None:
            self._helper = subprocess.Popen(
                [sys.executable, __file__, json.dumps(self._settings)], text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parent)
        assert self._helper.stdin is not None
        assert self._helper.stdout is not None
        with tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            self._helper.stdin.write(json.dumps({
                "arguments": list(arguments), "cwd": os.path.abspath(cwd), "env": dict(os.environ),
                "out": str(out), "err": str(err), "timeout": timeout}) + "\n")
            self._helper.stdin.flush()
            code = json.loads(self._helper.stdout.readline())
            printed, told = (path.read_text(encoding="utf-8") for path in (out, err))
        if code is None:
            raise subprocess.TimeoutExpired([*self._command, *arguments], timeout, printed, told)
        return subprocess.CompletedProcess([*self._command, *arguments], code, printed, told)


def serve(settings: dict[str, Any]) -> None:
    """Read commands from standard input until it ends; print how each has ended."""
    script = None
    if settings["kind"] == "script":
        (script,) = entry_points(group="console_scripts", name=settings["name"])
    for module in settings["preload"]:
        importlib.import_module(module)
    for line in sys.stdin:
        job = json.loads(line)
        gc.freeze()  # a collection in a child would copy all that it shares
        learned = Path(job["out"]).with_name("learned") if settings["learn"] else None
        process = os.fork()
        if not process:
            child(settings["name"], script, job, learned)
        status = ended(process, job["timeout"])
        # Before the answer: with it the client removes the folder.
        modules = (json.loads(learned.read_text(encoding="utf-8"))
                   if learned is not None and learned.exists() else ())
        print(json.dumps(status), flush=True)
        for module in modules:
            with contextlib.suppress(Exception):  # some exist only as part of another
                importlib.import_module(module)


def ended(process: int, timeout: float) -> int | None:
    """The exit status of a child, None of one that had to be killed."""
    late = []

    def kill(*_: object) -> None:
        late.append(True)
        os.killpg(process, signal.SIGKILL)

    signal.signal(signal.SIGALRM, kill)
    signal.setitimer(signal.ITIMER_REAL, timeout)
    _, status = os.waitpid(process, 0)
    signal.setitimer(signal.ITIMER_REAL, 0)
    return None if late else os.waitstatus_to_exitcode(status)


def child(
    name: str, script: EntryPoint | None, job: dict[str, Any], learned: Path | None
) -> NoReturn:
    """Be the command, and end as the interpreter ends."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    for number, path in ((0, os.devnull), (1, job["out"]), (2, job["err"])):
        opened = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding="utf-8", closefd=False)
        for number, mode in ((0, "r"), (1, "w"), (2, "w")))
    os.environ.clear()
    os.environ.update(job["env"])
    os.chdir(job["cwd"])
    tempfile.tempdir = None  # as the environment says now
    sys.dont_write_bytecode = bool(job["env"].get("PYTHONDONTWRITEBYTECODE"))
    sys.path[0] = job["cwd"]
    sys.argv = [name, *job["arguments"]]
    before = set(sys.modules)
    try:
        if script is None:
            runpy.run_module(name, run_name="__main__", alter_sys=True)
        else:
            sys.exit(script.load()())
    finally:
        if learned is not None:
            learned.write_text(json.dumps(sorted(sys.modules.keys() - before)), encoding="utf-8")
    sys.exit()


if __name__ == "__main__":
    serve(json.loads(sys.argv[1]))
