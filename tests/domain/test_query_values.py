"""Times and lists of values in queries, as Glance reads them."""

from __future__ import annotations

import pytest

from fake_ims.domain.filters import parse_time, split_operator, split_values
from fake_ims.domain.refusal import Refused

NEW_YEAR = 1577836800.0  # 2020-01-01T00:00:00Z


@pytest.mark.parametrize(("text", "after"), [
    ("2020-01-01T00:00:00Z", 0), ("2020-01-01T00:00:00", 0), ("2020-01-01", 0), ("20200101", 0),
    ("2020-01-01T10:30", 37800), ("2020-01-01 10:00", 36000), ("20200101T103005", 37805),
    ("2020-01-01T00:00:00.5Z", 0.5), ("2020-01-01T00:00:00,25Z", 0.25),
    ("2020-01-01T00:00:00+02", -7200), ("2020-01-01T00:00:00-02", 7200),
    ("2020-01-01T00:00:00+02:30", -9000), ("2020-01-01T00:00:00-0130", 5400),
    (" 2020-01-01T00:00:00 Z ", 0),
])
def test_a_time(text: str, after: float) -> None:
    assert parse_time(text) == NEW_YEAR + after
    assert split_operator(text) == ("eq", text)
    assert split_operator(f"gte:{text}") == ("gte", text)


@pytest.mark.parametrize("text", [
    "", "soon", "2020", "2020-13-01", "2020-01-32", "2020-01-01T24:00:00", "2020-01-01T00:60:00",
    "2020-01-01T00:00:60", "x2020-01-01", "2020-01-01T00:00:00Zx", "2020-01-01T00:00:00+2",
    "0000-01-01",
])
def test_no_time(text: str) -> None:
    assert parse_time(text) is None


@pytest.mark.parametrize(("text", "parts"), [
    ("a", ("eq", "a")), ("a:b", ("a", "b")), ("a:b:c", ("a", "b:c")), (":a", ("", "a")),
    ("", ("eq", "")),
])
def test_an_operator(text: str, parts: tuple[str, str]) -> None:
    assert split_operator(text) == parts


@pytest.mark.parametrize(("text", "values"), [
    ("a,b", ["a", "b"]), ("a", ["a"]), ('"a,b",c', ["a,b", "c"]), ('"a","b"', ["a", "b"]),
    ("a,,b", ["a", "", "b"]), ('"a\\"b"', ['a\\"b']), ("", []), ('""', [""]),
])
def test_values(text: str, values: list[str]) -> None:
    assert split_values(text) == values


@pytest.mark.parametrize(("text", "problem"), [
    ('a"b"', "no comma before opening"), ('"a"b', "no comma after closing"),
    ('"a', "quote is not closed"), ('"a",b"', "no comma before opening"),
])
def test_quotation_marks_that_do_not_fit(text: str, problem: str) -> None:
    with pytest.raises(Refused) as refused:
        split_values(text)
    assert problem in refused.value.text
    assert text in refused.value.text
