"""The tables of the contract are transcribed by hand; ``transcription.txt`` is what was read.

Most tests compare the answers with the tables. A slip in a table, such as another digit in a
limit or a lost word in a message, would change both. Here it shows as a difference, to be looked
up in the reference. The constants of ``domain`` and ``faults`` are held in the same way. Write the
file anew with ``python tests/contract/test_transcription.py``.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

from fake_ims import contract, domain, faults
from fake_ims.contract import metadef_schemas, metadefs, model, schema
from fake_ims.contract.operations import OPERATIONS

FILE = Path(__file__).with_name("transcription.txt")

#: Indexes of other tables, and parts of them.
DERIVED = {"operations.BY_ID", "attributes.BY_NAME", "queries.PATHS", "requests.REQUESTS",
           "ims.IMS_OPERATIONS", "identity.IDENTITY_OPERATIONS", "metadefs.METADEF_OPERATIONS"}


def tables() -> Iterator[tuple[str, Any]]:
    """The public tables, and the schemas that are built when they are needed."""
    for module in modules(contract):
        if module.__name__ != model.__name__:
            for name in constants(module):
                place = f"{module.__name__.rpartition('.')[2]}.{name}"
                if not name.startswith("_") and place not in DERIVED and is_data(
                        getattr(module, name)):
                    yield place, getattr(module, name)
    for package in (domain, faults):
        for module in modules(package):
            for name in constants(module):
                if is_plain(getattr(module, name)):
                    yield f"{module.__name__.partition('.')[2]}.{name}", getattr(module, name)
    for profile in get_args(model.Profile):
        for operation in OPERATIONS:
            kind, _, name = operation.id.partition(".")
            if kind == "schemas" and "." not in name and profile in operation.profiles:
                yield f"schema {name} {profile}", schema.document(name, profile)
    for name in metadefs.SCHEMA_NAMES:
        yield f"metadef schema {name}", metadef_schemas.document(name)
    for name in metadef_schemas._BODIES:
        yield f"metadef body {name}", metadef_schemas.body_schema(name)


def modules(package: ModuleType) -> Iterator[ModuleType]:
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(module.name)


def constants(module: ModuleType) -> Iterator[str]:
    """The names that a module sets itself."""
    assert module.__file__
    for statement in ast.parse(Path(module.__file__).read_text(encoding="utf-8")).body:
        targets = (statement.targets if isinstance(statement, ast.Assign) else
                   [statement.target] if isinstance(statement, ast.AnnAssign) else [])
        for target in targets:
            if isinstance(target, ast.Name) and not target.id.startswith("__"):
                yield target.id


def is_plain(value: object) -> bool:
    """Whether it is made of nothing but text, numbers and collections of them."""
    if isinstance(value, Mapping):
        return all(is_plain(part) for pair in value.items() for part in pair)
    if isinstance(value, (tuple, list, frozenset)):
        return all(map(is_plain, value))
    return value is None or isinstance(value, (str, int, float, bytes))


def is_data(value: object) -> bool:
    return isinstance(value, (str, int, Mapping, tuple, list, frozenset)) or is_dataclass(value)


def written(value: Any) -> str:
    """A value in one line, whatever the order of its sets; defaults of a row are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        given = [(field.name, getattr(value, field.name)) for field in fields(value)
                 if field.default is MISSING or getattr(value, field.name) != field.default]
        return f"{type(value).__name__}({', '.join(f'{n}={written(v)}' for n, v in given)})"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{written(k)}: {written(v)}' for k, v in value.items())}}}"
    if isinstance(value, frozenset):
        return f"{{{', '.join(sorted(map(written, value)))}}}"
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(map(written, value))}]"
    return repr(value)


def text() -> str:
    lines = []
    for name, table in tables():
        if isinstance(table, Mapping):
            lines += [f"{name} {key}: {written(row)}" for key, row in table.items()]
        elif isinstance(table, (tuple, list)):
            lines += [f"{name}: {written(row)}" for row in table]
        else:
            lines.append(f"{name}: {written(table)}")
    return "\n".join(lines) + "\n"


def test_the_tables_are_as_transcribed():
    changed = set(text().splitlines()) ^ set(FILE.read_text(encoding="utf-8").splitlines())
    assert sorted(changed) == [], (
        "look up the reference, then run: python tests/contract/test_transcription.py")


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
