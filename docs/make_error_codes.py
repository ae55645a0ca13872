"""Writes docs/error-codes.md from what tests see on the wire: ``python docs/make_error_codes.py``.

It runs the tests of both faces and notes which error codes the service answers by a rule. What the
page claims holds: each test that it names is held to it whenever it runs (``tests/codes_seen.py``).
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path

from fake_ims.contract.errors import ERRORS

ROOT = Path(__file__).parent.parent
TARGET = Path(__file__).with_name("error-codes.md")
TESTS = ("tests/ims", "tests/native")
HEAD = """# Error codes

Made by `python docs/make_error_codes.py`, which runs the tests of both faces and notes which codes
are answered. *by rule*: the service says it by itself, to a request or as the end of a job, and the
test that is named has seen it on the wire; that test fails if it does not see it any more, and any
test fails that sees a code that stands here as *by asking*. *by asking*: no rule can tell, for the
reason given; a test asks for it:

```python
fake.faults.add("cloudimages.copy", error_code="IMG.0187")   # the request is refused
fake.jobs.fail_next("IMG.0014")                         # the request is taken, the job fails
```

Every code can be asked for both ways, whether a rule raises it or not
(`tests/ims/test_error_codes.py`).

"""
_INSIDE = "a failure inside the service, without a cause that a client or a test could set up"
_UNKNOWN = "what causes it is not said"
# Why no rule raises a code.
REASONS: Mapping[str, str] = {
    "IMG.0011": "no operation has a parameter forceCreate",
    "IMG.0014": _INSIDE,
    "IMG.0016": _INSIDE,
    "IMG.0018": _INSIDE,
    "IMG.0025": "no operation has a parameter for the type of a user",
    "IMG.0031": "an id that is no image's is `IMG.0144` or `IMG.0027`, as the pages have it",
    "IMG.0034": "no operation changes the quota",
    "IMG.0037": _INSIDE,
    "IMG.0038": "no operation makes a bucket",
    "IMG.0039": "no operation grants rights to a bucket",
    "IMG.0045": _INSIDE,
    "IMG.0053": _INSIDE,
    "IMG.0065": _INSIDE,
    "IMG.0081": "page *Exporting an Image* lets such an image be exported",
    "IMG.0084": "no operation is for public images alone",
    "IMG.0085": "no operation publishes images",
    "IMG.0086": "lists that find nothing are empty, as the pages have it",
    "IMG.0113": _UNKNOWN,
    "IMG.0114": _UNKNOWN,
    "IMG.0161": "no operation sets the name of a vendor",
    "IMG.0162": "no operation sets the name of a vendor",
    "IMG.0163": "no operation sets the name of a vendor",
    **dict.fromkeys(
        ("IMG.0168", "IMG.0169", "IMG.0170", "IMG.0171", "IMG.0172", "IMG.0173", "IMG.0174"),
        "no documented operation updates an image from another one"),
}
# Where codes stand that no rule raises: the table itself, and what faults answer by status.
_TABLES = ("fake_ims/contract/errors.py", "fake_ims/contract/statuses.py",
           # of a profile that shows no codes
           "fake_ims/contract/metadefs.py")
_CODE = re.compile(r'"(IMG\.\d{4})"')
_ROW = re.compile(r"\| `(IMG\.\d{4})` \|.*\| by rule \| `(.+)` \|\Z")


def raised() -> dict[str, list[str]]:
    """The modules that name each code."""
    found: dict[str, list[str]] = {code: [] for code in ERRORS}
    for path in sorted((ROOT / "fake_ims").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name not in _TABLES:
            for code in sorted(set(_CODE.findall(path.read_text(encoding="utf-8")))):
                if code in found:
                    found[code].append(name)
    return found


@cache
def claims() -> dict[str, str]:
    """The test that shows each code that a rule raises, as the page says now."""
    if not TARGET.exists():
        return {}
    return {match[1]: match[2].replace("&#124;", "|")
            for line in TARGET.read_text(encoding="utf-8").splitlines()
            if (match := _ROW.match(line))}


def seen() -> dict[str, str]:
    """The test that shows each code, by running the tests.

    Raises:
        SystemExit: a test fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "codes"
        target.touch()
        # What is to be renewed cannot be asked whether it is old.
        if subprocess.run([sys.executable, "-m", "pytest", "-q", "-n", "2", f"--codes-to={target}",
                           *TESTS, "--deselect=tests/ims/test_error_codes.py"],
                          cwd=ROOT, check=False).returncode:
            raise SystemExit("tests fail; the page is left as it is")
        found: dict[str, list[str]] = {}
        for line in target.read_text(encoding="utf-8").splitlines():
            code, _, nodeid = line.partition(" ")
            found.setdefault(code, []).append(nodeid)
    return {code: min(nodeids, key=partial(_fitness, code)) for code, nodeids in found.items()}


def _fitness(code: str, nodeid: str) -> tuple[object, ...]:
    """What has the code for its subject is named before what only comes across it."""
    case = nodeid.partition("[")[2]
    return (f"{code}]" != case, bool(case), "tests/ims/" not in nodeid,
            "test_parameters" in nodeid, nodeid)


def rows(shown: Mapping[str, str]) -> Iterator[str]:
    """The table, a line each."""
    yield "| code | status | message | reached | shown by, or why no rule tells |"
    yield "|---|---|---|---|---|"
    for code, row in ERRORS.items():
        how = (f"by rule | `{shown[code].replace('|', '&#124;')}`" if code in shown
               else f"by asking | {REASONS.get(code, '?')}")
        yield f"| `{code}` | {row.status} | {row.message} | {how} |"


def text(shown: Mapping[str, str]) -> str:
    """The whole page."""
    return (f"{HEAD}{len(shown)} of {len(ERRORS)} codes are reached by a rule, "
            f"{len(ERRORS) - len(shown)} by asking.\n\n" + "\n".join(rows(shown)) + "\n")


if __name__ == "__main__":
    TARGET.write_text(text(seen()), encoding="utf-8")
    sys.stdout.write(f"{TARGET.name}: {len(ERRORS)} codes\n")
