"""Deleting images."""

from player import ADMIN, ALICIA, BOB, NOBODY, ROSE, Conversation, Step

from ._steps import create, delete, disk, get, patch, post, replace, upload, uuid

I = "/v2/images/"  # noqa: E741

CONVERSATION = Conversation(
    "deletion",
    "Deleting an image: who may, what stops it, what is left.",
    headers={"Accept": "application/json"},
    steps=[
        create("create-plain", {"name": "plain"}, keep="plain"),
        delete("with-body", I + "{plain}", raw=b"{}"),
        delete("with-json-body", I + "{plain}", json={}),
        delete("by-nobody", I + "{plain}", caller=NOBODY),
        delete("by-stranger", I + "{plain}", caller=BOB),
        delete("by-reader", I + "{plain}", caller=ROSE),
        delete("plain", I + "{plain}"),
        delete("plain-again", I + "{plain}"),
        get("plain-shown", I + "{plain}"),
        get("plain-listed", "/v2/images"),
        delete("unknown", I + uuid(404)),
        delete("nonsense", I + "nonsense"),
        delete("unknown-html", I + uuid(404), headers={"Accept": "*/*"}),
        create("create-protected", {"name": "protected", "protected": True}, keep="prot"),
        delete("protected", I + "{prot}"),
        delete("protected-html", I + "{prot}", headers={"Accept": "*/*"}),
        delete("protected-by-admin", I + "{prot}", caller=ADMIN),
        patch("unprotect", "prot", replace("/protected", False)),
        delete("unprotected-by-colleague", I + "{prot}", caller=ALICIA),
        disk("create-data", "data", "data"),
        upload("upload", "data"),
        delete("data", I + "{data}"),
        get("data-file", I + "{data}/file"),
        create("create-own-id", {"id": uuid(2), "name": "first life"}),
        delete("own-id", I + uuid(2)),
        create("reuse-own-id", {"id": uuid(2), "name": "second life"}),
        create("create-public", {"visibility": "public"}, caller=ADMIN, keep="pub"),
        delete("public-by-member", I + "{pub}"),
        delete("public-by-owner", I + "{pub}", caller=ADMIN),
        create("create-community", {"visibility": "community"}, keep="com"),
        delete("community-by-stranger", I + "{com}", caller=BOB),
        delete("community-by-admin", I + "{com}", caller=ADMIN),
        create("create-shared", {"name": "shared"}, keep="shared"),
        post("share", I + "{shared}/members", {"member": "globex"}),
        delete("shared-by-member", I + "{shared}", caller=BOB),
        delete("shared", I + "{shared}"),
        get("shared-gone-for-member", I + "{shared}", caller=BOB),
        create("create-hidden", {"os_hidden": True}, keep="hidden"),
        delete("hidden", I + "{hidden}"),
        delete("collection", "/v2/images"),
        Step("trailing-slash", "DELETE", I + "{prot}/"),
        patch("patch-deleted", "plain", replace("/name", "x")),
    ],
)
