"""gophertelekomcloud: what it once asked is asked again, byte for byte, and it could go on.

``go/README.md`` says how it was recorded. What the SDK does with an answer stands in its sources:
a value of another type than the Go struct has makes it refuse the whole answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from freezegun import freeze_time
from go.recording import (
    MEMBER_ACCESS,
    MEMBER_SECRET,
    Recording,
    Run,
    Step,
    facts,
    fill,
    ids,
    prepare,
    resigned,
)
from wire import Reply, Wire

from fake_ims import FakeIMS
from fake_ims.contract.attributes import ATTRIBUTES
from fake_ims.domain.keys import Keys
from fake_ims.domain.signatures import SignedRequest, verify

RECORDING = Recording.load()
RUNS = RECORDING.runs
ISSUED = pytest.mark.fake_ims(profile="otc", auth="issued")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
# The Go struct of an image, ims/v2/images.ImageInfo: what is a text, and what is not.
TEXTS = (
    "__account_code", "__backup_id", "__data_origin", "__description", "__image_location",
    "__image_login_user", "__image_size", "__image_source_type", "__imagetype", "__isregistered",
    "__lazyloading", "__originalimagename", "__os_bit", "__os_feature_list", "__os_type",
    "__os_version", "__platform", "__root_origin", "__sequence_num", "__support_amd",
    "__support_diskintensive", "__support_fc_inject", "__support_highperformance",
    "__support_kvm", "__support_kvm_gpu_type", "__support_kvm_hi1822_hiovs",
    "__support_kvm_infiniband", "__support_kvm_nvme_spdk", "__support_largememory",
    "__support_xen", "__support_xen_gpu_type", "__support_xen_hana", "__system__cmkid",
    "active_at", "checksum", "container_format", "disk_format", "enterprise_project_id", "file",
    "hw_firmware_type", "hw_vif_multiqueue_enabled", "id", "max_ram", "name", "owner", "schema",
    "self", "status", "virtual_env_type", "visibility")
NUMBERS = ("min_disk", "min_ram", "size", "virtual_size")
TIMES = ("created_at", "updated_at")


class Replay:
    """The SDK's part in a conversation with a fake."""

    def __init__(self, fake: FakeIMS, run: Run) -> None:
        self.fake = fake
        self.run = run
        self.wire = Wire(fake.url, {})
        self.known = {**fake.env(), "token": fake.token}
        prepare(fake, run)

    def play(self) -> None:
        """All requests, each with what the answers before it gave."""
        with self.clock() as clock:
            for step in self.run.steps:
                if step.signed:
                    clock.move_to(step.instant)
                self.check(step, self.send(step))

    @contextmanager
    def clock(self) -> Iterator[Any]:
        """At the instant of the signatures; the clock of the others may run."""
        signed = next((step for step in self.run.steps if step.signed), None)
        if signed is None:
            yield None
        else:
            with freeze_time(signed.instant) as clock:
                yield clock

    def send(self, step: Step) -> Reply:
        """As recorded, also the signature, unless it is about what this fake calls otherwise."""
        filled = step.filled(self.known)
        if step.signed and re.search(r"\{(image|job)_", f"{step.request}{step.body}"):
            filled = resigned(filled, RECORDING.headers, secret(filled, self.fake))
        method, target = filled.request.split(" ", 1)
        body = None if filled.body is None else filled.body.encode()
        chunked = "Transfer-Encoding" in step.headers
        return self.wire.send(method, target, iter([body]) if chunked else body,
                              {**RECORDING.headers, **filled.headers}, chunked=chunked)

    def check(self, step: Step, reply: Reply) -> None:
        """Status and what the SDK reads; later requests know the ids and tokens."""
        assert reply.status == step.status, (step, reply)
        assert self.fake.requests.last.operation == step.operation
        made, begun = ids(step.operation, reply.status, reply.body)
        for kind, found in (("image", made), ("job", begun)):
            if found and found not in self.known.values():
                number = sum(name.startswith(f"{kind}_") for name in self.known) + 1
                self.known[f"{kind}_{number}"] = found
        if step.operation == "identity.tokens.create" and reply.status == 201:
            number = sum(name.startswith("token_") for name in self.known) + 1
            self.known[f"token_{number}"] = reply.headers["X-Subject-Token"]
        assert facts(reply.body) == filled(step.answer, self.known), step
        if reply.status < 400 and step.operation in READ:
            READ[step.operation](reply, self.fake)


def secret(step: Step, fake: FakeIMS) -> str:
    """Of the access key that a request is signed with."""
    return MEMBER_SECRET if MEMBER_ACCESS in step.headers["Authorization"] else fake.secret_key


def filled(found: Any, known: Mapping[str, str]) -> Any:
    """What was read, with the names in braces filled in."""
    return json.loads(fill(json.dumps(found), known))


# what the SDK reads

