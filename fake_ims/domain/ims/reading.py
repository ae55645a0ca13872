"""Reads the body of an IMS request by its table of parameters.

Source: the request tables of the chapter *IMS APIs*, chapters *Image Attributes* and
*Image Tag Format*. Unknown fields are ignored, as the service does. A null value counts as a
missing one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ...contract.attributes import UUID_PATTERN
from ...contract.model import Parameter
from ...contract.os_versions import operating_system
from ...contract.parameters.common import (
    MAX_DESCRIPTION,
    MAX_NAME,
    MAX_TAG_KEY,
    MAX_TAG_VALUE,
)
from ...contract.parameters.patterns import BUCKET_PATTERN, MAX_FILE_NAME, PROJECT_PATTERN
from ..refusal import ImsError
from ..tag_pairs import is_part

_UUID = re.compile(UUID_PATTERN)
_NAME = re.compile(r"[A-Za-z0-9._-](?:[A-Za-z0-9._ -]*[A-Za-z0-9._-])?\Z")
_DESCRIPTION = re.compile(r"[^<>\r\n]*\Z")
_BUCKET = re.compile(BUCKET_PATTERN)
_PROJECT = re.compile(PROJECT_PATTERN)
_TAG = re.compile(rf"[\w-]{{1,{MAX_TAG_KEY}}}([.=][\w-]{{0,{MAX_TAG_VALUE}}})?\Z", re.ASCII)
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "boolean": (bool,), "strings": (list,),
    "object": (dict,), "objects": (list,),
}


def read(parameters: tuple[Parameter, ...], document: object) -> dict[str, Any]:
    """Return the checked values of all parameters of a table, with defaults.

    Raises:
        ImsError: for the first parameter, in the table's order, that is missing or wrong.
    """
    return _read(parameters, document, "")


def read_query(parameters: tuple[Parameter, ...], given: Mapping[str, str]) -> dict[str, Any]:
    """Return the checked values of all parameters of a query, with defaults.

    Raises:
        ImsError: for the first parameter, in the table's order, that is wrong.
    """
    return {row.name: _value(row, _of_text(row, given.get(row.name)), "") for row in parameters}


def _of_text(row: Parameter, text: str | None) -> object:
    """Convert a query value to the parameter's type. Numbers stay text, as bodies may have them."""
    if row.kind != "boolean" or text is None:
        return text
    if text not in ("true", "false"):
        raise ImsError(row.invalid, detail=f"{row.name} must be true or false")
    return text == "true"


def _read(parameters: tuple[Parameter, ...], document: object, path: str) -> dict[str, Any]:
    if not isinstance(document, Mapping):
        what = path.rstrip(".") or "The body"
        raise ImsError("IMG.0001", message=f"{what} must be a JSON object.")
    return {row.name: row.default if row.idle_with and _is_idle(row.idle_with, document)
            else _value(row, document.get(row.name), path) for row in parameters}


def _is_idle(beside: tuple[str, object], document: Mapping[str, object]) -> bool:
    """Whether another parameter makes this one ineffective: whatever it is, it is no error."""
    name, value = beside
    return type(document.get(name)) is type(value) and document[name] == value


def _value(row: Parameter, given: object, path: str) -> Any:
    where = f"{path}{row.name}"
    value: Any = given
    if value is None or (row.blank and value == ""):
        if row.required:
            raise ImsError(row.missing, detail=f"{where} is mandatory")
        return row.default
    if row.kind == "integer" and isinstance(value, str) and re.fullmatch(r"-?\d{1,18}", value):
        value = int(value)
    if (row.kind == "integer" and isinstance(value, bool)) or not _is(row.kind, value):
        raise ImsError(row.invalid, detail=f"{where} must be {_called(row.kind)}")
    if row.enum and value not in row.enum:
        raise ImsError(row.invalid, detail=f"{where} must be one of: {', '.join(row.enum)}")
    if row.kind == "integer":
        _check_range(row, value, where)
    elif row.kind == "string":
        if row.max_length is not None and len(value) > row.max_length:
            raise ImsError(row.invalid,
                           detail=f"{where} has more than {row.max_length} characters")
        if row.rule:
            return _RULES[row.rule](row, value, where)
    elif row.kind == "object":
        return _read(row.items, value, f"{where}.")
    elif row.kind in ("strings", "objects"):
        return _list(row, value, where)
    return value


