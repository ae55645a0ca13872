"""The report as JUnit XML: a testsuite for each test, a testcase for each run."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from . import Result, Swept, is_bad, is_known

# Characters that XML 1.0 cannot contain, not even escaped.
_INVALID = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(tests: list[Swept], seed: object) -> str:
    """Return the whole report as JUnit XML."""
    root = Element("testsuites", name="fake_ims sweep")
    for swept in tests:
        root.append(_suite(swept, seed))
    for name in ("tests", "failures", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    root.set("errors", "0")
    root.set("time", f"{sum(swept['seconds'] for swept in tests):.3f}")
    indent(root)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{tostring(root, encoding='unicode')}\n"


def _suite(swept: Swept, seed: object) -> Element:
    suite = Element("testsuite", name=_valid(swept["test"]), errors="0",
                    time=f"{swept['seconds']:.3f}")
    properties = SubElement(suite, "properties")
    SubElement(properties, "property", name="fake_ims_seed", value=_valid(str(seed)))
    if swept["note"]:
        _skipped(_case(suite, swept, "sweep", 0.0), swept["note"])
    for result in swept["results"]:
        _run(_case(suite, swept, result["case"], result["seconds"]), result)
    for case in swept["left_out"]:
        _skipped(_case(suite, swept, case, 0.0), "left out by the budget")
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    return suite


def _run(case: Element, result: Result) -> None:
    if is_bad(result):
        text = [result["why"], f"repeat: {result['again']}"]
        if result["site"]:
            text.append(f"request {result['position']}, {result['operation']}, was sent at "
                        f"{result['site']}")
        text += ["", result["traceback"]] if result["traceback"] else []
        failure = SubElement(case, "failure", type=_valid(result["rule"] or result["word"]),
                             message=_valid(result["why"]))
        failure.text = _valid("\n".join(text))
    elif is_known(result):
        _skipped(case, f"known: {result['known']}")
    elif result["word"] == "not reached":
        _skipped(case, f"not reached: {result['why']}")
    else:
        SubElement(case, "system-out").text = _valid(f"{result['word']}: {result['why']}")


def _case(suite: Element, swept: Swept, name: str, seconds: float) -> Element:
    return SubElement(suite, "testcase", classname=_valid(swept["test"]), name=_valid(name),
                      time=f"{seconds:.3f}")


def _skipped(case: Element, message: str) -> None:
    SubElement(case, "skipped", message=_valid(message))


def _valid(text: str) -> str:
    return _INVALID.sub(lambda found: ascii(found[0])[1:-1], text)
