"""Values, documents and control requests, made up from JSON schemas.

Values that are often forgotten are among them. The same ``Random`` makes the same values.
"""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from fake_ims.control.route import Route
from fake_ims.documents.check import check
from fake_ims.scenario.schema import schema as scenario_schema

STRINGS = ["", "a", "disk", "x" * 300, "é", "\ud800", "a/b", "a?b", "\0", "p2", "30s", "polls(2)",
           "by hand", "9" * 400, f"polls({'9' * 5000})", "0001-01-01", "9999-12-31T23:59:59Z",
           "(((", "5xx", "1/s", "{}", "self", "*", ">=3", "b01", "a.qcow2", "5m",
           "x-header", "877a2cda-ba63-4e1e-b95f-e67e48b6129a"]
NUMBERS = [0, 1, -1, 1.0, 0.5, 10**400, 2**63, 2**64, -(2**63), 1e300, -1e300, float("nan"),
           float("inf"), 5e-324, 503, 99, 86400 * 36500, True, False, None]
DEEP: Any = []
for _ in range(200):
    DEEP = [DEEP]


class MadeUp:
    """Makes up values for one schema.

    Args:
        random: the same one makes the same values.
        root: the schema whose definitions its references use.
        wrong: how often a value is one that the schema may not allow; 0 makes only allowed ones,
            as far as ``STRINGS`` and ``NUMBERS`` have some.
    """

    def __init__(self, random: Random, root: Any, wrong: float = 0.07) -> None:
        self._random = random
        self._root = root
        self._wrong = wrong

    def value(self, schema: Any) -> Any:
        """A value that a schema allows; now and then one that it does not."""
        random = self._random
        if random.random() < self._wrong:
            return random.choice([random.choice(STRINGS), random.choice(NUMBERS), [], {}, DEEP])
        if "$ref" in schema:
            schema = self._root["$defs"][schema["$ref"].rpartition("/")[2]]
        if "anyOf" in schema:
            return self.value(random.choice(schema["anyOf"]))
        if "enum" in schema:
            return random.choice(schema["enum"])
        kinds = schema.get("type", "string")
        kind = kinds if isinstance(kinds, str) else random.choice(kinds)
        if kind == "string":
            return self._allowed(schema, schema.get("examples", STRINGS))
        if kind in ("integer", "number"):
            return self._allowed({**schema, "type": kind},
                                 [schema.get("minimum", 1), 3, random.choice(NUMBERS)])
        if kind == "array":
            items = schema.get("items", {})
            return [self.value(items) for _ in range(random.choice([1, 1, 2]))]
        if kind == "object":
            return self.mapping(schema)
        return None if kind == "null" else random.random() < 0.7

    def _allowed(self, schema: Any, choices: list[Any]) -> Any:
        strict = self._random.random() >= self._wrong * 5
        good = [one for one in choices if not check(one, schema)] if strict else []
        return self._random.choice(good or choices)

    def mapping(self, schema: Any) -> dict[str, Any]:
        """A mapping with the required keys, and some of the others."""
        random = self._random
        known = schema.get("properties", {})
        names = {*schema.get("required", ()),
                 *random.sample(sorted(known), min(len(known), random.choice([0, 1, 2, 4])))}
        found = {name: self.value(known[name]) for name in sorted(names)}
        others = schema.get("additionalProperties", True)
        if others is not False and random.random() < 0.3:
            free = others if isinstance(others, dict) else {}
            found[random.choice(["__os_type", "hw_x", "self", *STRINGS])] = self.value(free)
        return found


def control_request(random: Random, route: Route) -> tuple[str, bytes | None]:
    """A path and a body for an operation."""
    names = [*STRINGS, "last", "1", "servers", "disks", "buckets", "__init__", "account"]
    path = re.sub(r"\{\w+\}", lambda _: quote(random.choice(names), safe="",
                                              errors="surrogatepass"), route.path)
    query = {name: str(random.choice([*STRINGS, MadeUp(random, {}, 0.3).value(schema)]))
             for name, schema in route.query.items() if random.random() < 0.4}
    if query:
        path += f"?{urlencode(query, errors='surrogatepass')}"
    if route.method == "GET":
        return path, None
    body = MadeUp(random, route.body).value(route.body)
    if route.id == "scenario.play" and random.random() < 0.7:
        body = {"scenario": MadeUp(random, scenario_schema()).value(scenario_schema())}
    return path, json.dumps(body).encode()
