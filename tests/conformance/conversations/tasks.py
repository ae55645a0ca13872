"""The tasks API."""

from player import ADMIN, NOBODY, ROSE, Conversation, Step

from ._steps import JSON, delete, get, post, uuid

T = "/v2/tasks"
IMPORT = {
    "type": "import",
    "input": {
        "import_from": "http://example.org/x",
        "import_from_format": "raw",
        "image_properties": {},
    },
}

CONVERSATION = Conversation(
    "tasks",
    "Tasks: an administrator's API that members are refused.",
    headers={"Accept": "application/json"},
    steps=[
        get("list-member", T),
        get("list-reader", T, caller=ROSE),
        get("list-nobody", T, caller=NOBODY),
        get("list-admin", T, caller=ADMIN),
        get("list-admin-limit", T, "limit=5", caller=ADMIN),
        get("list-admin-limit-0", T, "limit=0", caller=ADMIN),
        get("list-admin-limit-word", T, "limit=abc", caller=ADMIN),
        get("list-admin-limit-negative", T, "limit=-1", caller=ADMIN),
        get("list-admin-marker", T, "marker=" + uuid(404), caller=ADMIN),
        get("list-admin-sort", T, "sort_key=created_at&sort_dir=asc", caller=ADMIN),
        get("list-admin-sort-bad", T, "sort_key=color", caller=ADMIN),
        get("list-admin-sort-dir-bad", T, "sort_dir=up", caller=ADMIN),
        get("list-admin-type", T, "type=import", caller=ADMIN),
        get("list-admin-type-bad", T, "type=nonsense", caller=ADMIN),
        get("list-admin-status", T, "status=success", caller=ADMIN),
        get("list-admin-status-bad", T, "status=nonsense", caller=ADMIN),
        get("list-admin-unknown-filter", T, "color=red", caller=ADMIN),
        get("show-unknown-member", f"{T}/{uuid(404)}"),
        get("show-unknown-admin", f"{T}/{uuid(404)}", caller=ADMIN),
        delete("delete-unknown-member", f"{T}/{uuid(404)}"),
        delete("delete-unknown-admin", f"{T}/{uuid(404)}", caller=ADMIN),
        post("create-member", T, IMPORT),
        post("create-reader", T, IMPORT, caller=ROSE),
        post("create-nobody", T, IMPORT, caller=NOBODY),
        post("create-no-body", T, caller=ADMIN),
        post("create-empty", T, {}, caller=ADMIN),
        post("create-no-input", T, {"type": "import"}, caller=ADMIN),
        post("create-bad-type", T, {"type": "nonsense", "input": {}}, caller=ADMIN),
        post("create-api-import", T, {"type": "api_image_import", "input": {}}, caller=ADMIN),
        post("create-empty-input", T, {"type": "import", "input": {}}, caller=ADMIN),
        post("create-input-string", T, {"type": "import", "input": "x"}, caller=ADMIN),
        post(
            "create-no-format",
            T,
            {"type": "import", "input": {"import_from": "http://example.org/x"}},
            caller=ADMIN,
        ),
        post("create-bad-json", T, raw=b"{", headers=JSON, caller=ADMIN),
        post("create-list", T, [], caller=ADMIN),
        get("trailing-slash", T + "/", caller=ADMIN),
        Step("html", "GET", f"{T}/{uuid(404)}", caller=ADMIN, headers={"Accept": "*/*"}),
    ],
)
