"""Control API: add, list and remove faults."""

from __future__ import annotations

from ..documents import schemas
from ..documents.schemas import says
from ..faults import Fault
from .route import Control, ControlError, Route


def told(fault: Fault) -> dict[str, object]:
    """Return a fault as a JSON document."""
    return {"number": fault.number, "text": str(fault), "settings": dict(fault.plan.settings),
            "hits": fault.hits, "matched": fault.matched, "active": fault.active}


def _list(control: Control) -> dict[str, object]:
    faults = list(control.fake.faults)
    if control.query.get("unused") == "true":
        unused = control.fake.faults.unused()
        faults = [fault for fault in faults if fault in unused]
    return {"faults": [told(fault) for fault in faults]}


def _add(control: Control) -> dict[str, object]:
    return told(control.fake.faults.set(control.body))


def _weather(control: Control) -> dict[str, object]:
    weather = control.fake.faults.weather(control.body["name"], seed=control.body.get("seed"))
    return {"faults": [told(fault) for fault in weather]}


def _find(control: Control) -> Fault:
    number = control.params["number"]
    for fault in control.fake.faults:
        if str(fault.number) == number:
            return fault
    raise ControlError(404, f"fault {number} does not exist; GET /_fake_ims/faults lists all "
                       "faults")


def _remove(control: Control) -> None:
    _find(control).remove()


def _clear(control: Control) -> None:
    control.fake.faults.clear()


ROUTES = (
    Route("faults", "GET", "/faults", "List the faults.", _list,
          query={"unused": says({"enum": ["true", "false"]},
                                "'true' lists only faults that never fired")},
          answer="the faults, in the order in which they were added"),
    Route("faults.add", "POST", "/faults", "Add a fault.", _add, schemas.fault(),
          answer="the fault, with its number and a description"),
    Route("faults.weather", "POST", "/faults/weather",
          "Add the faults of a weather, a named set of faults.", _weather,
          schemas.weather(), answer="the faults of the weather, in order"),
    Route("faults.clear", "DELETE", "/faults", "Remove all faults.", _clear),
    Route("faults.show", "GET", "/faults/{number}", "Show a fault.",
          lambda control: told(_find(control)), answer="the fault", errors=(404,)),
    Route("faults.remove", "DELETE", "/faults/{number}", "Remove a fault.", _remove,
          errors=(404,)),
)
