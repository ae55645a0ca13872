"""Requests made up from the tables of the contract: mostly valid, often slightly wrong."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from random import Random
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from made_up import DEEP, NUMBERS, STRINGS

from fake_ims.contract import metadef_schemas
from fake_ims.contract.administration import ADMINISTRATION
from fake_ims.contract.attributes import SORT_KEYS, known_to
from fake_ims.contract.model import Attribute, Operation, Parameter, Profile
from fake_ims.contract.operations import OPERATIONS
from fake_ims.contract.os_versions import OS_VERSIONS
from fake_ims.contract.parameters.requests import REQUESTS

JSON, OCTETS = "application/json", "application/octet-stream"
V20 = "application/openstack-images-v2.0-json-patch"
V21 = "application/openstack-images-v2.1-json-patch"
#: Operations that build state are asked for more often than the others.
MANY = 0.25  # of each operation of identity's administration: they are a third of all
WEIGHTS = {
    "images.create": 14, "images.upload": 12, "images.update": 6, "images.list": 6,
    "images.show": 5, "images.download": 3, "images.delete": 2, "images.stage": 4,
    "images.import": 4, "members.add": 5, "members.update": 4, "tags.add": 4, "tasks.create": 2,
    "cloudimages.create": 9, "cloudimages.list": 5, "cloudimages.update": 4, "jobs.show": 8,
    "cloudimages.quickimport": 4, "cloudimages.create_data_image": 3, "cloudimages.export": 3,
    "cloudimages.create_whole_image": 4, "cloudimages.register": 3, "cloudimages.copy": 3,
    "cloudimages.members.add": 4, "cloudimages.members.update": 3, "cloudimages.tags.set": 3,
    "project_tags.batch": 3, "project_tags.add": 3, "project_tags.find_images": 3,
    "identity.tokens.create": 5, "metadefs.namespaces.create": 5, "metadefs.objects.create": 3,
    "metadefs.properties.create": 3, "metadefs.tags.create": 2, "metadefs.associations.create": 2,
    "images.delete_v1": 0.5, "metadefs.namespaces.delete": 0.3,
}
UUIDS = [f"{digit * 8}-{digit * 4}-4{digit * 3}-a{digit * 3}-{digit * 12}" for digit in "123456"]
NAMES = ["base", "disk", "web-1", "a b", "n" * 128, "x.y_z"]
TAGS = ["red", "blue", "env=prod", "env=test", "old.tag", "k" * 36]
ACCEPTS = [JSON, "text/html", "*/*", "text/plain;q=0.5, */*;q=0.1", "application/json;q=zero", ""]
QCOW2 = b"QFI\xfb" + (3).to_bytes(4, "big") + bytes(16) + (2**30).to_bytes(8, "big") + bytes(480)
LARGE = bytes(4 * 2**20 + 1)  # more than is kept in memory
BODIES = [b"", b" ", b"null", b"[]", b"{}", b'""', b"1", b"\xff\xfe\x00", b'{"a": NaN}', b'{"a":',
          b'{"name": "\\ud800"}', b"[" * 2000, b'{"a": 1, "a": 2}', b'{"x": ' + b"9" * 5000 + b"}",
          json.dumps({"name": DEEP}).encode(), "{\"name\": \"\u00e9\"}".encode("latin-1"),
          b"\x1f\x8b\x08\x00", json.dumps({"name": "\U0001f600"}).encode()]
TEXTS = [*STRINGS, "\r\n", "\u2028", "\U0001f600", "%", "%zz", "..", "-", "null", "0", "in:",
         "in:a", "gt:1", "neq:a", 'in:"a,b', "<b>", "${x}", "{0}", "x" * 255, "x" * 256, "x" * 2000]


@dataclass(frozen=True)
class Request:
    """One request.

    Attributes:
        operation: id of the operation that it was made for.
        framing: ``length``, ``chunked``, or how the framing is wrong.
        wrong: what was made wrong on purpose.
    """

    operation: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    framing: str = "length"
    wrong: tuple[str, ...] = ()
    learn: str = ""

    def raw(self, host: str) -> bytes:
        """The bytes to send."""
        body = self.body
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {host}",
                 *(f"{name}: {text}" for name, text in self.headers)]
        framed = body or b""
        if self.framing == "chunked":
            lines.append("Transfer-Encoding: chunked")
            half = len(framed) // 2
            framed = b"".join(b"%x\r\n%b\r\n" % (len(part), part)
                              for part in (framed[:half], framed[half:]) if part) + b"0\r\n\r\n"
        elif self.framing == "bad chunks":
            lines.append("Transfer-Encoding: chunked")
            framed = b"zz\r\n" + framed
        elif self.framing == "two lengths":
            lines += ["Content-Length: 3", "Content-Length: 4"]
        elif self.framing == "bad length":
            lines.append("Content-Length: -1")
        elif self.framing == "no length":
            framed = b""
        elif body is not None or self.method in ("POST", "PUT", "PATCH"):
            lines.append(f"Content-Length: {len(framed)}")
        head = "\r\n".join(lines) + "\r\n\r\n"
        return head.encode("utf-8", "surrogatepass") + framed

    def __str__(self) -> str:
        sent = "" if self.body is None else f"\n  {self.body[:400]!r}"
        headers = "; ".join(f"{name}: {text[:100]}" for name, text in self.headers)
        wrong = f" (wrong: {', '.join(self.wrong)})" if self.wrong else ""
        return f"{self.operation}: {self.method} {self.path[:300]} [{headers}]{wrong}{sent}"


@dataclass
class Known:
    """The ids and names that earlier answers have shown, by kind."""

    kinds: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, value: object) -> None:
        if isinstance(value, str) and value:
            found = self.kinds.setdefault(kind, [])
            if value not in found:
                found.append(value)
                if len(found) > 40:
                    del found[:10]

    def one(self, random: Random, kind: str) -> str:
        """One of a kind, more often a new one; else an id of nothing."""
        found = self.kinds.get(kind)
        if not found or random.random() < 0.04:
            return random.choice(UUIDS)
        return random.choice(found[-5:] if random.random() < 0.5 else found)


@dataclass(frozen=True)
class Signer:
    """A pair of keys that signs requests."""

    access: str
    secret: str
    token: str | None
    project: str | None


@dataclass(frozen=True)
class Who:
    """A caller: a token, or a pair of keys."""

    project: str
    token: str | None = None
    signer: Signer | None = None


class Grammar:
    """Makes requests for one profile.

    Args:
        random: makes the same requests in every run, except for ids and instants.
        profile: of the fake.
        known: what the requests can name.
        callers: who sends them: most often the first, then the second and the admin.
        now: the time of the fake.
    """

    def __init__(
        self, random: Random, profile: Profile, known: Known, callers: list[Who],
        now: Callable[[], float],
    ) -> None:
        self._random = random
        self._profile: Profile = profile
        self._known = known
        self.callers = callers
        self._now = now
        self._rows = [row for row in OPERATIONS
                      if profile in row.profiles and row.face != "obs"]  # those are signed
        self._weights = [WEIGHTS.get(row.id, MANY if row in ADMINISTRATION else 1)
                         for row in self._rows]
        self._attributes = {row.name: row for row in known_to(profile)}
        self._writable = [row for row in self._attributes.values() if not row.read_only]

    # requests

    def request(self) -> Request:
        """A request for any operation."""
        random = self._random
        (row,) = random.choices(self._rows, self._weights)
        chance = random.random()
        if row.id.startswith(("metadefs.", "identity.", "tasks.")) and chance < 0.5:
            who = self.callers[2]
        else:
            who = random.choice(self.callers[:1] if chance < 0.65 else self.callers[:3]
                                if chance < 0.85 else self.callers)
        made = self._valid(row, who)
        if random.random() < 0.25:
            for _ in range(random.choice([1, 1, 2])):
                made = self._spoilt(made)
        if who.signer is not None:
            return self._signed(made, who.signer)
        if who.token is not None and "no token" not in made.wrong:
            made = replace(made, headers=(*made.headers, ("X-Auth-Token", who.token)))
        return made

    def _valid(self, row: Operation, who: Who) -> Request:
        random = self._random
        path, learn = self._path(row, who)
        query = self._query(row)
        if query:
            path += "?" + "&".join(f"{_quoted(name)}={_quoted(text)}" for name, text in query)
        headers: list[tuple[str, str]] = []
        if random.random() < 0.2:
            headers.append(("Accept", random.choice(ACCEPTS)))
        body: bytes | None = None
        framing = "length"
        if row.body in ("json", "patch"):
            media, document = self._document(row)
            body = json.dumps(document).encode()
            headers.append(("Content-Type", media))
        elif row.body == "octets":
            body = self._data()
            headers.append(("Content-Type", OCTETS))
            if random.random() < 0.1:
                size = len(body) + random.choice([0, 0, 0, 1, -1])
                headers.append(("x-openstack-image-size", str(size)))
            framing = random.choice(["length", "length", "chunked"])
        if row.id == "images.download" and random.random() < 0.4:
            headers.append((random.choice(["Range", "Range", "Content-Range"]), random.choice([
                "bytes=0-3", "bytes=4-", "bytes=-2", "bytes=0-0,2-3", "bytes=9-1", "bytes=99999-",
                "bytes 0-3/8", "bytes 0-3/*", "bytes=", "bytes=-0", "octets=1-2"])))
        if row.id.startswith("identity.tokens.") and row.id != "identity.tokens.create":
            headers.append(("X-Subject-Token", self._known.one(random, "token")))
        return Request(row.id, row.method, path, tuple(headers), body, framing, learn=learn)

    def _path(self, row: Operation, who: Who) -> tuple[str, str]:
        parts, learn = [], ""
        for part in row.path.split("/"):
            if part.startswith("{"):
                text = self._parameter(row, part[1:-1], who)
                learn = learn or text
                part = quote(text, safe="", errors="surrogatepass")
            parts.append(part)
        return "/".join(parts), learn

    def _parameter(self, row: Operation, name: str, who: Who) -> str:
        random, known = self._random, self._known
        if name == "project_id" and row.face == "ims":
            return who.project if random.random() < 0.95 else known.one(random, "project")
        if name == "tag" or name == "key":
            return random.choice(TAGS)
        if name == "version":
            return random.choice(["v1", "v2", "v2.9", "v2.15", "v3", "v9"])
        if name == "service":
            return random.choice(["compute", "network", "x/y"])
        if name == "store_id":
            return random.choice(["fake", "file", "x"])
        if name == "name":
            kind = row.id.split(".")[1]
            return random.choice([known.one(random, kind), *NAMES[:3]])
        kind = name.removesuffix("_id")
        return known.one(random, "project" if kind == "member" else kind)

    # queries

    def _query(self, row: Operation) -> list[tuple[str, str]]:
        random = self._random
        table = REQUESTS[row.id].query if row.id in REQUESTS else ()
        if self._profile == "openstack" and row.id == "images.list":
            table = tuple(Parameter(name, "boolean" if "boolean" in one.types else "string")
                          for name, one in self._attributes.items() if one.filterable)
            table += (Parameter("tag"), Parameter("member_status", enum=("all", "pending")),
                      Parameter("sort_key", enum=SORT_KEYS), Parameter("sort_dir"),
                      Parameter("marker"), Parameter("limit", "integer", minimum=0),
                      Parameter("size_min", "integer"), Parameter("size_max", "integer"),
                      Parameter("changes-since"), Parameter("sort"), Parameter("hw_x"))
        elif row.id == "tasks.list":
            table = (Parameter("status", enum=("success", "failure")), Parameter("type"),
                     Parameter("limit", "integer"), Parameter("marker"),
                     Parameter("sort_key", enum=("created_at", "status")), Parameter("sort_dir"))
        elif row.id.startswith("metadefs.") and row.id.endswith(".list"):
            table = tuple(Parameter(name) for name in (
                "limit", "marker", "sort_key", "sort_dir", "visibility", "resource_types"))
        elif row.id.startswith("identity.") and row.method == "GET":
            table = tuple(Parameter(name) for name in (
                "name", "domain_id", "enabled", "id", "user_id", "limit", "marker", "nocatalog",
                "service_id", "interface", "type", "parent_region_id"))
        if not table or random.random() < 0.3:
            return []
        chosen = random.sample(table, min(len(table), random.choice([1, 1, 2, 3])))
        return [(one.name, self._query_value(one)) for one in chosen]

    def _query_value(self, row: Parameter) -> str:
        random, known = self._random, self._known
        if random.random() < 0.08:
            return random.choice(TEXTS)
        if row.kind == "boolean":
            return random.choice(["true", "false", "True", "1"])
        if row.kind == "integer" or row.name == "limit":
            return str(random.choice([0, 1, 2, 5, 1000, row.minimum or 0, (row.minimum or 0) - 1,
                                      row.maximum or 9, (row.maximum or 9) + 1]))
        attribute = self._attributes.get(row.name)
        if row.name == "sort":
            return random.choice(["name", "name:asc", "name:asc,size:desc", "x:y", ","])
        if row.name == "sort_dir":
            return random.choice(["asc", "desc"])
        if row.name in ("marker", "id"):
            return known.one(random, "image")
        if row.name in ("owner", "domain_id", "user_id"):
            return known.one(random, "project")
        if row.name.endswith("ed_at") or row.name == "changes-since":
            return random.choice(["gt:", "lte:", "eq:", ""]) + random.choice(
                ["2020-01-01T00:00:00Z", "2031-01-01T00:00:00+01:00", "yesterday", "0001-01-01"])
        if row.enum:
            return random.choice(row.enum)
        if attribute is not None and (enum := attribute.otc_enum or attribute.enum):
            return str(random.choice(enum))
        if row.name == "tag":
            return random.choice(TAGS)
        if row.name == "flavor_id":
            return random.choice(["small", "none"])
        if row.name == "enterprise_project_id":
            return random.choice(["0", "all_granted_eps", *UUIDS])
        name = random.choice(NAMES)
        return random.choice([name, name, f"in:{name},base", f"neq:{name}", f"eq:{name}"])

    # bodies

    def _data(self) -> bytes:
        random = self._random
        chance = random.random()
        if chance < 0.01:
            return LARGE
        return random.choice([b"", b"data", QCOW2, b"x" * 3000, b"conectix" + bytes(504)])

    def _document(self, row: Operation) -> tuple[str, Any]:
        random = self._random
        if row.id in REQUESTS and REQUESTS[row.id].bodies:
            return JSON, self._of_table(random.choice(REQUESTS[row.id].bodies))
        if row.body == "patch":
            media = random.choice([V21, V21, V20]) if row.face == "native" else JSON
            return media, [self._change(media) for _ in range(random.choice([1, 1, 2, 3]))]
        if row.id == "images.create":
            return JSON, self._attributes_of_an_image()
        if row.id == "identity.tokens.create":
            return JSON, self._login()
        if row.id.startswith("metadefs."):
            return JSON, self._metadef(row.id)
        return JSON, self._small_body(row.id)

    def _small_body(self, operation: str) -> Any:
        random, known = self._random, self._known
        if operation == "members.add":
            return {"member": known.one(random, "project")}
        if operation == "members.update":
            return {"status": random.choice(["accepted", "accepted", "rejected", "pending"])}
        if operation == "images.import":
            method = random.choice([{"name": "glance-direct"}, {"name": "glance-direct"},
                                    {"name": "copy-image"},
                                    {"name": "web-download", "uri": "http://example.com/i"}])
            return {"method": method, **random.choice([{}, {}, {"all_stores": True},
                                                       {"stores": ["fake"]}])}
        if operation == "locations.add":
            return {"url": "http://example.com/x", "validation_data": {
                "os_hash_algo": "sha512", "os_hash_value": "a" * 128}}
        if operation == "tasks.create":
            return {"type": random.choice(["import", "api_image_import", "location_import"]),
                    "input": random.choice([{}, None, {"import_from": "http://example.com"},
                                            {"image_id": known.one(random, "image")}])}
        return {}

    def _attributes_of_an_image(self) -> dict[str, Any]:
        random = self._random
        found: dict[str, Any] = {"name": random.choice(NAMES)}
        if random.random() < 0.9 and self._profile == "openstack":
            found |= {"disk_format": random.choice(["raw", "qcow2", "vhd"]),
                      "container_format": random.choice(["bare", "bare", "ovf"])}
        if random.random() < 0.3:
            found["tags"] = random.sample(TAGS, random.choice([1, 2]))
        for row in random.sample(self._writable, random.choice([0, 1, 2, 3])):
            if row.name not in ("owner", "locations", "id"):
                found[row.name] = self._attribute(row)
        if self._profile == "otc":
            found["visibility"] = "private"
        if random.random() < 0.1:
            found[random.choice(["hw_x", "my property", "os_glance_x"])] = random.choice(TEXTS)
        if random.random() < 0.05:
            found["id"] = random.choice([*UUIDS, self._known.one(random, "image")])
        return found

    def _attribute(self, row: Attribute) -> Any:
        random = self._random
        enum = row.otc_enum if self._profile == "otc" else row.enum
        if enum:
            return random.choice(enum)
        if "array" in row.types:
            return [] if row.name == "locations" else random.sample(TAGS, random.choice([0, 1, 3]))
        if "boolean" in row.types:
            return random.random() < 0.2
        if "integer" in row.types:
            low, high = row.minimum or 0, row.maximum or 9
            return random.choice([low, 1, 40, high, high + 1, low - 1, 1.0])
        if row.name == "__os_version":
            return random.choice(random.choice(list(OS_VERSIONS.values())))
        if row.name == "name":
            return random.choice(NAMES)
        if row.name == "owner":
            return self._known.one(random, "project")
        if row.name == "enterprise_project_id":
            return random.choice(["0", *UUIDS])
        most = row.max_length or 20
        return random.choice(["x", "42", "true", "x" * most, "x" * (most + 1), ""])

    def _change(self, media: str) -> dict[str, Any]:
        random = self._random
        rows = self._writable if random.random() < 0.9 else list(self._attributes.values())
        row = random.choice(rows)
        name = row.name if random.random() < 0.85 else random.choice(["hw_x", "a~1b", "tags/0"])
        op = random.choice(["replace", "replace", "add", "remove"])
        value = self._attribute(row)
        if media == V20:
            return {op: f"/{name}", **({} if op == "remove" else {"value": value})}
        return {"op": op, "path": f"/{name}", **({} if op == "remove" else {"value": value})}

    def _of_table(self, table: tuple[Parameter, ...]) -> dict[str, Any]:
        return {row.name: self._value(row) for row in table
                if row.required or self._random.random() < 0.3}

    def _value(self, row: Parameter) -> Any:
        random, known = self._random, self._known
        if row.kind == "object":
            return self._of_table(row.items)
        if row.kind in ("objects", "strings"):
            count = random.choice([1, 1, 2, row.min_items, row.min_items - 1, row.max_items or 3])
            if random.random() < 0.03 and row.max_items is not None:
                count = row.max_items + 1
            return [self._of_table(row.items) if row.kind == "objects" else self._text(row)
                    for _ in range(max(count, 0))]
        if row.kind == "boolean":
            return random.random() < 0.4
        if row.kind == "integer":
            low = 0 if row.minimum is None else row.minimum
            high = 100 if row.maximum is None else row.maximum
            if random.random() < 0.1:
                return random.choice([low - 1, high + 1, str(low), True, 10**20])
            return random.choice([low, high, min(high, max(low, 40)), str(min(high, low + 1))])
        if row.enum:
            return random.choice(row.enum)
        if row.max_length is not None and random.random() < 0.1:
            return "x" * (row.max_length + random.choice([0, 1]))
        return known.one(random, row.name) if row.name in known.kinds else self._text(row)

    def _text(self, row: Parameter) -> str:
        random, known = self._random, self._known
        by_name = {"images": "image", "projects": "project", "instance_id": "server",
                   "volume_id": "disk", "backup_id": "backup", "vault_id": "vault",
                   "cmk_id": "key", "image_id": "image", "project_id": "project"}
        if row.name in by_name:
            return known.one(random, by_name[row.name])
        if row.rule == "os_version":
            return random.choice(random.choice(list(OS_VERSIONS.values())))
        if row.rule == "file_url":
            return known.one(random, "file") if random.random() < 0.9 else random.choice(
                ["nofile", "b01:", ":x", "B:x", "b01:a b", "b01:" + "x" * 129])
        if row.rule == "project":
            return random.choice(["0", *UUIDS])
        if row.rule in ("tag", "tag_key", "tag_value"):
            return random.choice(["red", "env", "prod", "k" * 36, "v" * 43, "v" * 44, ""])
        if row.rule == "description":
            return random.choice(["what it is", "d" * 1024, "d" * 1025, "a<b"])
        if row.rule == "name":
            return random.choice([*NAMES, "n" * 129])
        if row.name == "region":
            return random.choice(["eu-nl", "eu-de", "mars"])
        if row.name == "agency_name":
            return random.choice(["ims_agency", "nobody"])
        return random.choice(["env", "prod", "red", *NAMES])

    def _login(self) -> Any:
        random, known = self._random, self._known
        user = {"name": known.one(random, "user"), "password": random.choice(
            ["fake-password", "secret", "wrong"]), "domain": {"name": known.one(random, "domain")}}
        method = random.choice(["password", "password", "token", "application_credential",
                                "hw_ak_sk"])
        content: Any = {
            "password": {"user": user},
            "token": {"id": known.one(random, "token")},
            "application_credential": {"id": known.one(random, "credential"), "secret": "secret"},
            "hw_ak_sk": {"access": {"key": known.one(random, "access_key")},
                         "secret": {"key": "secret"}},
        }[method]
        scope = random.choice([None, {"project": {"id": known.one(random, "project")}}, "unscoped",
                               {"project": {"name": known.one(random, "project"),
                                            "domain": {"name": known.one(random, "domain")}}},
                               {"domain": {"id": known.one(random, "domain")}},
                               {"system": {"all": True}}])
        auth: dict[str, Any] = {"identity": {"methods": [method], method: content}}
        if scope is not None:
            auth["scope"] = scope
        return {"auth": auth}

    def _metadef(self, operation: str) -> Any:
        random, known = self._random, self._known
        kind = operation.split(".")[1]
        if operation == "metadefs.tags.create_all":
            return {"tags": [{"name": random.choice(NAMES)} for _ in range(random.choice([0, 1, 2]))
                             ]}
        if kind == "associations":
            return {"name": random.choice(["OS::Nova::Server", "OS::Glance::Image"]),
                    **random.choice([{}, {"prefix": "x:"}])}
        name = {"namespaces": "namespace", "objects": "object", "properties": "property",
                "tags": "tag"}[kind]
        schema = metadef_schemas.body_schema(name)
        found = self._of_schema(schema, schema.get("definitions", {}), 0)
        for link in ("schema", "self", "created_at", "updated_at", "owner"):
            if random.random() < 0.95:
                found.pop(link, None)
        main = "namespace" if kind == "namespaces" else "name"
        found[main] = (known.one(random, kind) if operation.endswith("update")
                       else random.choice(NAMES))
        return found

    def _of_schema(self, schema: Any, definitions: Any, depth: int) -> Any:
        """A value for a schema of metadata definitions."""
        random = self._random
        if "$ref" in schema:
            return self._of_schema(definitions[schema["$ref"].rpartition("/")[2]], definitions,
                                   depth)
        if "allOf" in schema:
            return self._of_schema(schema["allOf"][0], definitions, depth)
        if "enum" in schema:
            return random.choice(schema["enum"])
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if kind == "array":
            return [self._of_schema(schema.get("items", {}), definitions, depth + 1)
                    for _ in range(random.choice([0, 1, 2]))]
        if kind == "object":
            rows = schema.get("properties", {})
            found = {name: self._of_schema(inner, definitions, depth + 1)
                     for name, inner in rows.items()
                     if name in schema.get("required", ()) or random.random() < 0.5 / (depth + 1)}
            others = schema.get("additionalProperties")
            if isinstance(others, dict):
                found["p1"] = self._of_schema(others, definitions, depth + 1)
            return found
        if kind == "boolean":
            return random.random() < 0.1
        if kind in ("integer", "number"):
            return random.choice([0, 1, 5, -1, 2**31, 2**63])
        most = schema.get("maxLength", 80)
        return random.choice(["a", "b", "text", "x" * most, "x" * (most + 1)])

    # what is wrong

    def _spoilt(self, made: Request) -> Request:
        random = self._random
        kinds: dict[str, Callable[[Request], Request]] = {
            "json": self._wrong_json, "body": self._wrong_body, "id": self._wrong_id,
            "header": self._wrong_header, "no header": self._no_header,
            "method": self._wrong_method, "path": self._wrong_path, "query": self._wrong_query,
            "framing": self._wrong_framing, "no token": lambda made: made,
        }
        kind = random.choice(["json", "json", *kinds])
        return replace(kinds[kind](made), wrong=(*made.wrong, kind))

    def _wrong_json(self, made: Request) -> Request:
        try:
            document = json.loads(made.body or b"")
        except (ValueError, RecursionError):
            return self._wrong_body(made)
        return replace(made, body=json.dumps(spoilt(self._random, document)).encode())

    def _wrong_body(self, made: Request) -> Request:
        return replace(made, body=self._random.choice(BODIES))

    def _wrong_id(self, made: Request) -> Request:
        if not made.learn:
            return self._wrong_path(made)
        old = quote(made.learn, safe="", errors="surrogatepass")
        new = quote(self._random.choice([*TEXTS, *UUIDS, made.learn.upper()]), safe="",
                    errors="surrogatepass")
        return replace(made, path=made.path.replace(old, new, 1))

    def _wrong_header(self, made: Request) -> Request:
        random = self._random
        name = random.choice(["Content-Type", "Accept", "X-Auth-Token", "X-Subject-Token", "Range",
                              "X-Image-Meta-Store", "X-Openstack-Image-Size", "Content-Encoding",
                              "X-Openstack-Request-Id", "Expect", "X-Project-Id", "Authorization",
                              "X-Sdk-Date", "Accept-Language"])
        text = random.choice(["", "x", "application/json; charset=utf-16", "text/plain", "-1",
                              "9" * 30, "100-continue", "é", "\udcff", "gzip", "bytes=1-",
                              "SDK-HMAC-SHA256 Access=x", "V11-HMAC-SHA256 Credential=a/b",
                              "a" * 3000, "u:p:admin", "::", "Basic eDp4"])
        return replace(made, headers=(*made.headers, (name, text)))

    def _no_header(self, made: Request) -> Request:
        if not made.headers:
            return made
        gone = self._random.choice(made.headers)
        return replace(made, headers=tuple(one for one in made.headers if one is not gone))

    def _wrong_method(self, made: Request) -> Request:
        return replace(made, method=self._random.choice(
            ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW"]))

    def _wrong_path(self, made: Request) -> Request:
        path, mark, query = made.path.partition("?")
        path = self._random.choice([
            path + "/", path + "//", "/" + path, path + "/x", path.replace("/v2", "/v2.9"),
            path.replace("/v", "/V"), "/identity" + path, path + "%2F", path + "%ff", path + "%00",
            path.rpartition("/")[0] or "/", path.replace("/", "%2f", 1), path + ";x=1",
            path + "/..", path.replace("/v2", ""), "/v2" + path, path + "é"])
        return replace(made, path=(path if path.startswith("/") else "/" + path) + mark + query)

    def _wrong_query(self, made: Request) -> Request:
        random = self._random
        more = random.choice(["limit=-1", "limit=x", "limit=" + "9" * 5000, "marker=x", "%ff=%ff",
                              "a=b;c=d", "sort_key=x", "sort_dir=up", "=", "&&", "name=%00", "tag=",
                              "visibility=x", "sort_key=name&sort_key=id", "created_at=gt:x",
                              "limit=1&limit=2", "name=in:%22a,b", "?", "%"])
        return replace(made, path=made.path + ("&" if "?" in made.path else "?") + more)

    def _wrong_framing(self, made: Request) -> Request:
        return replace(made, framing=self._random.choice(
            ["chunked", "chunked", "no length", "bad chunks", "two lengths", "bad length"]))

    # signatures

    def _signed(self, made: Request, key: Signer) -> Request:
        random = self._random
        now = datetime.fromtimestamp(self._now(), timezone.utc)
        date = now.strftime("%Y%m%dT%H%M%SZ")
        more = [("X-Sdk-Date", date)]
        if key.token is not None:
            more.append(("X-Security-Token", key.token))
        if key.project is not None:
            more.append(("X-Project-Id", key.project))
        body = made.body if made.framing != "no length" else b""
        path, _, query = made.path.partition("?")
        signature = sign(key.secret, made.method, path, query, dict(more), body or b"")
        if random.random() < 0.05:
            signature = signature[::-1]
        value = (f"SDK-HMAC-SHA256 Access={key.access}, "
                 f"SignedHeaders={';'.join(sorted(name.lower() for name, _ in more))}, "
                 f"Signature={signature}")
        return replace(made, headers=(*made.headers, *more, ("Authorization", value)))


def sign(secret: str, method: str, path: str, query: str, headers: dict[str, str],
         body: bytes) -> str:
    """The signature of a request, by the gateway's documentation."""
    named = {name.lower(): text for name, text in headers.items()}
    decoded = quote(unquote_to_bytes(path.encode("utf-8", "surrogatepass")), safe="/~")
    pairs = []
    for part in query.split("&"):
        if part:
            name, _, text = part.replace("+", " ").partition("=")
            pairs.append(tuple(quote(unquote_to_bytes(one.encode("utf-8", "surrogatepass")),
                                     safe="~") for one in (name, text)))
    canonical = "\n".join((
        method, decoded if decoded.endswith("/") else decoded + "/",
        "&".join(f"{name}={text}" for name, text in sorted(pairs)),
        "".join(f"{name}:{named[name]}\n" for name in sorted(named)), ";".join(sorted(named)),
        hashlib.sha256(body).hexdigest()))
    text = "\n".join(("SDK-HMAC-SHA256", named["x-sdk-date"],
                      hashlib.sha256(canonical.encode()).hexdigest()))
    return hmac.new(secret.encode(), text.encode(), "sha256").hexdigest()


