"""Metadata definitions of profile ``openstack``, over HTTP. Facts: asked of a real Glance."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from fake_ims import FakeIMS

ADMIN, ALICE, BOB = "root:admin:admin", "alice:acme:member", "bob:globex:member"
ROSE, NORA = "rose:acme:reader", "nora:acme:norole"
SPACES = "/v2/metadefs/namespaces"
CORES = {"name": "cores", "title": "Cores", "type": "integer"}


class Client:
    """Talks to a fake; ``said`` is the last answer's sentence."""

    def __init__(self, fake: FakeIMS) -> None:
        self.fake = fake
        self.headers: dict[str, str] = {}
        self.said = ""

    def __call__(
        self, method: str, path: str, body: object = None, *, by: str = ADMIN, **headers: str
    ) -> tuple[int, Any]:
        """The status and the body of an answer; paths without a slash are of namespaces."""
        connection = http.client.HTTPConnection(urlsplit(self.fake.url).netloc, timeout=10)
        try:
            connection.request(
                method, path if path.startswith("/") else f"{SPACES}/{path}".rstrip("/"),
                None if body is None else json.dumps(body),
                {"X-Auth-Token": by, "Accept": "application/json", **headers})
            response = connection.getresponse()
            text = response.read()
            self.headers = {name.lower(): value for name, value in response.getheaders()}
        finally:
            connection.close()
        document = json.loads(text) if text else None
        said = document.get("message", "") if isinstance(document, dict) else ""
        self.said = said.partition("<br")[0]
        return response.status, document

    def make(self, name: str, **more: object) -> dict[str, Any]:
        """Create a namespace, by an administrator."""
        status, document = self("POST", "", {"namespace": name, **more})
        assert status == 201, self.said
        made: dict[str, Any] = document
        return made

    def names(self, query: str = "", by: str = ADMIN) -> list[str]:
        """Names of the namespaces of a list."""
        status, document = self("GET", f"{SPACES}?{query}", by=by)
        assert status == 200, self.said
        return [space["namespace"] for space in document["namespaces"]]

    def tags(self, query: str = "") -> list[str]:
        """Names of the tags of namespace ``space``."""
        status, document = self("GET", f"space/tags?{query}")
        assert status == 200, self.said
        return [tag["name"] for tag in document["tags"]]


@pytest.fixture(scope="module")
def running() -> Iterator[FakeIMS]:
    with FakeIMS(profile="openstack", auth="triple") as fake:
        yield fake


@pytest.fixture
def ask(running: FakeIMS) -> Client:
    running.reset()
    return Client(running)


def test_a_new_namespace_shows_what_it_came_with_and_defaults(ask: Client) -> None:
    made = ask.make("space", tags=[{"name": "fast"}], properties={"cores": CORES})
    times = made["created_at"], made["updated_at"]
    assert made == {
        "namespace": "space", "visibility": "private", "protected": False, "owner": "admin",
        "created_at": times[0], "updated_at": times[1],
        "self": "/v2/metadefs/namespaces/space", "schema": "/v2/schemas/metadefs/namespace",
        "tags": [{"name": "fast"}], "properties": {"cores": CORES}}
    assert ask.headers["location"] == f"{ask.fake.url}/v2/metadefs/namespaces/space"
    assert ask("GET", "space") == (200, made)


@pytest.mark.parametrize(("by", "status"), [(ALICE, 200), (ROSE, 200), (ADMIN, 200), (BOB, 404),
                                            (NORA, 404)])
def test_who_sees_a_private_namespace(ask: Client, by: str, status: int) -> None:
    ask.make("space", owner="acme")
    assert ask("GET", "space", by=by)[0] == status
    for kind in ("objects", "properties", "tags", "resource_types"):
        assert ask("GET", f"space/{kind}", by=by)[0] == status
    if by is not NORA:
        assert ask.names(by=by) == (["space"] if status == 200 else [])


def test_everyone_with_a_role_sees_a_public_one(ask: Client) -> None:
    ask.make("space", visibility="public")
    assert [ask("GET", "space", by=by)[0] for by in (BOB, ROSE, NORA)] == [200, 200, 404]
    assert ask.names("visibility=public", by=BOB) == ["space"]
    assert ask.names("visibility=private", by=BOB) == []


