"""Lines of keys in TOML and JSON, and texts that are neither."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from fake_ims.documents.check import Problem, dotted
from fake_ims.documents.places import line_of
from fake_ims.documents.source import parse, read
from fake_ims.errors import UsageError

TOML = '''\
a = 1
# [not] = "this"
[[faults]]
operation = "images.*"
headers = {x = "1", y = 2}
list = [
  1,
  "# ]",
]
text = """
[[faults]]
b = 3
"""
[[faults]]
"q.r" = 1
x.y = 2
[world]
known_only = true
[[world.servers]]
id = "a"
[[world.servers]]
id = 'b # c'
[[world.servers.disks]]
id = "d"
'''


def test_toml() -> None:
    source = parse(TOML, "s.toml")
    found = {dotted(path): line for path, line in source.lines.items()}
    assert found == {
        "a": 1, "faults[0]": 3, "faults[0].operation": 4, "faults[0].headers": 5,
        "faults[0].list": 6, "faults[0].text": 10, "faults[1]": 14, "faults[1].q.r": 15,
        "faults[1].x": 16, "faults[1].x.y": 16, "world": 17, "world.known_only": 18,
        "world.servers[0]": 19, "world.servers[0].id": 20, "world.servers[1]": 21,
        "world.servers[1].id": 22, "world.servers[1].disks[0]": 23,
        "world.servers[1].disks[0].id": 24,
    }
    # What has no line of its own is told by what it stands in.
    assert line_of(source.lines, ("faults", 0, "headers", "x")) == 5
    assert line_of(source.lines, ("elsewhere",)) == 1


def test_every_key_of_a_document_has_the_line_that_names_it() -> None:
    lines = TOML.splitlines()
    for path, line in parse(TOML, "s.toml").lines.items():
        name = path[-1] if isinstance(path[-1], str) else path[-2]
        assert str(name) in lines[line - 1], (path, line)


def test_json() -> None:
    text = '{"a": 1,\n "faults": [\n  {"target": "x\\"{",\n   "n": [1,\n  2]}, {}\n ], "z": {}}'
    source = parse(text, "s.json")
    found = {dotted(path): line for path, line in source.lines.items()}
    assert found == {"": 1, "a": 1, "faults": 2, "faults[0]": 3, "faults[0].target": 3,
                     "faults[0].n": 4, "faults[0].n[0]": 4, "faults[0].n[1]": 5,
                     "faults[1]": 5, "z": 6}
    assert source.text(Problem(("faults", 0, "n", 1), "is bad")) == (
        "s.json:5: faults[0].n[1]: is bad")


def test_json_of_any_shape_is_walked_to_its_end() -> None:
    document = {"a": [[], {}, [{"b": None, "c": [True, -1.5e3, "x,]}"]}]], "d é": "\u2028"}
    for indent in (None, 1):
        source = parse(json.dumps(document, indent=indent), "s.json")
        assert ("a", 2, 0, "c", 2) in source.lines
        assert ("d é",) in source.lines


@pytest.mark.parametrize(("text", "name", "words"), [
    ("a = 1\nb = [", "s.toml", "s.toml:2: invalid TOML: "),
    ("a = 1\na = 2\n", "s.toml", "s.toml:2: invalid TOML: "),
    ('{"a": 1,\n"b"}', "s.json", "s.json:2: invalid JSON: "),
    ('{"a": 1, "a": 2}', "s.json", "s.json: duplicate key 'a'"),
    ("[1]", "s.json", "s.json:1: expected a JSON object {...}"),
])
def test_what_cannot_be_parsed(text: str, name: str, words: str) -> None:
    with pytest.raises(UsageError, match=re.escape(words)):
        parse(text, name)


def test_files(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no\.toml: cannot read the file: No such file"):
        read(tmp_path / "no.toml")
    (tmp_path / "latin.toml").write_bytes(b"a = '\xe4'")
    with pytest.raises(UsageError, match="the file is not UTF-8"):
        read(tmp_path / "latin.toml")
    (tmp_path / "good.toml").write_text("a = 1")
    assert read(tmp_path / "good.toml").document == {"a": 1}