def spoilt(random: Random, document: Any) -> Any:
    """A JSON document with one thing wrong in it."""
    places: list[tuple[Any, Any]] = []
    waiting = [document]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            places += [(one, name) for name in one]
            waiting += one.values()
        elif isinstance(one, list):
            places += [(one, position) for position in range(len(one))]
            waiting += one
    if not places or random.random() < 0.1:
        return random.choice([None, [], {}, "x", 1, [document], {"x": document}])
    holder, key = random.choice(places)
    old = holder[key]
    kind = random.randrange(6)
    if kind == 0:
        del holder[key]
    elif kind == 1:
        holder[key] = random.choice([*STRINGS, *TEXTS])
    elif kind == 2:
        holder[key] = random.choice([one for one in NUMBERS if one not in (10**400,)])
    elif kind == 3 and isinstance(old, str):
        holder[key] = random.choice([old.upper(), old + " ", old * 300, old + "\0", old[:-1]])
    elif kind == 4 and isinstance(holder, dict):
        holder[random.choice(["x", "id", "self", "", "é"])] = random.choice(STRINGS)
    else:
        holder[key] = random.choice([[], {}, [old], {"x": old}, None, DEEP])
    return document


def _quoted(text: str) -> str:
    return quote(text, safe=":,", errors="surrogatepass")
