"""Control API: state, reset, clock, lifecycle, tenants and scenario of the fake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..documents import apply, schemas
from ..documents.schemas import DUE, DURATION, NAME, says, table
from ..documents.source import Source, parse
from ..scenario.document import ScenarioDocument, checked
from ..scenario.schema import schema as scenario_schema
from ..version import __version__
from .route import Control, ControlError, Route


def _state(control: Control) -> dict[str, object]:
    fake = control.fake
    return {
        "version": __version__, "profile": fake.profile, "auth": fake.auth,
        "url": fake.url if fake.running else None,
        "region": fake.region, "regions": list(fake.regions), "seed": fake.faults.seed,
        "token": fake.token,
        "project_id": fake.project_id, "user_id": fake.user_id,
        "clock": _clock(control), "lifecycle": _lifecycle(control),
        "glance": fake.glance,
        "images": len(fake.images), "jobs": len(fake.jobs), "faults": len(fake.faults),
        "requests": fake.requests.recorded, "dropped": fake.requests.dropped,
        "scenario": None if fake.scenario is None else _told(control),
    }


def _reset(control: Control) -> dict[str, object]:
    control.fake.reset(**control.body)
    return _state(control)


def _clock(control: Control) -> dict[str, object]:
    clock = control.fake.clock
    return {"now": clock.utcnow().isoformat(), "seconds": clock.now()}


def _advance(control: Control) -> dict[str, object]:
    control.fake.clock.advance(control.body["advance"])
    return _clock(control)


def _lifecycle(control: Control) -> dict[str, str]:
    lifecycle = control.fake.lifecycle
    return {name: str(getattr(lifecycle, name)) for name in ("saving", "deleting", "jobs")}


def _set_lifecycle(control: Control) -> dict[str, str]:
    apply.change_lifecycle(control.fake.lifecycle, control.body)
    return _lifecycle(control)


def _kill_next(control: Control) -> None:
    control.fake.lifecycle.kill_next(**control.body)


def _kill_nth(control: Control) -> None:
    control.fake.lifecycle.kill_nth(**control.body)


def _kill_named(control: Control) -> None:
    control.fake.lifecycle.kill_named(**control.body)


def _tenant(control: Control) -> dict[str, object]:
    tenant = apply.add_tenant(control.fake, control.body)
    return {"project_id": tenant.project_id, "user_id": tenant.user_id,
            "roles": list(tenant.roles), "token": tenant.token}


def _play(control: Control) -> dict[str, object]:
    body = dict(control.body)
    if "toml" in body:
        source = parse(body["toml"], "scenario.toml")
    else:
        source = Source("scenario", body["scenario"], {})
    scenario: ScenarioDocument = checked(source, control.fake.twin, {})
    control.fake.play(scenario)
    return _told(control)


def _told(control: Control) -> dict[str, object]:
    scenario = control.fake.scenario
    if scenario is None:
        raise ControlError(404, "the fake has no scenario; POST one to /_fake_ims/scenario")
    return {"name": scenario.document.name, "taken": scenario.taken,
            "steps": len(scenario.document.steps), "complaints": scenario.complaints(),
            "tenants": {name: tenant.token for name, tenant in scenario.tenants.items()}}


_LIFECYCLE: Mapping[str, Any] = {name: DUE for name in ("saving", "deleting", "jobs")}

ROUTES = (
    Route("state", "GET", "/state", "Show the settings and counts of the fake.", _state,
          answer="settings, counts, clock and token"),
    Route("reset", "POST", "/reset",
          "Remove all images, tokens, faults and requests. Settings that you leave out return to "
          "their values at the start of the fake.", _reset, table(schemas.SETTINGS_OF_A_FAKE),
          answer="the new state"),
    Route("clock", "GET", "/clock", "Show the time of the fake.", _clock,
          answer="the time, as ISO 8601 and as seconds since the epoch"),
    Route("clock.advance", "POST", "/clock", "Move the time of the fake forward.", _advance,
          table({"advance": says(DURATION, "duration to move the clock by")},
                required=("advance",)),
          answer="the new time"),
    Route("lifecycle", "GET", "/lifecycle", "Show how long uploads, deletions and jobs take.",
          _lifecycle, answer="saving, deleting and jobs"),
    Route("lifecycle.set", "PATCH", "/lifecycle",
          "Change how long future uploads, deletions and jobs take.",
          _set_lifecycle, table(_LIFECYCLE), answer="saving, deleting and jobs"),
    Route("lifecycle.kill_next", "POST", "/lifecycle/kill_next",
          "End the next uploads with the status killed.", _kill_next, schemas.KILLS["kill_next"]),
    Route("lifecycle.kill_nth", "POST", "/lifecycle/kill_nth",
          "End the Nth upload from now with the status killed.", _kill_nth,
          schemas.KILLS["kill_nth"]),
    Route("lifecycle.kill_named", "POST", "/lifecycle/kill_named",
          "End uploads to images of a name with the status killed.", _kill_named,
          schemas.KILLS["kill_named"]),
    Route("tenants.add", "POST", "/tenants", "Add a tenant, and issue a token for it.", _tenant,
          schemas.tenant(), answer="project_id, user_id, roles and token"),
    Route("scenario", "GET", "/scenario", "Show the current scenario.", _told,
          answer="number of steps taken, complaints, and tokens of its tenants", errors=(404,)),
    Route("scenario.play", "POST", "/scenario",
          "Reset the fake and play a scenario. An invalid scenario changes nothing.", _play,
          {"anyOf": [
              table({"toml": says(NAME, "the scenario, as the text of a TOML file")},
                    required=("toml",)),
              table({"scenario": says({"type": "object"}, "the scenario, as a JSON object")},
                    required=("scenario",))],
           "title": "{toml: TEXT} or {scenario: OBJECT}"},
          answer="number of steps taken, complaints, and tokens of its tenants"),
    Route("scenario.schema", "GET", "/scenario/schema",
          "Return the JSON schema of scenario files.",
          lambda control: scenario_schema(), answer="a JSON schema"),
)