@pytest.mark.parametrize(("method", "path", "body", "rule"), [
    ("POST", "", {"namespace": "x"}, "add_metadef_namespace"),
    ("PUT", "space", {"namespace": "x"}, "modify_metadef_namespace"),
    ("DELETE", "space", None, "delete_metadef_namespace"),
    ("DELETE", "space/tags", None, "delete_metadef_namespace"),
    ("POST", "space/objects", {"name": "x"}, "add_metadef_object"),
    ("PUT", "space/objects/x", {"name": "x"}, "modify_metadef_object"),
    ("DELETE", "space/objects/x", None, "delete_metadef_object"),
    ("POST", "space/properties", CORES, "add_metadef_property"),
    ("DELETE", "space/properties/x", None, "remove_metadef_property"),
    ("POST", "space/tags", {"tags": []}, "add_metadef_tags"),
    ("POST", "space/tags/x", None, "add_metadef_tag"),
    ("POST", "space/resource_types", {"name": "x"}, "add_metadef_resource_type_association"),
    ("DELETE", "space/resource_types/x", None, "remove_metadef_resource_type_association"),
])
def test_only_administrators_change_things(
    ask: Client, method: str, path: str, body: object, rule: str
) -> None:
    ask.make("space", owner="acme")
    assert ask(method, path, body, by=ALICE)[0] == 403
    assert ask.said == f"You are not authorized to complete {rule} action."
    if path:
        assert ask(method, path, body, by=BOB)[0] == 404
        assert ask.said == "Namespace space not found"


@pytest.mark.parametrize(("method", "path", "body", "said"), [
    ("GET", "no", None, "Metadata definition namespace=no was not found."),
    ("DELETE", "no", None, "Namespace no not found"),
    ("GET", "no/objects", None, "Metadata definition namespace=no was not found."),
    ("GET", "no/tags", None, "Namespace no not found"),
    ("GET", "space/objects/no", None, "Could not find metadata object no"),
    ("PUT", "space/properties/no", CORES, "Could not find property no"),
    ("DELETE", "space/tags/no", None, "Could not find metadata tag no"),
    ("DELETE", "space/resource_types/no", None, "Failed to find resource type no to delete"),
    ("GET", f"{SPACES}?marker=no", None, "Metadata definition namespace=no was not found."),
])
def test_what_is_not_there(
    ask: Client, method: str, path: str, body: object, said: str
) -> None:
    ask.make("space")
    assert ask(method, path, body)[0] == 404
    assert ask.said == said


@pytest.mark.parametrize(("path", "body", "said"), [
    ("", {"namespace": "space"}, "The metadata definition namespace=space already exists."),
    ("space/objects", {"name": "o"},
     "A metadata definition object with name=o already exists in namespace=space."),
    ("space/properties", CORES,
     "A metadata definition property with name=cores already exists in namespace=space."),
    ("space/tags/t", None, "A metadata tag with name=t already exists in namespace=space. "
     "(Please note that metadata tag names are case insensitive)."),
    ("space/resource_types", {"name": "r"}, "The metadata definition resource-type association "
     "of resource-type=r to namespace=space already exists."),
])
def test_names_are_unique(ask: Client, path: str, body: object, said: str) -> None:
    ask.make("space", objects=[{"name": "o"}], properties={"cores": CORES}, tags=[{"name": "t"}],
             resource_type_associations=[{"name": "r"}])
    assert ask("POST", path, body)[0] == 409
    assert ask.said == said


@pytest.mark.parametrize("protected", [False, True])
def test_a_namespace_whose_contents_clash_is_taken_away_unless_protected(
    ask: Client, protected: bool
) -> None:
    twins = [{"name": "o"}, {"name": "o"}]
    assert ask("POST", "", {"namespace": "n", "protected": protected, "objects": twins})[0] == 409
    assert ask.names() == (["n"] if protected else [])


@pytest.mark.parametrize(("path", "body", "said"), [
    ("", {}, "'namespace' is a required property\n\nFailed validating 'required' in schema:"),
    ("", {"namespace": 1}, "1 is not of type 'string'\n\nFailed validating 'type' in "
     "schema['properties']['namespace']:"),
    ("", {"namespace": "x", "b": 1, "a": 1}, "Additional properties are not allowed ('a', 'b' "
     "were unexpected)"),
    ("", {"namespace": "x", "tags": [{"name": 1}, {"name": 2}], "objects": [{"name": 3}]},
     "2 is not of type 'string'"),
    ("", {"namespace": "x", "properties": {"p": {**CORES, "minLength": -1}}}, "-1 is less than "
     "the minimum of 0\n\nFailed validating 'minimum' in schema['properties']['properties']"
     "['additionalProperties']['properties']['minLength']['allOf'][0]:\n"
     "    {'type': 'integer', 'minimum': 0}\n\nOn instance['properties']['p']['minLength']:\n"
     "    -1"),
    ("space/objects", {"name": "o", "required": ["a", "a"]}, "['a', 'a'] has non-unique elements"),
    ("space/properties", {"name": "p", "title": "t"}, "'type' is a required property"),
    ("space/properties", {**CORES, "required": []}, "[] should be non-empty"),
    ("space/tags", {"tags": [{}]}, "'name' is a required property"),
])
def test_bodies_are_held_against_their_schema(
    ask: Client, path: str, body: object, said: str
) -> None:
    ask.make("space")
    assert ask("POST", path, body)[0] == 400
    assert said in ask.said
    assert ask.said.startswith("Provided object does not match schema '")


