"""docs/architecture.md: what it names is where it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
# A file or folder, and what stands in parentheses or after a comma behind it.
NAMED = re.findall(r"`([\w./]+(?:\.py|/))`(?: \(`(\w+)`\)|, `(\w+)`)?", PAGE)


def place(name: str) -> Path:
    """Where a path of the page is: below the root, the package, or the contract's table."""
    for base in (ROOT, ROOT / "fake_ims", ROOT / "fake_ims" / "api",
                 ROOT / "fake_ims" / "contract", ROOT / "fake_ims" / "domain" / "ims"):
        if (base / name).exists():
            return base / name
    pytest.fail(f"there is no {name}")


@pytest.mark.parametrize(("name", "inside", "also"), sorted(set(NAMED)))
def test_what_it_names_is_there(name: str, inside: str, also: str) -> None:
    found = place(name)
    word = inside or also
    if word and found.is_file():
        assert re.search(rf"\b{word}\b", found.read_text(encoding="utf-8"))


def test_it_shows_every_layer_in_the_order_of_the_contract() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layers = re.findall(r'^    "(\w+)',
                        text[text.index("layers = ["):].partition("]")[0], re.MULTILINE)
    shown = re.findall(r"^fake_ims/(\w+)(?:/|\.py)", PAGE, re.MULTILINE)
    assert [layer for layer in layers if layer != "__main__"] == shown
    packages = {path.name for path in (ROOT / "fake_ims").iterdir() if path.is_dir()
                and (path / "__init__.py").exists()}
    assert packages <= set(shown)
    files = {path.stem for path in (ROOT / "fake_ims").glob("*.py")}
    assert files <= {"__init__", "__main__", "version"}


def test_every_row_about_a_rule_names_its_guard() -> None:
    table = PAGE[PAGE.index("| a rule about"):]
    rows = [row.split("|")[1:-1] for row in table.splitlines()[2:] if row.startswith("|")]
    assert len(rows) > 20
    for _, where, guard in rows:
        assert ".py`" in where or "/`" in where
        assert "tests/" in guard or "error codes" in guard
