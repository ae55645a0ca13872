"""Control: faults."""

from __future__ import annotations

from ..documents import schemas
from ..documents.schemas import says
from ..faults import Fault
from .route import Control, ControlError, Route


def told(fault: Fault) -> dict[str, object]:
    """A fault as the control API shows it."""
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
    raise ControlError(404, f"there is no fault {number}; GET /_fake_ims/faults lists them")


def _remove(control: Control) -> None:
    _find(control).remove()


def _clear(control: Control) -> None:
    control.fake.faults.clear()


ROUTES = (
    Route("faults", "GET", "/faults", "The faults that are set.", _list,
          query={"unused": says({"enum": ["true", "false"]}, "only those that never fired")},
          answer="faults, in order of adding"),
    Route("faults.add", "POST", "/faults", "Set a fault.", _add, schemas.fault(),
          answer="the fault, with its number and its sentence"),
    Route("faults.weather", "POST", "/faults/weather", "Set the faults of a weather.", _weather,
          schemas.weather(), answer="its faults, in order"),
    Route("faults.clear", "DELETE", "/faults", "Remove every fault.", _clear),
    Route("faults.show", "GET", "/faults/{number}", "One fault.",
          lambda control: told(_find(control)), answer="the fault", errors=(404,)),
    Route("faults.remove", "DELETE", "/faults/{number}", "Remove one fault.", _remove,
          errors=(404,)),
)