def test_what_only_the_service_sets_is_refused(ask: Client) -> None:
    assert ask("POST", "", {"namespace": "x", "self": "/x"})[0] == 403
    assert ask.said == "Attribute 'self' is read-only."


@pytest.mark.parametrize("more", [
    {"properties": {"p": {**CORES, "enum": [1]}}},
    {"properties": {"p": {**CORES, "items": {}}}},
    {"tags": [{"name": "t", "color": "red"}]},
    {"objects": [{"description": "nameless"}]},
])
def test_what_glance_stumbles_over_is_refused(ask: Client, more: dict[str, object]) -> None:
    assert ask("POST", "", {"namespace": "x", **more})[0] == 400
    assert ask.names() == []


def test_values_are_kept_as_the_types_of_the_model(ask: Client) -> None:
    ask.make("space")
    given = {**CORES, "minimum": 1.9, "maxLength": 3.0, "default": 5}
    kept = {**CORES, "minimum": 1, "maxLength": 3, "default": "5"}
    assert ask("POST", "space/properties", given) == (201, kept)
    assert ask("GET", "space/properties/cores") == (200, kept)
    ask("POST", "space/objects", {"name": "o", "required": ["a,b"]})
    assert ask("GET", "space/objects/o")[1]["required"] == ["a", "b"]


def test_pages_follow_a_marker(ask: Client) -> None:
    for name in "bca":
        ask.make(name)
    status, page = ask("GET", f"{SPACES}?limit=2")
    assert (status, [space["namespace"] for space in page["namespaces"]]) == (200, ["a", "c"])
    assert page["first"] == "/v2/metadefs/namespaces?limit=2"
    assert page["next"] == "/v2/metadefs/namespaces?limit=2&marker=c"
    status, page = ask("GET", page["next"])
    assert [space["namespace"] for space in page["namespaces"]] == ["b"]
    assert "next" not in page


@pytest.mark.parametrize(("query", "names"), [
    ("sort_key=namespace&sort_dir=asc", ["a", "b", "c"]),
    ("sort_key=display_name", ["c", "b", "a"]),
    ("sort_key=display_name&sort_dir=asc", ["a", "b", "c"]),
    ("sort_key=display_name&sort_dir=asc&marker=b", ["c"]),
    ("sort_key=id&sort_dir=asc", ["b", "c", "a"]),
    ("limit=0", []),
])
def test_lists_can_be_sorted(ask: Client, query: str, names: list[str]) -> None:
    ask.make("b", display_name="x")
    ask.fake.clock.advance(1)
    ask.make("c", display_name="y")
    ask.make("a")
    assert ask.names(query) == names


def test_a_marker_that_is_empty_in_the_sorted_column_counts_by_age(ask: Client) -> None:
    for name, display_name in (("old", "x"), ("marker", None), ("new", "y")):
        ask.make(name, **({"display_name": display_name} if display_name else {}))
        ask.fake.clock.advance(1)
    assert ask.names("sort_key=display_name&sort_dir=asc&marker=marker") == ["new"]


@pytest.mark.parametrize(("query", "status"), [
    ("limit=-1", 400), ("limit=x", 400), ("sort_dir=up", 400), ("sort_key=color", 400),
    ("visibility=shared", 400), ("marker=", 404)])
def test_lists_refuse(ask: Client, query: str, status: int) -> None:
    assert ask("GET", f"{SPACES}?{query}")[0] == status


def test_a_marker_of_others_is_refused(ask: Client) -> None:
    ask.make("space")
    assert ask("GET", f"{SPACES}?marker=space", by=BOB)[0] == 403


