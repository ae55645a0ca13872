"""Runs the blocks of Python that stand in the pages of ``docs/``."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from wire import OCTETS, Wire

DOCS = Path(__file__).parents[1] / "docs"

Ask = Callable[..., "int | str"]


def examples(page: str) -> list[Any]:
    """Each block of a page, named by its heading and line."""
    text = (DOCS / page).read_text(encoding="utf-8")
    found = []
    for block in re.finditer(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        line = text.count("\n", 0, block.start()) + 2
        heading = text[:block.start()].rpartition("\n#")[2].split("\n")[0].strip("# ")
        code = "\n" * (line - 1) + block[1]  # so that a traceback names the page's line
        found.append(pytest.param(code, id=f"{heading}:{line}"))
    return found


def run(page: str, code: str, **names: object) -> None:
    """Run a block with these names."""
    exec(compile(code, str(DOCS / page), "exec"), names)


def asking(wire: Wire) -> Ask:
    """``ask("GET /v2/images")``: the status of a request, or "cut"."""
    def ask(request: str, body: object = None, **headers: str) -> int | str:
        method, path = request.split(" ", 1)
        if isinstance(body, bytes):
            headers = {"Content-Type": OCTETS, **headers}
        try:
            return wire.send(method, path, body, headers).status
        except ConnectionError:
            return "cut"

    return ask
