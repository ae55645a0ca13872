"""The metadata definitions catalogue."""

from player import ADMIN, BOB, ROSE, Conversation

from ._steps import delete, get, post, put

N = "/v2/metadefs/namespaces"
SPACE = {
    "namespace": "Acme::Compute",
    "display_name": "Compute",
    "description": "of Acme",
    "visibility": "private",
    "protected": False,
}
PROPERTY = {"name": "cores", "title": "Cores", "type": "integer", "description": "how many"}
OBJECT = {
    "name": "CPU",
    "description": "a processor",
    "required": ["cores"],
    "properties": {"cores": {"title": "Cores", "type": "integer"}},
}

CONVERSATION = Conversation(
    "metadefs",
    "Namespaces, properties, objects, tags and resource types.",
    metadef=True,
    headers={"Accept": "application/json"},
    steps=[
        get("list-empty", N),
        get("resource-types-empty", "/v2/metadefs/resource_types"),
        post("create-member", N, SPACE),
        post("create", N, SPACE, caller=ADMIN),
        post("create-again", N, SPACE, caller=ADMIN),
        post("create-no-name", N, {"display_name": "x"}, caller=ADMIN),
        post("create-bad-visibility", N, {"namespace": "x", "visibility": "shared"}, caller=ADMIN),
        post("create-81", N, {"namespace": "n" * 81}, caller=ADMIN),
        post("create-public", N, {"namespace": "Pub", "visibility": "public"}, caller=ADMIN),
        post("create-empty", N, {}, caller=ADMIN),
        get("list-member", N),
        get("list-admin", N, caller=ADMIN),
        get("list-limit", N, "limit=1&sort_key=namespace&sort_dir=asc", caller=ADMIN),
        get("list-public", N, "visibility=public"),
        get("list-bad-sort", N, "sort_key=color"),
        get("show-public", N + "/Pub"),
        get("show-private-stranger", N + "/Acme::Compute", caller=BOB),
        get("show-private", N + "/Acme::Compute", caller=ADMIN),
        get("show-unknown", N + "/Nothing"),
        put(
            "update",
            N + "/Pub",
            {"namespace": "Pub", "description": "changed", "visibility": "public"},
            caller=ADMIN,
        ),
        put("update-member", N + "/Pub", {"namespace": "Pub"}),
        post("property-create", N + "/Pub/properties", PROPERTY, caller=ADMIN),
        post("property-create-again", N + "/Pub/properties", PROPERTY, caller=ADMIN),
        post("property-no-type", N + "/Pub/properties", {"name": "x", "title": "x"}, caller=ADMIN),
        post("property-member", N + "/Pub/properties", PROPERTY),
        get("properties", N + "/Pub/properties"),
        get("property", N + "/Pub/properties/cores"),
        get("property-unknown", N + "/Pub/properties/nothing"),
        put(
            "property-update",
            N + "/Pub/properties/cores",
            {**PROPERTY, "title": "More"},
            caller=ADMIN,
        ),
        post("object-create", N + "/Pub/objects", OBJECT, caller=ADMIN),
        post("object-create-again", N + "/Pub/objects", OBJECT, caller=ADMIN),
        get("objects", N + "/Pub/objects"),
        get("object", N + "/Pub/objects/CPU"),
        put(
            "object-update", N + "/Pub/objects/CPU", {**OBJECT, "description": "new"}, caller=ADMIN
        ),
        post("tag-create", N + "/Pub/tags/fast", caller=ADMIN),
        post("tag-create-again", N + "/Pub/tags/fast", caller=ADMIN),
        post(
            "tags-create",
            N + "/Pub/tags",
            {"tags": [{"name": "small"}, {"name": "large"}]},
            caller=ADMIN,
        ),
        get("tags", N + "/Pub/tags", "sort_key=name&sort_dir=asc"),
        get("tag", N + "/Pub/tags/small"),
        put("tag-update", N + "/Pub/tags/small", {"name": "tiny"}, caller=ADMIN),
        post(
            "resource-type",
            N + "/Pub/resource_types",
            {"name": "OS::Glance::Image", "prefix": "hw_"},
            caller=ADMIN,
        ),
        get("resource-types", "/v2/metadefs/resource_types"),
        get("namespace-resource-types", N + "/Pub/resource_types"),
        get("show-full", N + "/Pub"),
        delete("resource-type-delete", N + "/Pub/resource_types/OS::Glance::Image", caller=ADMIN),
        delete("tag-delete", N + "/Pub/tags/tiny", caller=ADMIN),
        delete("property-delete", N + "/Pub/properties/cores", caller=ADMIN),
        delete("object-delete", N + "/Pub/objects/CPU", caller=ADMIN),
        delete("delete-reader", N + "/Pub", caller=ROSE),
        delete("delete", N + "/Pub", caller=ADMIN),
        delete("delete-again", N + "/Pub", caller=ADMIN),
        get("schema-namespace", "/v2/schemas/metadefs/namespace"),
        get("schema-property", "/v2/schemas/metadefs/property"),
    ],
)