def test_namespaces_by_resource_type(ask: Client) -> None:
    ask.make("one", resource_type_associations=[{"name": "image"}, {"name": "volume"}])
    ask.make("two", resource_type_associations=[{"name": "volume"}])
    ask.make("three")
    assert ask.names("resource_types=image") == ["one"]
    assert ask.names("resource_types=image,volume") == ["two", "one"]
    assert ask.names("resource_types=server") == []
    assert ask.names("resource_types=image", by=BOB) == []
    ask("DELETE", "one/resource_types/image")
    assert ask.names("resource_types=image") == []
    listed = ask("GET", "/v2/metadefs/resource_types")[1]["resource_types"]
    assert [kind["name"] for kind in listed] == ["image", "volume"], "types outlive associations"


def test_resource_types_prefix_names(ask: Client) -> None:
    ask.make("space", properties={"cores": CORES}, objects=[
        {"name": "o", "required": ["cores"], "properties": {"cores": CORES}}],
        resource_type_associations=[{"name": "image", "prefix": "hw_"}, {"name": "volume"}])
    shown = ask("GET", "space?resource_type=image")[1]
    assert list(shown["properties"]) == ["hw_cores"]
    assert list(shown["objects"][0]["properties"]) == ["hw_cores"]
    assert shown["objects"][0]["required"] == ["hw_cores"]
    assert list(ask("GET", "space?resource_type=volume")[1]["properties"]) == ["cores"]
    assert ask("GET", "space/properties/hw_cores?resource_type=image") == (200, CORES)
    for name, kind in (("cores", "image"), ("hw_cores", "volume"), ("hw_cores", "server")):
        assert ask("GET", f"space/properties/{name}?resource_type={kind}")[0] == 404
    assert ask("GET", "space?other=filter")[0] == 400


def test_put_replaces_and_renames(ask: Client) -> None:
    made = ask.make("space", owner="acme", visibility="public", description="gone",
                    tags=[{"name": "t"}])
    ask.fake.clock.advance("1m")
    status, answer = ask("PUT", "space", {"namespace": "other"})
    assert (status, answer["owner"], answer["visibility"]) == (200, "admin", "private")
    assert "description" not in answer
    assert answer["updated_at"] == made["updated_at"], "the answer shows the time before"
    assert ask("GET", "space")[0] == 404
    shown = ask("GET", "other")[1]
    assert shown["updated_at"] > made["updated_at"] == shown["created_at"]
    assert shown["tags"] == [{"name": "t"}]
    ask.make("space")
    assert ask("PUT", "other", {"namespace": "space"})[0] == 409
    assert ask.said == ("Invalid update. It would result in a duplicate metadata definition "
                        "namespace with the same name of space")


def test_entries_can_be_replaced_and_renamed(ask: Client) -> None:
    ask.make("space", properties={"cores": CORES}, objects=[{"name": "o", "required": ["a"]}],
             tags=[{"name": "t"}, {"name": "u"}])
    renamed = {**CORES, "name": "threads"}
    assert ask("PUT", "space/properties/cores", renamed) == (200, renamed)
    assert ask("GET", "space/properties")[1] == {"properties": {"threads": renamed}}
    assert "required" not in ask("PUT", "space/objects/o", {"name": "p"})[1]
    assert ask("GET", "space/objects/p")[1]["required"] == []
    assert ask("PUT", "space/tags/t", {"name": "u"})[0] == 409
    assert ask("PUT", "space/tags/t", {"name": "v"})[1]["name"] == "v"
    assert ask.tags() == ["u", "v"]


@pytest.mark.parametrize("kind", ["objects", "properties", "tags"])
def test_all_of_a_kind_can_be_deleted(ask: Client, kind: str) -> None:
    ask.make("space", properties={"cores": CORES}, objects=[{"name": "o"}], tags=[{"name": "t"}])
    assert ask("DELETE", f"space/{kind}")[0] == 204
    assert kind not in ask("GET", "space")[1]
    assert ask("DELETE", f"space/{kind}")[0] == 204


def test_a_deleted_namespace_takes_its_parts_along(ask: Client) -> None:
    ask.make("space", properties={"cores": CORES}, objects=[{"name": "o"}], tags=[{"name": "t"}],
             resource_type_associations=[{"name": "r"}])
    assert ask("DELETE", "space") == (204, None)
    assert ask("GET", "space/tags")[0] == 404
    assert set(ask.make("space")) == {"namespace", "visibility", "protected", "owner", "created_at",
                                      "updated_at", "self", "schema"}
    assert ask.tags() == []


