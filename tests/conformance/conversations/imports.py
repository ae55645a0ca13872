"""Staging and importing."""

from player import ADMIN, ALICE, BOB, NOBODY, ROSE, Conversation, Step

from ._steps import JSON, OCTETS, create, delete, disk, get, patch, post, replace, upload, uuid

I = "/v2/images/"  # noqa: E741
DIRECT = {"method": {"name": "glance-direct"}}
DONE = {"body.status": ("active", "killed", "deleted"), "body.os_glance_import_task": (None,)}


def stage(id: str, var: str, data: bytes = b"staged data", **more: object) -> Step:
    """Put data into the staging area."""
    more.setdefault("headers", OCTETS)
    return Step(id, "PUT", f"{I}{{{var}}}/stage", raw=data, **more)  # type: ignore[arg-type]


CONVERSATION = Conversation(
    "imports",
    "Interoperable image import: stage, import, what is refused.",
    headers={"Accept": "application/json"},
    steps=[
        disk("create", "staged", "img"),
        stage("stage-no-type", "img", headers={}),
        stage("stage-json-type", "img", headers=JSON),
        stage("stage-by-stranger", "img", caller=BOB),
        stage("stage-by-reader", "img", caller=ROSE),
        stage("stage-by-nobody", "img", caller=NOBODY),
        Step("stage-unknown", "PUT", f"{I}{uuid(404)}/stage", headers=OCTETS, raw=b"x"),
        post("import-queued", I + "{img}/import", DIRECT),
        stage("stage", "img"),
        get("uploading", I + "{img}"),
        stage("stage-again", "img", b"other staged data"),
        upload("upload-while-staged", "img"),
        get("download-while-staged", I + "{img}/file"),
        patch("patch-while-staged", "img", replace("/name", "renamed")),
        post("import-by-stranger", I + "{img}/import", DIRECT, caller=BOB),
        post("import-by-reader", I + "{img}/import", DIRECT, caller=ROSE),
        post("import-by-nobody", I + "{img}/import", DIRECT, caller=NOBODY),
        post(
            "import-web-download-staged",
            I + "{img}/import",
            {"method": {"name": "web-download", "uri": "http://example.org/x"}},
        ),
        post("import-copy-staged", I + "{img}/import", {"method": {"name": "copy-image"}}),
        post("import-direct", I + "{img}/import", DIRECT),
        get("imported", I + "{img}", until=DONE),
        get("imported-file", I + "{img}/file", length=True),
        get(
            "import-tasks", I + "{img}/tasks", until={"body.tasks.0.status": ("success", "failure")}
        ),
        get("import-tasks-by-stranger", I + "{img}/tasks", caller=BOB),
        get("import-tasks-by-admin", I + "{img}/tasks", caller=ADMIN),
        get("import-tasks-unknown", f"{I}{uuid(404)}/tasks"),
        post("import-again", I + "{img}/import", DIRECT),
        stage("stage-active", "img"),
        post(
            "copy-image", I + "{img}/import", {"method": {"name": "copy-image"}, "stores": ["file"]}
        ),
        post(
            "copy-image-unknown-store",
            I + "{img}/import",
            {"method": {"name": "copy-image"}, "stores": ["nowhere"]},
        ),
        post(
            "copy-image-all-stores",
            I + "{img}/import",
            {"method": {"name": "copy-image"}, "all_stores": True},
        ),
        post(
            "copy-image-by-stranger",
            I + "{img}/import",
            {"method": {"name": "copy-image"}, "stores": ["file"]},
            caller=BOB,
        ),
        disk("create-2", "second", "two"),
        post("import-no-body", I + "{two}/import"),
        post("import-empty", I + "{two}/import", {}),
        post("import-list", I + "{two}/import", []),
        post("import-method-string", I + "{two}/import", {"method": "glance-direct"}),
        post("import-method-empty", I + "{two}/import", {"method": {}}),
        post("import-method-null", I + "{two}/import", {"method": {"name": None}}),
        post("import-method-unknown", I + "{two}/import", {"method": {"name": "telepathy"}}),
        post(
            "import-method-not-enabled", I + "{two}/import", {"method": {"name": "glance-download"}}
        ),
        post("web-download-no-uri", I + "{two}/import", {"method": {"name": "web-download"}}),
        post(
            "web-download-empty-uri",
            I + "{two}/import",
            {"method": {"name": "web-download", "uri": ""}},
        ),
        post(
            "web-download-bad-uri",
            I + "{two}/import",
            {"method": {"name": "web-download", "uri": "nonsense"}},
        ),
        post(
            "web-download-ftp",
            I + "{two}/import",
            {"method": {"name": "web-download", "uri": "ftp://example.org/x"}},
        ),
        post(
            "web-download-file",
            I + "{two}/import",
            {"method": {"name": "web-download", "uri": "file:///etc/hosts"}},
        ),
        post(
            "web-download-port",
            I + "{two}/import",
            {"method": {"name": "web-download", "uri": "http://example.org:22/x"}},
        ),
        post(
            "web-download-by-reader",
            I + "{two}/import",
            {"method": {"name": "web-download", "uri": "http://example.org/x"}},
            caller=ROSE,
        ),
        post(
            "direct-with-uri",
            I + "{two}/import",
            {"method": {"name": "glance-direct", "uri": "http://example.org/x"}},
        ),
        post(
            "stores-and-header",
            I + "{two}/import",
            {"method": {"name": "glance-direct"}, "stores": ["file"]},
            headers={"x-image-meta-store": "file"},
        ),
        post(
            "stores-unknown",
            I + "{two}/import",
            {"method": {"name": "glance-direct"}, "stores": ["nowhere"]},
        ),
        post(
            "stores-empty", I + "{two}/import", {"method": {"name": "glance-direct"}, "stores": []}
        ),
        post(
            "stores-and-all",
            I + "{two}/import",
            {"method": {"name": "glance-direct"}, "stores": ["file"], "all_stores": True},
        ),
        post("import-bad-json", I + "{two}/import", raw=b"{", headers=JSON),
        post("import-unknown", f"{I}{uuid(404)}/import", DIRECT),
        post("import-unknown-html", f"{I}{uuid(404)}/import", DIRECT, headers={"Accept": "*/*"}),
        create("create-no-formats", {"name": "no formats"}, keep="nof"),
        stage("stage-no-formats", "nof"),
        post("import-no-formats", I + "{nof}/import", DIRECT),
        post(
            "web-download-no-formats",
            I + "{nof}/import",
            {"method": {"name": "web-download", "uri": "http://example.org/x"}},
        ),
        disk("create-3", "third", "three"),
        stage("stage-3", "three"),
        delete("delete-staged", I + "{three}"),
        get("deleted-staged", I + "{three}"),
        disk("create-4", "fourth", "four"),
        stage("stage-chunked", "four", b"staged in chunks", chunked=True),
        post(
            "import-named-store",
            I + "{four}/import",
            {"method": {"name": "glance-direct"}, "stores": ["file"]},
            caller=ALICE,
        ),
        get("imported-named-store", I + "{four}", until=DONE),
        disk("create-5", "fifth", "five"),
        stage("stage-5", "five"),
        post("import-by-admin", I + "{five}/import", DIRECT, caller=ADMIN),
        get("imported-by-admin", I + "{five}", until=DONE),
        disk("create-6", "sixth", "six"),
        stage("stage-6-empty", "six", b""),
        get("staged-empty", I + "{six}"),
    ],
)
