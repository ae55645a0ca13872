"""Pages and queries of a full store against those of one that is all but empty."""

from __future__ import annotations

import json
import time

from bench_load import Load
from bench_rows import IMAGE, Bench, Size, ask, http, port_of, served
from bench_table import Row, paired

from fake_ims import FakeIMS

FROM_SERVER = http("POST", "/v2/cloudimages/action", {
    "name": "made", "instance_id": "11111111-2222-4333-8444-555555555555"})


def pages(size: Size, load: Load) -> Bench:
    """The same page with a hundred images in the store, and with a hundred thousand."""
    few, many = 100, size.images
    count = max(size.requests // 4, 1)
    first = http("GET", "/v2/images?limit=25")

    def page(fake: FakeIMS, request: bytes) -> float:
        return served(load, port_of(fake), request, count, 4)

    with FakeIMS() as small, FakeIMS() as full:
        _fill(small, few)
        started = time.perf_counter()
        _fill(full, many)
        seeding = (time.perf_counter() - started) / many
        yield Row(f"seeding {many:,} images, each", [seeding], [])
        tenant = full.tenant("a-small-tenant")
        for number in range(25):
            at = 1.6e9 + number * many / 25
            full.images.add(owner=tenant.project_id, created_at=at, updated_at=at, **IMAGE)
        middle = full.images.named(f"image-{many // 2}").id
        for what, request in (
            ("first page", first),
            ("page behind the middle", http("GET", f"/v2/images?limit=25&marker={middle}")),
            ("all 25 of a tenant", http("GET", "/v2/images?limit=25", token=tenant.token)),
        ):
            assert len(json.loads(ask(port_of(full), request))["images"]) == 25
            yield paired(f"{what} of {many:,} vs first page of {few}",
                         lambda request=request: page(full, request),  # type: ignore[misc]
                         lambda: page(small, first), size.rounds, "1")
        for fake in (small, full):
            fake.world.quota = 2 * many + size.requests
            for number in range(10):
                fake.images.add(**{**IMAGE, "name": f"rare-{number}", "tags": ["rare=1"]})
        of_small = _ims_requests(small)
        for what, requested in _ims_requests(full).items():
            compared = of_small[what]
            # The same answer, but for how many images there are.
            assert abs(len(ask(port_of(full), requested))
                       - len(ask(port_of(small), compared))) <= 6, what
            yield paired(f"{what} of {many:,} vs of {few}",
                         lambda request=requested: page(full, request),  # type: ignore[misc]
                         lambda request=compared: page(small, request),  # type: ignore[misc]
                         size.rounds, "1")
        # Each round adds some images, to both.
        made = max(size.requests // 40, 1)
        yield paired(f"image of a server, job done, of {many:,} vs of {few}",
                     lambda: served(load, port_of(full), FROM_SERVER, made, 4),
                     lambda: served(load, port_of(small), FROM_SERVER, made, 4),
                     size.rounds, "1")


def _ims_requests(fake: FakeIMS) -> dict[str, bytes]:
    """Requests of the IMS APIs, each with the same answer whatever else the store holds."""
    tags = f"/v2/{fake.project_id}/images"
    job_id = json.loads(ask(port_of(fake), FROM_SERVER))["job_id"]
    image_id = fake.images.named("rare-7").id
    condition = {"tags": [{"key": "rare", "values": ["1"]}]}
    return {
        "IMS page of 10": http("GET", "/v2/cloudimages?limit=10"),
        "IMS list by name": http("GET", "/v2/cloudimages?name=rare-7"),
        "IMS list by id": http("GET", f"/v2/cloudimages?id={image_id}"),
        "IMS list by tag": http("GET", "/v2/cloudimages?tag=rare=1"),
        "tags of the IMS list": http("GET", "/v1/cloudimages/tags"),
        "images found by tag": http("POST", f"{tags}/resource_instances/action",
                                    {"action": "filter", **condition}),
        "images counted by tag": http("POST", f"{tags}/resource_instances/action",
                                      {"action": "count", **condition}),
        "tags of the project": http("GET", f"{tags}/tags"),
        "job": http("GET", f"/v1/{fake.project_id}/jobs/{job_id}"),
        "IMS quota": http("GET", "/v1/cloudimages/quota"),
    }


def _fill(fake: FakeIMS, count: int) -> None:
    image = dict(IMAGE)
    for number in range(count):
        image["name"] = f"image-{number}"
        fake.images.add(created_at=1.6e9 + number, **image)
