"""Imports to three stores, and the method that is off by default."""

from player import ADMIN, BOB, Conversation, Step

from ._steps import OCTETS, delete, disk, get, patch, post, replace, uuid

I = "/v2/images/"  # noqa: E741
ENDED = {"body.os_glance_import_task": (None,)}
DIRECT = {"method": {"name": "glance-direct"}}
COPY = {"method": {"name": "copy-image"}}
# Passes the filter, and nobody listens there.
NOWHERE = {"method": {"name": "web-download", "uri": "http://0.0.0.0/disk"}}
SOURCE = {"name": "glance-download", "glance_region": "nowhere", "glance_image_id": uuid(404)}


def stage(id: str, var: str, data: bytes = b"staged") -> Step:
    """Put data into the staging area."""
    return Step(id, "PUT", f"{I}{{{var}}}/stage", raw=data, headers=OCTETS)


def import_(id: str, var: str, body: object, **more: object) -> Step:
    """Import an image."""
    return post(id, f"{I}{{{var}}}/import", body, **more)


CONVERSATION = Conversation(
    "options_imports",
    "A Glance with three stores: imports, copies, failures.",
    glance={"enabled_backends": ["one:file", "two:file", "three:file"],
            "enabled_import_methods": ["glance-direct", "web-download", "copy-image",
                                       "glance-download"]},
    headers={"Accept": "application/json"},
    steps=[
        disk("create", "direct", "img"),
        stage("stage", "img"),
        import_("stores-text", "img", {**DIRECT, "stores": "one"}),
        import_("stores-unknown", "img", {**DIRECT, "stores": ["one", "four"]}),
        import_("stores-number", "img", {**DIRECT, "stores": [5]}),
        import_("stores-header-empty", "img", DIRECT, headers={"x-image-meta-store": ""}),
        import_("direct", "img", {**DIRECT, "stores": ["three", "one"]}),
        get("imported", I + "{img}", until=ENDED),
        import_("copy-by-member", "img", {**COPY, "stores": ["two"]}),
        import_("copy-by-stranger", "img", {**COPY, "stores": ["two"]}, caller=BOB),
        import_("copy-there", "img", {**COPY, "stores": ["two", "one"]}, caller=ADMIN),
        import_("copy", "img", {**COPY, "stores": ["two"]}, caller=ADMIN),
        get("copied", I + "{img}", until={"body.stores": ("three,one,two",), **ENDED}),
        import_("copy-all-again", "img", {**COPY, "all_stores": True}, caller=ADMIN),
        get("tasks-member", I + "{img}/tasks"),
        get("tasks-admin", I + "{img}/tasks", caller=ADMIN),
        delete("store-member", "/v2/stores/one/{img}"),
        delete("store-admin", "/v2/stores/one/{img}", caller=ADMIN),
        delete("store-again", "/v2/stores/one/{img}", caller=ADMIN),
        delete("store-unknown", "/v2/stores/four/{img}", caller=ADMIN),
        get("without-one", I + "{img}"),
        disk("create-2", "all", "all"),
        stage("stage-2", "all"),
        import_("all", "all", {**DIRECT, "all_stores": True, "all_stores_must_succeed": False}),
        get("in-all", I + "{all}", until=ENDED),
        disk("create-3", "web", "web"),
        import_("web", "web", {**NOWHERE, "stores": ["two", "one"]}),
        get("web-failed", I + "{web}",
            until={"body.os_glance_failed_import": ("one,two",), **ENDED}),
        get("web-tasks", I + "{web}/tasks", until={"body.tasks.0.status": ("failure",)}),
        patch("web-format", "web", replace("/disk_format", "qcow2")),
        disk("create-4", "other format", "four", image_disk_format="qcow2"),
        stage("stage-4", "four"),
        import_("other-format", "four", {**DIRECT, "stores": ["one", "two"]}),
        get("other-format-failed", I + "{four}",
            until={"body.os_glance_failed_import": ("one",), **ENDED}),
        import_("other-format-again", "four", DIRECT),
        disk("create-5", "none", "none"),
        stage("stage-5", "none"),
        import_("no-stores", "none", {**DIRECT, "stores": []}),
        get("no-stores-failed", I + "{none}", until={"body.status": ("queued",), **ENDED}),
        disk("create-6", "elsewhere", "far"),
        import_("far-no-region", "far", {"method": {"name": "glance-download"}}),
        import_("far-no-id", "far", {"method": {"name": "glance-download", "glance_region": "x"}}),
        import_("far-bad-id", "far", {"method": {**SOURCE, "glance_image_id": "foo"}}),
        import_("far", "far", {"method": SOURCE}),
        get("far-tasks", I + "{far}/tasks", until={"body.tasks.0.status": ("failure",)}),
        get("far-failed", I + "{far}", until={"body.status": ("queued",), **ENDED}),
        get("detail-service", "/v2/info/stores/detail", caller="nova:services:service",
            ignore={"body.stores.0.properties": "paths of the machine",
                    "body.stores.1.properties": "likewise",
                    "body.stores.2.properties": "likewise"}),
    ],
)