def image(row: dict[str, Any]) -> None:
    """An image that the Go struct can hold."""
    assert {"id", "status", "self", "owner", "visibility", *NUMBERS[:2], *TIMES} <= row.keys()
    for name, value in row.items():
        if name in TEXTS:
            assert value is None or isinstance(value, str), (name, value)
        elif name in NUMBERS:
            assert value is None or type(value) is int, (name, value)
        elif name in TIMES:
            assert TIME.fullmatch(value), (name, value)
    assert isinstance(row["protected"], bool)
    assert all(isinstance(tag, str) for tag in row["tags"])


def member(row: dict[str, Any]) -> None:
    """A member that the Go struct can hold."""
    for name in ("status", "image_id", "member_id", "schema"):
        assert row[name]
        assert isinstance(row[name], str)
    assert all(TIME.fullmatch(row[name]) for name in TIMES)


def members(reply: Reply, fake: FakeIMS) -> None:
    """All members, in one answer."""
    for row in reply.json["members"]:
        member(row)


def images(reply: Reply, fake: FakeIMS) -> None:
    """A page: the SDK joins the path of ``next`` to where the service is."""
    for row in reply.json["images"]:
        image(row)
    assert reply.json.get("next", "/v2/").startswith("/v2/")


def token(reply: Reply, fake: FakeIMS) -> None:
    """The token is in a header; its project is where the client works."""
    document = reply.json["token"]
    assert reply.headers["X-Subject-Token"]
    assert TIME.fullmatch(document["expires_at"])
    assert document["user"]["id"]
    assert document["user"]["domain"]["id"]
    if "project" in document:
        assert document["project"]["id"] in (fake.project_id, "p2")
        assert document["project"]["domain"]["id"]
    assert services(document["catalog"], fake)["image"] == fake.url


def catalog(reply: Reply, fake: FakeIMS) -> None:
    """By AK/SK it asks for the catalog alone."""
    assert services(reply.json["catalog"], fake)["image"]


def services(entries: list[dict[str, Any]], fake: FakeIMS) -> dict[str, str]:
    """Where it finds each service: public, and of the region that the environment names."""
    region = fake.env()["OS_REGION_NAME"]
    return {entry["type"]: endpoint["url"].rstrip("/")
            for entry in entries for endpoint in entry["endpoints"]
            if (endpoint["interface"], endpoint["region"]) == ("public", region)}


def versions(reply: Reply, fake: FakeIMS) -> None:
    """It takes the stable one that is called v3, and goes where that says."""
    (row,) = reply.json["versions"]["values"]
    assert row["id"].startswith("v3")
    assert row["status"] == "stable"
    (link,) = (link["href"] for link in row["links"] if link["rel"] == "self")
    assert link == f"{fake.url}/identity/v3/"


def rows(name: str) -> Any:
    """Projects or domains: it takes the id of the first."""
    def check(reply: Reply, fake: FakeIMS) -> None:
        assert all(row["id"] for row in reply.json[name])
        assert reply.json["links"]["next"] is None

    return check


def job(reply: Reply, fake: FakeIMS) -> None:
    """A job that the Go struct can hold: it waits for these two words."""
    document = reply.json
    assert document["status"] in ("INIT", "RUNNING", "SUCCESS", "FAIL")
    for name in ("job_id", "job_type", "begin_time", "end_time", "error_code", "fail_reason"):
        assert document.get(name) is None or isinstance(document[name], str), name
    entities = document["entities"]
    for name in ("image_id", "image_name", "current_task"):
        assert entities.get(name) is None or isinstance(entities[name], str), name
    assert isinstance(entities.get("process_percent", 0), (int, float))
    for row in entities.get("results") or ():
        assert {type(value) for value in row.values()} == {str}


def tagged(reply: Reply, fake: FakeIMS) -> None:
    """Images by tag."""
    assert type(reply.json["total_count"]) is int
    for row in reply.json["resources"]:
        assert isinstance(row["resource_detail"]["status"], str)
        assert all(set(tag) == {"key", "value"} for tag in row["tags"])


READ: dict[str, Any] = {
    "cloudimages.list": images,
    "cloudimages.update": lambda reply, fake: image(reply.json),
    "jobs.show": job,
    "project_tags.find_images": tagged,
    "images.create": lambda reply, fake: image(reply.json),
    "images.show": lambda reply, fake: image(reply.json),
    "images.update": lambda reply, fake: image(reply.json),
    "images.list": images,
    "members.add": lambda reply, fake: member(reply.json),
    "members.show": lambda reply, fake: member(reply.json),
    "members.update": lambda reply, fake: member(reply.json),
    "members.list": members,
    "identity.tokens.create": token,
    "identity.tokens.show": token,
    "identity.auth.catalog": catalog,
    "identity.versions": versions,
    "identity.projects.list": rows("projects"),
    "identity.auth.domains": rows("domains"),
}


@ISSUED
@pytest.mark.parametrize("name", RUNS)
def test_it_is_answered_as_it_was(fake_ims: FakeIMS, name: str) -> None:
    Replay(fake_ims, RUNS[name]).play()
    assert len(fake_ims.requests) == len(RUNS[name].steps)
    assert fake_ims.faults.unused() == []


