"""A load generator in a process of its own: one request after another on each connection.

It does as little as it can, so that what is measured is the server: one protocol object for each
connection, no pipelining, no header parsing but the status and the length.

Run as a program it takes a JSON object a line (see ``Load.seconds``) and answers with a number.
"""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import time
from types import TracebackType


class _Connection(asyncio.Protocol):
    """Sends the same request until ``todo`` (shared by all connections) is empty."""

    def __init__(self, request: bytes, todo: list[int], all_done: asyncio.Future[None]) -> None:
        self._request = request
        self._todo = todo
        self._all_done = all_done
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def send(self) -> None:
        """Send one request, if there is one left."""
        if self._todo[0] > 0:
            self._todo[0] -= 1
            self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        end = buffer.find(b"\r\n\r\n")
        if end >= 0:
            at = buffer.find(b"Content-Length: ", 0, end)
            length = int(buffer[at + 16 : buffer.index(b"\r", at)])
            if len(buffer) >= end + 4 + length:
                self._buffer = b""
                self._answered(buffer)
                return
        self._buffer = buffer

    def _answered(self, answer: bytes) -> None:
        self._todo[1] -= 1
        if not answer.startswith(b"HTTP/1.1 2"):
            self.connection_lost(RuntimeError(answer.decode()))
        elif self._todo[1] == 0:
            self._all_done.set_result(None)
        else:
            self.send()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._all_done.done():
            self._all_done.set_exception(error or ConnectionResetError("closed by the server"))


async def _drive(port: int, request: bytes, count: int, connections: int) -> float:
    loop = asyncio.get_running_loop()
    all_done: asyncio.Future[None] = loop.create_future()
    todo = [count, count]  # to send, to be answered
    made = [
        await loop.create_connection(lambda: _Connection(request, todo, all_done),
                                     "127.0.0.1", port)
        for _ in range(connections)
    ]
    gc.collect()
    started = time.perf_counter()
    for _, connection in made:
        connection.send()
    await all_done
    seconds = time.perf_counter() - started
    for transport, _ in made:
        transport.abort()
    return seconds


class Load:
    """The load generator, seen from the benchmark."""

    def __enter__(self) -> Load:
        self._process = subprocess.Popen([sys.executable, __file__], text=True,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._process.communicate()

    def seconds(self, port: int, request: bytes, count: int, connections: int) -> float:
        """Seconds from the first of ``count`` requests to the last answer.

        Raises:
            RuntimeError: an answer was no success.
        """
        order = {"port": port, "request": request.decode(), "count": count,
                 "connections": connections}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '"the load generator has died"')
        if isinstance(answer, str):
            raise RuntimeError(answer)
        return float(answer)


def main() -> None:
    """Take orders until the pipe is closed."""
    for line in sys.stdin:
        order = json.loads(line)
        order["request"] = order["request"].encode()
        try:
            answer: float | str = asyncio.run(_drive(**order))
        except Exception as error:
            answer = repr(error)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
