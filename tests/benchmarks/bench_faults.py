"""What the fault stage costs a request that no fault is about: its share of a GET of an image."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from aiohttp.test_utils import make_mocked_request
from bench_load import Load
from bench_rows import IMAGE, TOKEN, Bench, Size, http, port_of, served
from bench_table import paired

from fake_ims import FakeIMS
from fake_ims.api.call import Call
from fake_ims.journal import Draft
from fake_ims.server.pipeline import Pipeline
from fake_ims.server.state import Service

MANY = 100
_Setting = Callable[[int], dict[str, Any]]
_CASES: dict[str, tuple[_Setting, str]] = {
    "on other operations": (
        lambda number: {"operation": "images.create", "times": number + 1}, "< 0.10"),
    "on it, for other tenants": (
        lambda number: {"operation": "images.show", "tenant": f"p{number}"}, "< 0.10"),
    "on it, for other images": (
        lambda number: {"operation": "images.show", "image": f"i{number}"}, "< 0.10"),
    # These have to be asked one by one.
    "on it, for other headers": (
        lambda number: {"operation": "images.show",
                        "request_headers": {"X-Name": f"h{number}"}}, ""),
}


def faults(size: Size, load: Load) -> Bench:
    """The fault stage alone, beside the whole request, which has it too."""
    with FakeIMS() as fake:
        image = fake.images.add(**IMAGE)
        path = f"/v2/images/{image.id}"

        def request() -> float:
            return served(load, port_of(fake), http("GET", path), size.requests, size.connections)

        def stage() -> float:
            return asyncio.run(_stage(fake._service, path, size.requests * 5))

        yield paired("fault stage of a GET, no fault set", stage, request, size.rounds, "< 0.02")
        for what, (setting, target) in _CASES.items():
            others = [fake.faults.add(status=503, **setting(number)) for number in range(MANY)]
            yield paired(f"fault stage, {MANY} faults {what}", stage, request, size.rounds, target)
            if any(fault.hits for fault in others):
                raise RuntimeError(f"a fault {what} has fired")
            fake.faults.clear()


async def _stage(service: Service, path: str, count: int) -> float:
    """Processor seconds of the stage for one request, as ``Pipeline._answer`` has it."""
    call = Call(service, make_mocked_request("GET", path, {"X-Auth-Token": TOKEN}),
                Draft(0, "GET", path, ""), path)
    Pipeline(service)._resolve(call)
    found = service.faults
    started = time.process_time()
    for _ in range(count):
        if found.any and await found.strike(call) is not None:
            raise RuntimeError("a fault has fired")
    return (time.process_time() - started) / count