@pytest.mark.parametrize(("path", "said"), [
    ("space", "Metadata definition namespace space"),
    ("space/tags", "Metadata definition namespace space"),
    ("space/objects/o", "Metadata definition object o"),
    ("space/properties/cores", "Metadata definition property cores"),
    ("space/tags/t", "Metadata definition tag t"),
    ("space/resource_types/r", "Metadata definition resource-type-association r"),
])
def test_protected(ask: Client, path: str, said: str) -> None:
    ask.make("space", protected=True, properties={"cores": CORES}, objects=[{"name": "o"}],
             tags=[{"name": "t"}], resource_type_associations=[{"name": "r"}])
    assert ask("DELETE", path)[0] == 403
    assert ask.said == f"{said} is protected and cannot be deleted."
    ask("PUT", "space", {"namespace": "space"})
    assert ask("DELETE", path)[0] == 204


def test_posted_tags_replace_or_append(ask: Client) -> None:
    ask.make("space", tags=[{"name": "old"}])
    new = {"tags": [{"name": "a"}, {"name": "b"}]}
    assert ask("POST", "space/tags", new) == (201, new)
    assert ask.tags() == ["b", "a"]
    more = {"tags": [{"name": "c"}]}
    assert ask("POST", "space/tags", more, **{"X-Openstack-Append": "True"}) == (201, more)
    assert ask.tags() == ["c", "b", "a"]
    assert ask.tags("limit=1&marker=c") == ["b"]
    assert ask.tags("sort_key=name&sort_dir=asc&limit=2") == ["a", "b"]
    twins = {"tags": [{"name": "x"}, {"name": "x"}]}
    assert ask("POST", "space/tags", twins)[0] == 409
    assert ask("POST", "space/tags", {"tags": []})[0] == 201
    assert ask.tags() == ["c", "b", "a"], "neither changes anything"


def test_text_that_no_column_can_hold(ask: Client) -> None:
    assert ask("POST", "", {"namespace": "x", "display_name": "\N{GRINNING FACE}"})[0] == 400
    assert ask.said == ("Couldn't create metadata namespace: Display_Name can't contain 4 byte "
                        "unicode characters.")
    ask.make("space")
    accented = {**CORES, "default": "\N{LATIN SMALL LETTER E WITH ACUTE}"}
    assert ask("POST", "space/properties", accented)[0] == 400
    assert ask.said.startswith("Error decoding your request.")


@pytest.mark.parametrize("name", ["namespace", "object", "property", "tag", "resource_type"])
def test_schemas(ask: Client, name: str) -> None:
    status, one = ask("GET", f"/v2/schemas/metadefs/{name}", by=NORA)
    assert (status, one["additionalProperties"]) == (200, False)
    plural = "properties" if name == "property" else f"{name}s"
    status, many = ask("GET", f"/v2/schemas/metadefs/{plural}", by=NORA)
    listed = next(iter(many["properties"].values()))
    item = listed.get("items") or listed["additionalProperties"]
    assert (status, item["properties"]) == (200, one["properties"])
    assert many.get("definitions") == one.get("definitions")


def test_profile_otc_has_none_of_this() -> None:
    with FakeIMS(profile="otc", auth="triple") as fake:
        assert Client(fake)("GET", "")[0] == 404


@pytest.mark.filterwarnings("ignore")
def test_openstacksdk(ask: Client) -> None:
    openstack = pytest.importorskip("openstack")
    image = openstack.connect(
        auth_type="admin_token", auth={"endpoint": ask.fake.url, "token": ADMIN},
        image_endpoint_override=ask.fake.url, region_name="x", load_yaml_config=False,
        load_envvars=False).image
    space = image.create_metadef_namespace(namespace="space")
    image.update_metadef_namespace(space, description="changed")
    assert image.get_metadef_namespace("space").description == "changed"
    assert [found.namespace for found in image.metadef_namespaces()] == ["space"]
    image.create_metadef_property("space", **CORES)
    assert [found.title for found in image.metadef_properties(space)] == ["Cores"]
    image.create_metadef_object(name="o", namespace=space)
    assert [found.name for found in image.metadef_objects(space)] == ["o"]
    image.create_metadef_resource_type_association("space", name="image")
    assert [kind.name for kind in image.metadef_resource_types()] == ["image"]
    space.set_tags(image, ["a"])
    space.set_tags(image, ["b"], append=True)
    space.fetch_tags(image)
    assert {tag["name"] for tag in space.tags} == {"a", "b"}
    image.delete_metadef_namespace(space)
    assert list(image.metadef_namespaces()) == []
