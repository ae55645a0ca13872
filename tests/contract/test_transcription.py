"""The tables of the contract are transcribed by hand; ``transcription.txt`` is what was read.

Most tests compare the answers with the tables. A slip in a table, such as another digit in a
limit or a lost word in a message, would change both. Here it shows as a difference, to be looked
up in the reference. Write the file anew with ``python tests/contract/test_transcription.py``.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Any, get_args

from fake_ims import contract
from fake_ims.contract import metadef_schemas, metadefs, model, schema
from fake_ims.contract.operations import OPERATIONS

FILE = Path(__file__).with_name("transcription.txt")

#: Indexes of other tables, and parts of them.
DERIVED = {"operations.BY_ID", "attributes.BY_NAME", "queries.PATHS", "requests.REQUESTS",
           "ims.IMS_OPERATIONS", "identity.IDENTITY_OPERATIONS", "metadefs.METADEF_OPERATIONS"}


def tables() -> Iterator[tuple[str, Any]]:
    """The public tables, and the schemas that are built when they are needed."""
    for module in pkgutil.walk_packages(contract.__path__, f"{contract.__name__}."):
        found = importlib.import_module(module.name)
        if module.ispkg or found.__name__ == model.__name__:
            continue
        assert found.__file__
        for statement in ast.parse(Path(found.__file__).read_text(encoding="utf-8")).body:
            targets = (statement.targets if isinstance(statement, ast.Assign) else
                       [statement.target] if isinstance(statement, ast.AnnAssign) else [])
            for target in targets:
                name = f"{module.name.rpartition('.')[2]}.{getattr(target, 'id', '_')}"
                if "._" not in name and name not in DERIVED and is_data(
                        getattr(found, name.rpartition(".")[2])):
                    yield name, getattr(found, name.rpartition(".")[2])
    for profile in get_args(model.Profile):
        for operation in OPERATIONS:
            kind, _, name = operation.id.partition(".")
            if kind == "schemas" and "." not in name and profile in operation.profiles:
                yield f"schema {name} {profile}", schema.document(name, profile)
    for name in metadefs.SCHEMA_NAMES:
        yield f"metadef schema {name}", metadef_schemas.document(name)
    for name in metadef_schemas._BODIES:
        yield f"metadef body {name}", metadef_schemas.body_schema(name)


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
