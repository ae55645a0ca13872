"""A test suite's use of the API, as ``mypy --strict`` reads it: no cast, no ignored error."""

from __future__ import annotations

from pytest_fake_ims import FakeImsClient, FakeImsFactory

from fake_ims import (
    AccessKey,
    AuthMode,
    Bucket,
    Due,
    Exchange,
    FakeIMS,
    Fault,
    Identity,
    ImageHandle,
    ImageStatus,
    JobHandle,
    JobStatus,
    MemberStatus,
    Profile,
    Project,
    Scenario,
    Selection,
    Server,
    Shelf,
    Tenant,
    User,
    Visibility,
    Weather,
    World,
    by_hand,
    polls,
)


def settings(fake: FakeIMS) -> tuple[Profile, AuthMode]:
    fake.lifecycle.saving = "30s"
    fake.lifecycle.deleting = polls(3)
    fake.lifecycle.jobs = by_hand
    due: Due = fake.lifecycle.saving
    print(due)
    other = FakeIMS(profile=fake.profile, auth=fake.auth)
    other.reset(profile=fake.profile, auth=fake.auth, saving=due)
    return fake.profile, fake.auth


def images(fake: FakeIMS) -> ImageStatus:
    image: ImageHandle = fake.images.add(
        name="ubuntu", status="queued", visibility="shared", members={"p2": "accepted"},
        properties={"__os_version": "Ubuntu 22.04 server 64bit"})
    visibility: Visibility = image.visibility
    members: dict[str, MemberStatus] = image.members
    image.set(status="active", visibility=visibility, members=members)
    fake.faults.add("images.show", image_status=image.status, status=503)
    return fake.images.named("ubuntu").status


def jobs(fake: FakeIMS) -> JobStatus:
    job: JobHandle = fake.jobs.last
    fake.faults.add("jobs.show", until=job.status, status=503)
    return job.status


def people(fake: FakeIMS) -> AccessKey:
    identity: Identity = fake.identity
    user: User = identity.add_user("ann", project="p2")
    project: Project = identity.project("p2")
    tenant: Tenant = fake.tenant(project.id, user=user.id)
    tenant.expire("10m")
    return identity.keys.add(user, project=project)


def world(fake: FakeIMS) -> Server:
    around: World = fake.world
    servers: Shelf[Server] = around.servers
    bucket: Bucket = around.buckets["b"]
    print(bucket.region)
    return servers.add(status="SHUTOFF")


def requests(fake: FakeIMS) -> str:
    chosen: Selection = fake.requests.where(operation="images.create", status="2xx")
    exchange: Exchange = chosen[0]
    assert exchange.request_json["name"] == exchange.response_json["name"]
    assert chosen.count() == chosen.count(exchange) == 1
    name: str = exchange.request_json["name"]
    return name


def faults(fake: FakeIMS) -> int:
    with fake.faults.add("images.create", status=503, times=2) as fault:
        one: Fault = fault
    with fake.faults.weather("flaky") as weather:
        several: Weather = weather
    scenario: Scenario | None = fake.scenario
    return one.hits + several.hits + (0 if scenario is None else scenario.taken)


def factory(fake_ims_factory: FakeImsFactory) -> Profile:
    return fake_ims_factory(profile="openstack").profile


async def client(fake_ims_client: FakeImsClient) -> Profile:
    await fake_ims_client.get("/v2/images")
    return fake_ims_client.fake.profile
