"""What must hold, as sessions of nox: ``nox -l`` lists them, ``nox -s lint types`` runs two.

What follows ``--`` goes to the tool of the session: ``nox -s tests-3.12 -- tests/native``.
A Python that this machine does not have is skipped.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "virtualenv"
nox.options.error_on_missing_interpreters = False
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["lint", "types", "layers", "docs", "tests"]

PYTHONS = ["3.10", "3.11", "3.12", "3.13", "3.14"]

PROJECT = nox.project.load_toml("pyproject.toml")["project"]
REQUIREMENTS = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]

#: Whose lowest declared releases the session ``floors`` installs.
FLOORS = ("aiohttp", "msgspec", "pytest")

#: What ``floors`` runs: the service, the plugin, and what is used to hold them.
CORE = [
    "tests/native", "tests/ims", "tests/plugin",
    *sorted(map(str, Path("tests").glob("test_*.py"))),
]

#: What CORE needs besides. SDKs have floors of their own; tests that need one are skipped.
CORE_NEEDS = (
    "anyio", "freezegun", "httpx", "pytest-aiohttp", "pytest-asyncio", "pytest-randomly",
    "pytest-xdist", "requests", "trio",
)

#: Packages that have a C form and a Python form. ``<NAME>_NO_EXTENSIONS=1`` chooses the latter.
COMPILED = ("AIOHTTP", "FROZENLIST", "MULTIDICT", "PROPCACHE", "YARL")

#: Tests that hold the documentation to the code.
DOCS = [
    "tests/test_doc_pages.py",
    "tests/faults/test_fault_docs.py",
    "tests/clients/test_page.py",
    "tests/contract/test_tables.py",
]


def lowest(package: str) -> str:
    """The lowest release of a package that pyproject.toml allows, pinned."""
    for requirement in REQUIREMENTS:
        found = re.fullmatch(rf"{package}>=([\d.]+)", requirement)
        if found:
            return f"{package}=={found[1]}"
    raise LookupError(f"pyproject.toml gives no lowest release of {package}")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """All tests, on each Python."""
    session.install("-e", ".[test]")
    session.run("pytest", "-q", "-n", "auto", *session.posargs)


@nox.session
def floors(session: nox.Session) -> None:
    """The core's tests with the lowest releases of aiohttp, msgspec and pytest.

    These releases have wheels for Python 3.10 and 3.11: ``nox -P 3.10 -s floors``. The tests run
    in their own order and in one process: a pytest-asyncio that works with the lowest pytest leaves
    loops behind, and tests that count descriptors would fail at random.
    """
    pins = [lowest(package) for package in FLOORS]
    session.install("-e", ".", *pins, *CORE_NEEDS)
    session.run("pytest", "-q", "-p", "no:randomly", *(session.posargs or CORE))


@nox.session(python=PYTHONS)
def dev_mode(session: nox.Session) -> None:
    """The core's tests in Python's development mode, where each warning is an error.

    The processes of pytest-xdist have the options, too. Those that tests start do not: asyncio
    would print there how long each step took.
    """
    session.install("-e", ".", "pytest", *CORE_NEEDS)
    python = ["python", "-X", "dev", "-W", "error"]
    workers = f"--tx={os.cpu_count() or 1}*popen//python={' '.join(python)}"
    session.run(*python, "-m", "pytest", "-q", "--dist=load", workers, *(session.posargs or CORE))


@nox.session(python=PYTHONS)
def pure_python(session: nox.Session) -> None:
    """The core's tests with aiohttp and what it needs in Python only, as on PyPy."""
    session.install("-e", ".", "pytest", *CORE_NEEDS)
    session.run("pytest", "-q", "-n", "auto", *(session.posargs or CORE),
                env={f"{package}_NO_EXTENSIONS": "1" for package in COMPILED})


@nox.session
def newest(session: nox.Session) -> None:
    """All tests with the newest release of everything."""
    session.install("--upgrade", "--upgrade-strategy", "eager", "-e", ".[test]")
    session.run("pytest", "-q", "-n", "auto", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """ruff, and the names of the news fragments."""
    session.install("ruff", "towncrier")
    session.run("ruff", "check", ".", *session.posargs)
    session.run("towncrier", "build", "--draft", "--version", "next", silent=True)


@nox.session
def types(session: nox.Session) -> None:
    """mypy, strict."""
    session.install("-e", ".", "mypy", "pytest")
    session.run("mypy", *session.posargs)


@nox.session
def layers(session: nox.Session) -> None:
    """import-linter: run-time imports point downwards only."""
    session.install("-e", ".", "import-linter", "pytest")
    session.run("lint-imports", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The examples in the documentation run, and its tables are those of the code."""
    session.install("-e", ".[test]")
    session.run("pytest", "-q", *(session.posargs or DOCS))


@nox.session
def suites(session: nox.Session) -> None:
    """The image tests of tempest and openstacksdk, run at the fake."""
    session.install("-e", ".")
    venv = Path(session.virtualenv.location, "suites")
    session.run("python", "tests/suites", "--venv", str(venv), *(session.posargs or ["--check"]))


@nox.session
def image_manager(session: nox.Session) -> None:
    """The real openstack-image-manager imports, stalls and fails at the fake."""
    session.install("-e", ".")
    venv = Path(session.virtualenv.location, "image-manager")
    session.run("python", "tests/suites/image_manager.py", "--venv", str(venv))


@nox.session
def benchmarks(session: nox.Session) -> None:
    """The table of docs/performance.md, measured on this machine."""
    session.install("-e", ".")
    session.run("python", "tests/benchmarks", *session.posargs)