def _list(row: Parameter, value: list[Any], where: str) -> list[Any]:
    if len(value) < row.min_items:
        raise ImsError(row.missing, detail=f"{where} is empty")
    if row.max_items is not None and len(value) > row.max_items:
        code = "IMG.0116" if row.invalid == "IMG.0115" else row.invalid
        raise ImsError(code, detail=f"{where} has more than {row.max_items} items")
    if row.kind == "objects":
        return [_read(row.items, item, f"{where}[{position}].")
                for position, item in enumerate(value)]
    for position, item in enumerate(value):
        if not isinstance(item, str):
            raise ImsError(row.invalid, detail=f"{where}[{position}] must be a string")
    if row.rule:
        return [_RULES[row.rule](row, item, f"{where}[{position}]")
                for position, item in enumerate(value)]
    return value


def _check_range(row: Parameter, value: int, where: str) -> None:
    if row.minimum is not None and value < row.minimum:
        raise ImsError(row.invalid, detail=f"{where} is less than {row.minimum}")
    if row.maximum is not None and value > row.maximum:
        raise ImsError(row.invalid, detail=f"{where} is greater than {row.maximum}")


def _is(kind: str, value: object) -> bool:
    return isinstance(value, _TYPES[kind])


def _called(kind: str) -> str:
    return {"strings": "an array of strings", "objects": "an array of objects",
            "integer": "an integer", "object": "an object"}.get(kind, f"a {kind}")


# rules: the form of values that several parameters share; each returns the value to store


def _uuid(row: Parameter, value: str, where: str) -> str:
    if not _UUID.fullmatch(value):
        raise ImsError(row.invalid, detail=f"{where} is no UUID")
    return value


def _name(row: Parameter, value: str, where: str) -> str:
    if not value:
        raise ImsError("IMG.0013", detail=f"{where} is empty")
    if len(value) > MAX_NAME:
        raise ImsError("IMG.0002")
    if not _NAME.match(value):
        raise ImsError("IMG.0003", detail=f"{where} has other characters than letters, digits, "
                       "'-', '.', '_' and inner spaces")
    return value


def _description(row: Parameter, value: str, where: str) -> str:
    if len(value) > MAX_DESCRIPTION:
        raise ImsError("IMG.0004")
    if not _DESCRIPTION.match(value):
        raise ImsError("IMG.0054")
    return value


def _os_version(row: Parameter, value: str, where: str) -> str:
    if operating_system(value) is None:
        raise ImsError(row.invalid)
    return value


def _project(row: Parameter, value: str, where: str) -> str:
    if value and not _PROJECT.fullmatch(value):
        raise ImsError(row.invalid, detail=f"{where} is neither '0' nor a UUID")
    return value or "0"


def _file_url(row: Parameter, value: str, where: str) -> str:
    bucket, colon, name = value.partition(":")
    if not colon:
        raise ImsError(row.invalid, detail=f"{where} is 'bucket:file'")
    if not bucket:
        raise ImsError("IMG.0068")
    if not _BUCKET.fullmatch(bucket):
        raise ImsError("IMG.0109")
    if not name:
        raise ImsError("IMG.0073")
    if " " in name:
        raise ImsError("IMG.0175")
    if len(name.rpartition("/")[2]) > MAX_FILE_NAME:
        raise ImsError("IMG.0074")
    if not re.fullmatch(r"[A-Za-z0-9._/-]+", name):
        raise ImsError("IMG.0075")
    return value


def _tag(row: Parameter, value: str, where: str) -> str:
    if not _TAG.match(value):
        raise ImsError("IMG.0115", detail=f"{where} is not 'key.value' of letters, digits, '_' "
                       f"and '-', at most {MAX_TAG_KEY} and {MAX_TAG_VALUE} characters")
    return value


def _tag_key(row: Parameter, value: str, where: str) -> str:
    key = value.strip(" ")
    if not is_part(key, MAX_TAG_KEY):
        raise ImsError("IMG.0115", detail=f"{where} is not 1 to {MAX_TAG_KEY} characters of a key")
    return key


def _tag_value(row: Parameter, value: str, where: str) -> str:
    text = value.strip(" ")
    if text and not is_part(text, MAX_TAG_VALUE):
        raise ImsError("IMG.0115", detail=f"{where} is not 0 to {MAX_TAG_VALUE} characters of a "
                       "value")
    return text


_RULES: dict[str, Callable[[Parameter, str, str], str]] = {
    "uuid": _uuid, "name": _name, "description": _description, "os_version": _os_version,
    "project": _project, "file_url": _file_url, "tag": _tag, "tag_key": _tag_key,
    "tag_value": _tag_value,
}
