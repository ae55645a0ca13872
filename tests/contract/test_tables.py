"""The contract tables are complete and agree with each other."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

import fake_ims
from fake_ims.api import handlers, registry, routing
from fake_ims.contract import attributes
from fake_ims.contract.errors import ERRORS
from fake_ims.contract.neighbours import OBS_OPERATIONS
from fake_ims.contract.operations import BY_ID, OPERATIONS
from fake_ims.contract.os_versions import OS_VERSIONS, operating_system
from fake_ims.contract.refusals import REFUSALS
from fake_ims.contract.statuses import CODE_OF, DOCUMENTED, STATUSES
from fake_ims.server import pipeline

DOCS = Path(__file__).parents[2] / "docs"
#: Operations that their paths lead to. Those of OBS: tests/neighbours/test_obs.py.
ROUTED = [row for row in OPERATIONS if row.face != "obs"]


def test_the_reference_has_46_operations_and_177_error_codes():
    assert sum(row.source == "reference" for row in OPERATIONS) == 46
    assert len(ERRORS) == 177


def test_operation_ids_and_routes_are_unique():
    assert len(BY_ID) == len(OPERATIONS)
    for rows in (ROUTED, OBS_OPERATIONS):  # a request for OBS is told apart before its path is read
        assert len({(row.method, row.path) for row in rows}) == len(rows)
    assert {*ROUTED, *OBS_OPERATIONS} == set(OPERATIONS)


def test_every_documented_error_is_a_status_that_can_be_sent():
    for row in OPERATIONS:
        assert set(row.errors) <= DOCUMENTED, row.id
    assert set(CODE_OF) <= DOCUMENTED
    assert set(STATUSES) >= DOCUMENTED
    assert set(CODE_OF.values()) <= set(ERRORS)


def test_every_refusal_has_an_error_code_of_the_reference():
    for row in REFUSALS.values():
        assert row.code in ERRORS, row.key
        assert row.status in STATUSES, row.key


def test_every_refusal_is_used():
    source = "\n".join(path.read_text() for path in
                       Path(fake_ims.__file__).parent.rglob("*.py") if "contract" not in path.parts)
    unused = [key for key in REFUSALS if f'"{key}"' not in source]
    assert unused == []


@pytest.mark.parametrize("row", ROUTED, ids=lambda row: row.id)
def test_every_operation_is_reached_by_its_path(row):
    for profile in row.profiles:
        segments = row.path[1:].split("/")
        assert routing.router(profile).match(segments).operations[row.method] is row


def test_every_operation_has_a_handler_and_every_handler_an_operation():
    assert set(handlers.registered()) == set(BY_ID)


def test_an_application_is_not_built_if_an_operation_has_no_handler():
    with pytest.raises(RuntimeError, match=r"without a handler: \['images.create'\]"):
        pipeline.check_handlers(set(BY_ID) - {"images.create"})


def test_an_application_is_not_built_if_a_handler_has_no_operation():
    with pytest.raises(RuntimeError, match=r"without an operation: \['images.frob'\]"):
        pipeline.check_handlers({*BY_ID, "images.frob"})


def test_building_an_application_checks_that(monkeypatch):
    lacking = dict(registry.handlers())
    del lacking["images.create"]
    monkeypatch.setattr(registry, "_HANDLERS", lacking)
    pipeline._checked.cache_clear()
    with pytest.raises(RuntimeError, match=r"images\.create"):
        pipeline.build(None)


def test_no_operation_gets_two_handlers():
    registry.load("native.images")  # else the second one is taken for the one that is awaited
    with pytest.raises(RuntimeError, match=r"images\.create has two handlers"):
        registry.handles("images.create")(None)


def test_sort_keys_are_the_sortable_attributes():
    sortable = {row.name for row in attributes.ATTRIBUTES if row.sortable}
    assert sortable == set(attributes.SORT_KEYS)


def test_every_listed_os_version_is_understood():
    for platform, names in OS_VERSIONS.items():
        for name in names:
            system = operating_system(name)
            assert system is not None
            assert system.platform == platform


@pytest.mark.parametrize(("name", "expected"), [
    ("Ubuntu 22.04 server 64bit", ("Linux", "Ubuntu", "64")),
    ("Windows Server 2022 Standard 64bit", ("Windows", "Windows", "64")),
    ("CentOS 5.9 32bit", ("Linux", "CentOS", "32")),
    ("SUSE Linux Enterprise Server 16 64bit", ("Linux", "SUSE", "64")),
    ("Oracle Linux Server release 10.0 64bit", ("Linux", "Oracle Linux", "64")),
    ("Redhat Linux Enterprise 10.0 64bit", ("Linux", "Red Hat", "64")),
    ("Redhat 10 64bit", ("Linux", "Red Hat", "64")),
    ("Debian GNU/Linux 14.0.0 64bit", ("Linux", "Debian", "64")),
    ("openEuler 26.03 64bit", ("Linux", "Other", "64")),
    ("openSUSE 16.0 64bit", ("Linux", "OpenSUSE", "64")),
    ("EulerOS 3.0 64bit", ("Linux", "EulerOS", "64")),
    ("Fedora 44 64bit", ("Linux", "Fedora", "64")),
    ("CoreOS 4000.0.0 64bit", ("Linux", "CoreOS", "64")),
    ("Ubuntu 26.04 server(64 bit)", ("Linux", "Ubuntu", "64")),
])
def test_newer_releases_of_a_listed_form_are_understood(name, expected):
    system = operating_system(name)
    assert (system.os_type, system.platform, system.os_bit) == expected


@pytest.mark.parametrize("name", ["", "Ubuntu", "TempleOS 5 64bit", "ubuntu 22.04 64bit"])
def test_other_names_are_not(name):
    assert operating_system(name) is None


def test_the_coverage_page_is_up_to_date():
    spec = importlib.util.spec_from_file_location("make_coverage", DOCS / "make_coverage.py")
    make_coverage = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_coverage)
    assert (DOCS / "coverage.md").read_text() == make_coverage.text(), (
        "run: python docs/make_coverage.py")
