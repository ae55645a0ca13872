"""Writes docs/error-codes.md from the code and the tests: ``python docs/make_error_codes.py``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from fake_ims.contract.errors import ERRORS

ROOT = Path(__file__).parent.parent
TARGET = Path(__file__).with_name("error-codes.md")
HEAD = """# Error codes

Made by `python docs/make_error_codes.py` from what the code raises and the tests name; a test
fails when it is out of date. *by rule*: the service says it by itself, where the column *raised in*
tells. *by asking*: what a cloud has behind the scenes (a broken billing, a lost bucket) a test
asks for:

```python
fake.faults.add("cloudimages.copy", error="IMG.0187")   # the request is refused
fake.jobs.fail_next("IMG.0014")                         # the request is taken, the job fails
```

Every code can be asked for both ways, whether a rule raises it or not
(`tests/ims/test_error_codes.py`).

"""
# Where codes stand that no rule raises: the table itself, and what faults answer by status.
_TABLES = ("fake_ims/contract/errors.py", "fake_ims/contract/statuses.py",
           # of a profile that shows no codes
           "fake_ims/contract/metadefs.py")
_CODE = re.compile(r'"(IMG\.\d{4})"')


def raised() -> dict[str, list[str]]:
    """The modules that raise each code, by rule."""
    return _found(ROOT / "fake_ims", exclude=_TABLES)


def tested() -> dict[str, list[str]]:
    """The test modules that name each code."""
    return _found(ROOT / "tests", exclude=("tests/ims/test_error_codes.py",
                                           "tests/contract/test_tables.py"))


def _found(folder: Path, exclude: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {code: [] for code in ERRORS}
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name not in exclude:
            for code in sorted(set(_CODE.findall(path.read_text(encoding="utf-8")))):
                if code in found:
                    found[code].append(name)
    return found


def rows() -> Iterator[str]:
    """The table, a line each."""
    by_rule, tests = raised(), tested()
    yield "| code | status | message | reached | raised in | shown by |"
    yield "|---|---|---|---|---|---|"
    for code, row in ERRORS.items():
        modules = by_rule[code]
        shown = tests[code][:2] if modules else []
        yield (f"| `{code}` | {row.status} | {row.message} | "
               f"{'by rule' if modules else 'by asking'} | "
               f"{', '.join(f'`{name[9:]}`' for name in modules[:3])} | "
               f"{', '.join(f'`{name[6:]}`' for name in shown)} |")


def text() -> str:
    """The whole page."""
    by_rule = raised()
    count = sum(bool(modules) for modules in by_rule.values())
    return (f"{HEAD}{count} of {len(ERRORS)} codes are reached by a rule, "
            f"{len(ERRORS) - count} by asking.\n\n" + "\n".join(rows()) + "\n")


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"{TARGET.name}: {len(ERRORS)} codes\n")