def test_attributes_are_of_the_types_that_it_holds() -> None:
    """Also those that no image of the recording has."""
    known = [attribute for attribute in ATTRIBUTES if attribute.name in (*TEXTS, *NUMBERS)]
    assert len(known) > 30
    for attribute in known:
        held = "string" if attribute.name in TEXTS else "integer"
        assert set(attribute.types) <= {held, "null"}, attribute.name


# where the environment leads it

@ISSUED
def test_the_environment_says_where_it_logs_in(fake_ims: FakeIMS) -> None:
    env = fake_ims.env()
    for name, url in (("life", env["OS_AUTH_URL"]), ("identity", f"{fake_ims.url}/identity/v3")):
        assert url.startswith(fake_ims.url)
        (request, *_) = (step.request for step in RUNS[name].steps
                         if step.operation == "identity.tokens.create")
        assert request == f"POST {urlsplit(url).path}/auth/tokens"
    for name, run in RUNS.items():
        if run.environment.get("OS_AUTH_TYPE") == "aksk" and "wrong" not in name:
            told = {key: fill(value, env) for key, value in run.environment.items()}
            assert (told["OS_ACCESS_KEY"], told["OS_SECRET_KEY"]) == (
                fake_ims.access_key, fake_ims.secret_key)


# signatures

SIGNED = [(name, number) for name, run in RUNS.items() for number, step in enumerate(run.steps)
          if step.signed]
GOOD = [(name, number) for name, number in SIGNED if RUNS[name].steps[number].status != 401]


def as_it_was(name: str, number: int) -> Step:
    """A signed request with the ids that it had."""
    return RUNS[name].steps[number].filled(RUNS[name].ids)


@pytest.mark.parametrize(("name", "number"), GOOD)
def test_each_signature_is_good(name: str, number: int) -> None:
    """That of the SDK; and ours, which signs again what has other ids now."""
    step = as_it_was(name, number)
    keys = Keys()
    keys.add(MEMBER_ACCESS, MEMBER_SECRET, project_id="p2")
    method, target = step.request.split(" ", 1)
    path, _, query = target.partition("?")
    request = SignedRequest(method, path, query, {**RECORDING.headers, **step.headers},
                            (step.body or "").encode())
    key = verify(request, keys, step.instant.timestamp())
    assert resigned(step, RECORDING.headers, key.secret) == step


def test_what_it_signs_and_what_it_does_not() -> None:
    """The project stands in a header that comes after the signature."""
    signed = set()
    for name, number in SIGNED:
        names = re.findall(r"SignedHeaders=([^,]+)", as_it_was(name, number).headers[
            "Authorization"])[0].split(";")
        signed |= set(names)
    # x-language goes with the deletion of a tag.
    assert signed == {"accept", "content-type", "host", "user-agent", "x-language", "x-sdk-date"}
    unsigned = {header for name, number in SIGNED for header in as_it_was(name, number).headers}
    assert {"X-Project-Id", "X-Domain-Id"} <= unsigned


@ISSUED
@pytest.mark.parametrize("header", ["Host", "User-Agent", "X-Project-Id", "body"])
def test_a_change_on_the_way_is_noticed(fake_ims: FakeIMS, header: str) -> None:
    run = RUNS["life with AK/SK"]
    step = next(step for step in run.steps if step.operation == "images.create")
    replay = Replay(fake_ims, run)
    headers = dict(step.headers)
    body = step.body
    if header == "body":
        body = '{"name": "another"}'
    else:
        headers[header] = "another"
    with freeze_time(step.instant):
        reply = replay.send(Step(step.operation, step.request, headers, body, 401, None))
    assert reply.status == 401
    assert facts(reply.body) == {"error": "APIGW.0301"}


# the IMS packages

def test_every_function_of_the_ims_packages_was_called() -> None:
    """The 28 that ask, and the one that reads the id of a job, lead to these operations; what
    each sent stands in ``ims.go``."""
    called = {step.operation for name in ("ims", "ims refused") for step in RUNS[name].steps}
    assert {
        "cloudimages.create", "cloudimages.quickimport", "cloudimages.create_data_image",
        "cloudimages.create_whole_image", "cloudimages.register", "cloudimages.export",
        "cloudimages.copy", "cloudimages.list", "cloudimages.update", "cloudimages.quota",
        "cloudimages.tags.set", "cloudimages.tags.list", "cloudimages.members.add",
        "cloudimages.members.update", "cloudimages.members.delete", "project_tags.add",
        "project_tags.batch", "project_tags.delete", "project_tags.find_images",
        "project_tags.of_image", "project_tags.of_project", "members.show", "members.list",
        "jobs.show",
    } <= called


def test_what_it_held_was_what_the_fake_had() -> None:
    said = RUNS["ims"].said
    assert "image from a server active zvhd2 40 Linux CentOS 7.0 64bit private FusionCompute " \
        "[colour=blue] of a server" in said
    assert sum(line.startswith("job ") and " SUCCESS " in line for line in said) == 13
    assert "the member sees 1 renamed shared" in said
    assert RUNS["ims with AK/SK"].said == said
    waited, failed = RUNS["ims refused"].said[-2:]
    assert waited.startswith("waited job failed: The image file is empty")
    assert failed.startswith("failed FAIL IMG.0057 ")
