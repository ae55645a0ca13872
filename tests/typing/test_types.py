"""What can be reached from a ``FakeIMS`` has a type that is exported and documented."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path
from types import FunctionType
from typing import Any, get_args

import pytest

import fake_ims
from fake_ims.contract.attributes import BY_NAME
from fake_ims.contract.jobs import JOB_STATUSES
from fake_ims.domain.callers import AUTH_MODES
from fake_ims.domain.handle import Handle
from fake_ims.domain.image import MEMBER_STATUSES
from fake_ims.domain.seeding import SETTABLE
from fake_ims.fake.places import PLACES
from fake_ims.profiles import NAMES

HERE = Path(__file__).parent
# What annotations name that is not ours, or stands for a type.
OTHERS = {"AsyncIterator", "Any", "Callable", "Iterator", "Literal", "Mapping", "None", "Path",
          "R", "Self", "Sequence", "T", "bool", "bytes", "datetime", "dict", "float", "frozenset",
          "int", "list", "object", "set", "str", "timedelta", "tuple", "web", "Application"}


def names_in(annotation: object) -> set[str]:
    """The names of types in an annotation, which is a text: ``list[User] | None``."""
    found: set[str] = set()
    todo: list[ast.AST] = [ast.parse(str(annotation), mode="eval")]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "Annotated":
            assert isinstance(node.slice, ast.Tuple)
            todo.append(node.slice.elts[0])  # the others are no types
        else:
            todo += ast.iter_child_nodes(node)
    return found


def given_by(kind: type) -> dict[str, set[str]]:
    """What each public name of a class gives."""
    internal = getattr(kind, "_INTERNAL", frozenset())
    found: dict[str, set[str]] = {}
    for name in dir(kind):
        value = inspect.getattr_static(kind, name)
        if name in internal or (name.startswith("_") and name not in ("__getitem__", "__iter__")):
            continue
        function = value.fget if isinstance(value, property) else value
        function = inspect.unwrap(function) if isinstance(function, FunctionType) else None
        if function is not None and function.__module__.startswith("fake_ims"):
            found[name] = names_in(function.__annotations__.get("return", "None"))
    for base in kind.__mro__:
        for name, annotation in vars(base).get("__annotations__", {}).items():
            if not name.startswith("_") and name not in internal:
                found[name] = names_in(annotation)
    return found


def test_all_that_a_fake_gives_is_exported_and_documented() -> None:
    seen: set[type] = set()
    wanting: list[str] = []
    todo: list[type] = [fake_ims.FakeIMS, *(kind for _, kind in PLACES)]
    while todo:
        kind = todo.pop()
        if kind in seen or not kind.__module__.startswith("fake_ims"):
            continue
        seen.add(kind)
        if getattr(fake_ims, kind.__name__, None) is not kind:
            wanting.append(f"{kind.__name__} is not exported")
        if not (kind.__doc__ or "").strip() or kind.__doc__.startswith(f"{kind.__name__}("):
            wanting.append(f"{kind.__name__} is not documented")
        for name, types in given_by(kind).items():
            for one in types - OTHERS:
                found: Any = getattr(fake_ims, one, None) if one in fake_ims.__all__ else None
                if found is None:
                    wanting.append(f"{kind.__name__}.{name} gives {one}, which is not exported")
                elif isinstance(found, type):
                    todo.append(found)
    assert wanting == []
    assert {fake_ims.Exchange, fake_ims.User, fake_ims.AccessKey, fake_ims.JobHandle} <= seen


def test_every_name_that_is_exported_is_there() -> None:
    assert sorted(fake_ims.__all__, key=str.lower) == sorted(
        {*fake_ims._HOMES, "__version__"}, key=str.lower)
    for name in fake_ims.__all__:
        assert getattr(fake_ims, name) is not None
    assert set(fake_ims.__all__) <= set(dir(fake_ims))


@pytest.mark.parametrize(("choices", "known"), [
    (fake_ims.Profile, NAMES),
    (fake_ims.AuthMode, AUTH_MODES),
    (fake_ims.ImageStatus, BY_NAME["status"].enum),
    (fake_ims.Visibility, BY_NAME["visibility"].enum),
    (fake_ims.MemberStatus, MEMBER_STATUSES),
    (fake_ims.JobStatus, JOB_STATUSES),
])
def test_choices_are_those_of_the_tables(choices: object, known: tuple[str, ...]) -> None:
    assert get_args(choices) == tuple(known)


def test_an_image_takes_what_its_type_says() -> None:
    beside = {"data", "members", "properties", "show", "created_at", "updated_at"}
    assert {*fake_ims.NewImage.__annotations__,
            *fake_ims.ImageAttributes.__annotations__} == {*SETTABLE, *beside}


def test_handles_are_found_by_texts() -> None:
    assert all(issubclass(kind, Handle) or kind is fake_ims.World for _, kind in PLACES)


def test_a_suite_that_is_typed_strictly_needs_no_cast(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir", tmp_path,
         "--config-file", "/dev/null", "--follow-imports", "silent",
         HERE / "typed_sample.py"],
        capture_output=True, text=True, timeout=300)
    assert (done.stdout, done.returncode) == ("", 0)
    sample = (HERE / "typed_sample.py").read_text()
    assert "cast(" not in sample
    assert "type: ignore" not in sample
