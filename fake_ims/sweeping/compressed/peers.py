"""What a descriptor leads to: a fake, this process, or somebody who needs real time."""

from __future__ import annotations

import _socket
import os
import socket
import stat

_REAL = 0.05  # real seconds that somebody else has to answer, after each jump of the clock
_NEVER = float("inf")


class Peers:
    """Knows the ports of the fakes, and how long to wait really for others."""

    def __init__(self) -> None:
        self.fakes: set[int] = set()
        self._known: dict[int, tuple[int, float]] = {}

    def add(self, port: int) -> None:
        """Take note of a running fake."""
        self.fakes.add(port)
        self._known.clear()

    def forget(self, port: int) -> None:
        """Take note that a fake has stopped."""
        self.fakes.discard(port)
        self._known.clear()

    def grace(self, fd: int) -> float:
        """Return the real seconds that who is behind a descriptor gets before the clock jumps.

        It is infinite for a pipe to another process, and for a process: it has its own clock.
        """
        try:
            status = os.fstat(fd)
        except (OSError, ValueError):
            return 0.0
        known = self._known.get(fd)
        if known is not None and known[0] == status.st_ino:
            return known[1]
        keep, grace = True, 0.0
        if stat.S_ISSOCK(status.st_mode):
            keep, grace = self._of_socket(fd)
        elif stat.S_ISFIFO(status.st_mode):
            grace = 0.0 if _is_own_pipe(status.st_ino) else _NEVER
        elif stat.S_ISCHR(status.st_mode):
            grace = _REAL
        elif _is_process(fd):
            grace = _NEVER
        if keep:
            self._known[fd] = (status.st_ino, grace)
        return grace

    def _of_socket(self, fd: int) -> tuple[bool, float]:
        """Return whether the answer stays, and the seconds."""
        try:
            copy = _socket.socket(fileno=os.dup(fd))
        except OSError:
            return False, _REAL
        try:
            if _listens(copy):
                return True, 0.0
            here, there = copy.getsockname(), copy.getpeername()
            if copy.family in (socket.AF_INET, socket.AF_INET6):
                own = here[1] in self.fakes or there[1] in self.fakes
            else:
                own = not here and not there  # a pair, as loops have to wake themselves
            return True, 0.0 if own else _REAL
        except OSError:  # not connected yet
            return False, _REAL
        finally:
            copy.close()


def _listens(sock: _socket.socket) -> bool:
    try:
        return bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
    except (OSError, AttributeError):
        return False


def _is_process(fd: int) -> bool:
    """Return whether a descriptor stands for a process, as asyncio's for a child."""
    try:
        return "pidfd" in os.readlink(f"/proc/self/fd/{fd}")
    except OSError:
        return False


def _is_own_pipe(inode: int) -> bool:
    """Return whether both ends of a pipe are open here, as some loops wake themselves."""
    name, ends = f"pipe:[{inode}]", 0
    try:
        for fd in os.listdir("/proc/self/fd"):
            try:
                ends += os.readlink(f"/proc/self/fd/{fd}") == name
            except OSError:
                continue
    except OSError:
        return False
    return ends > 1
