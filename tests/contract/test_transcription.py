"""The tables of the contract are transcribed by hand; ``transcription.txt`` is what was read.

Most tests compare the answers with the tables. A slip in a table, such as another digit in a
limit or a lost word in a message, would change both. Here it shows as a difference, to be looked
up in the reference. What ``domain`` and ``faults`` declare is held in the same way: constants,
the settings of faults, and what applies when a field or an argument is left out. Write the file
anew with ``python tests/contract/test_transcription.py``.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from operator import attrgetter, itemgetter
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, get_args

from fake_ims import contract, domain, faults
from fake_ims.contract import metadef_schemas, metadefs, model, schema
from fake_ims.contract.operations import OPERATIONS
from fake_ims.faults.kinds import Kind, Setting
from fake_ims.faults.registry import KINDS

FILE = Path(__file__).with_name("transcription.txt")

#: Indexes of other tables, parts of them, and what other modules add to.
DERIVED = {"operations.BY_ID", "attributes.BY_NAME", "queries.PATHS", "requests.REQUESTS",
           "ims.IMS_OPERATIONS", "identity.IDENTITY_OPERATIONS", "metadefs.METADEF_OPERATIONS",
           "neighbours.OBS_OPERATIONS", "neighbours.LOOKUP_OPERATIONS",
           "neighbours.NEIGHBOUR_OPERATIONS", "administration.ADMINISTRATION",
           "administration.GRANTS", "domain.handle.advisers"}


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
                place = f"{module.__name__.partition('.')[2]}.{name}"
                if place not in DERIVED and is_plain(getattr(module, name)):
                    yield place, getattr(module, name)
            yield from defaults(module)
    for kind in KINDS:
        names = [setting.name for setting in kind.settings]
        yield f"{kind.role} of {', '.join(kind.called_by)}", (*names,)
        for setting in kind.settings:
            yield f"setting {setting.name}", (setting.schema,)
    for profile in get_args(model.Profile):
        for operation in OPERATIONS:
            kind, _, name = operation.id.partition(".")
            if kind == "schemas" and "." not in name and profile in operation.profiles:
                yield f"schema {name} {profile}", schema.document(name, profile)
    for name in metadefs.SCHEMA_NAMES:
        yield f"metadef schema {name}", metadef_schemas.document(name)
    for name in metadef_schemas._BODIES:
        yield f"metadef body {name}", metadef_schemas.body_schema(name)


def defaults(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """What applies when something is left out: in classes, and in calls of public functions."""
    for name, value in sorted(vars(module).items()):
        place = f"{module.__name__.partition('.')[2]}.{name}"
        if getattr(value, "__module__", "") != module.__name__:
            continue
        if isinstance(value, FunctionType):
            yield from arguments(place, value)
        elif isinstance(value, type):
            own = {field.name: field.default for field in fields(value)
                   if field.name in inspect.get_annotations(value)} if is_dataclass(value) else {}
            for inner, held in sorted({**vars(value), **own}.items()):
                function = inspect.unwrap(getattr(held, "__func__", held))
                if isinstance(function, FunctionType):
                    if inner != "__init__" or not is_dataclass(value):
                        yield from arguments(f"{place}.{inner}", function)
                elif not inner.startswith(("__", "_abc_", "_is_")) and is_plain(held):
                    yield f"{place}.{inner}", (held,)


def arguments(place: str, function: FunctionType) -> Iterator[tuple[str, Any]]:
    name = function.__name__
    if not name.startswith("_") or name == "__init__":
        for parameter in inspect.signature(function).parameters.values():
            if parameter.default is not parameter.empty and is_plain(parameter.default):
                yield f"{place}({parameter.name})", (parameter.default,)


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
    """Whether it is made of what can be written: text, numbers, functions, rows, collections."""
    if isinstance(value, Mapping):
        return all(is_plain(part) for pair in value.items() for part in pair)
    if isinstance(value, (Kind, Setting)):
        return False  # told apart from their texts for people
    if is_dataclass(value) and not isinstance(value, type):
        return all(is_plain(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, (tuple, list, frozenset)):
        return all(map(is_plain, value))
    return value is None or isinstance(value, (
        str, int, float, bytes, re.Pattern, attrgetter, itemgetter, FunctionType))


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
    if isinstance(value, re.Pattern):
        return f"{value.pattern!r} with flags {value.flags}"
    return value.__name__ if isinstance(value, FunctionType) else repr(value)


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
