"""Derived from the contract: each parameter of a table is read, and held to its limits.

That each makes a difference is in ``test_effects.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fake_ims.contract.model import Parameter
from fake_ims.contract.parameters.requests import REQUESTS
from fake_ims.domain.ims.reading import read
from fake_ims.domain.refusal import ImsError

UUID = "877a2cda-ba63-4e1e-b95f-e67e48b6129a"
Table = tuple[Parameter, ...]


def tables() -> Iterator[tuple[str, Table]]:
    """Every table of a body, and every one that stands in another."""
    for operation_id, request in REQUESTS.items():
        if not operation_id.endswith("_v21"):
            for shape, table in enumerate(request.bodies):
                yield from nested(f"{operation_id}-{shape}", table)


def nested(name: str, table: Table) -> Iterator[tuple[str, Table]]:
    """A table, and those in it."""
    yield name, table
    for row in table:
        if row.items:
            yield from nested(f"{name}-{row.name}", row.items)


LIMITED = [(name, table, row) for name, table in tables() for row in table]
# Of each rule: what it takes to the limit, and what is beyond, with its code if it has its own.
RULES: dict[str, tuple[list[str], list[tuple[str, str | None]]]] = {
    "uuid": ([UUID], [("x", None), (UUID + "0", None)]),
    "name": (["n", "n" * 128, "A-z.0_9 b"], [("n" * 129, "IMG.0002"), ("", "IMG.0013"),
                                              ("a*", "IMG.0003"), (" a", "IMG.0003")]),
    "description": (["", "d" * 1024], [("d" * 1025, "IMG.0004"), ("<", "IMG.0054")]),
    "os_version": (["CentOS 7.0 64bit"], [("x", None)]),
    "project": (["0", UUID], [("1", None), ("x", None)]),
    "file_url": (["abc:f", "abc:" + "f" * 128], [
        ("abc", None), (":f", "IMG.0068"), ("a_c:f", "IMG.0109"), ("abc:", "IMG.0073"),
        ("abc:f f", "IMG.0175"), ("abc:" + "f" * 129, "IMG.0074"), ("abc:f*", "IMG.0075")]),
    "tag": (["k", "k" * 36 + "." + "v" * 43], [("", None), ("k" * 37, None),
                                                ("k." + "v" * 44, None), ("a b", None)]),
    "tag_key": (["k", "k" * 36], [("", None), ("k" * 37, None), ("k=", None)]),
    "tag_value": (["", "v" * 43], [("v" * 44, None), ("v=", None)]),
}


def sound(row: Parameter) -> Any:
    """A value that a parameter takes."""
    if row.enum:
        return row.enum[0]
    if row.rule:
        value: Any = RULES[row.rule][0][0]
        return [value] if row.kind == "strings" else value
    if row.kind == "integer":
        return row.minimum
    if row.kind in ("object", "objects"):
        one = base(row.items)
        return one if row.kind == "object" else [one]
    return {"string": "x", "boolean": True, "strings": ["x"]}[row.kind]


def base(table: Table) -> dict[str, Any]:
    """The least body that a table takes."""
    return {row.name: sound(row) for row in table if row.required}


def beyond(row: Parameter) -> list[tuple[Any, str | None]]:
    """Values that break the limits of a parameter, with their codes if they have their own."""
    wrong = {"string": 3, "integer": 1.5, "boolean": "x", "strings": "x", "object": "x",
             "objects": "x"}
    found: list[tuple[Any, str | None]] = [(wrong[row.kind], None)]
    if row.enum:
        found.append(("no such value", None))
    if row.minimum is not None:
        found.append((row.minimum - 1, None))
    if row.maximum is not None:
        found.append((row.maximum + 1, None))
    if row.max_length is not None:
        found.append(("x" * (row.max_length + 1), None))
    if row.kind == "strings":
        found.append(([3], None))
    if row.min_items:
        found.append(([], row.missing))
    if row.max_items is not None:
        # What is wrong with the number of tags has a code of its own.
        code = "IMG.0116" if row.invalid == "IMG.0115" else None
        found.append((sound(row) * (row.max_items + 1), code))
    if row.rule:
        found += [([value], code) if row.kind == "strings" else (value, code)
                  for value, code in RULES[row.rule][1]]
    return found


def at(row: Parameter) -> list[Any]:
    """Values at the limits of a parameter."""
    found: list[Any] = [*row.enum]
    found += [limit for limit in (row.minimum, row.maximum) if limit is not None]
    if row.max_length is not None:
        found.append("x" * row.max_length)
    if row.rule:
        found += [[value] if row.kind == "strings" else value for value in RULES[row.rule][0]]
    if row.max_items is not None and not row.items:
        found.append(sound(row) * row.max_items)
    return found


@pytest.mark.parametrize(("name", "table", "row"), LIMITED,
                         ids=[f"{name}-{row.name}" for name, _, row in LIMITED])
def test_a_parameter_is_held_to_its_limits(name: str, table: Table, row: Parameter) -> None:
    body = base(table)
    for value in at(row):
        assert read(table, {**body, row.name: value})[row.name] == value
    if row.max_items is not None:
        read(table, {**body, row.name: sound(row) * row.max_items})
    for value, code in beyond(row):
        with pytest.raises(ImsError) as caught:
            read(table, {**body, row.name: value})
        assert caught.value.code == (code or row.invalid), value
    without = {key: value for key, value in body.items() if key != row.name}
    if row.required:
        for absent in (without, {**body, row.name: None}):
            with pytest.raises(ImsError) as caught:
                read(table, absent)
            assert caught.value.code == row.missing
    else:
        assert read(table, without)[row.name] == row.default
