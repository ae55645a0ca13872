"""Showing an image, and who may see it."""

from player import ADMIN, ALICE, ALICIA, BOB, CAROL, NOBODY, NORA, ROSE, Conversation, Step

from ._steps import create, disk, get, patch, replace, upload, uuid

IMG = "/v2/images/"

CONVERSATION = Conversation(
    "show",
    "Showing an image: who sees which, and odd ids.",
    [
        create("create-shared", {"name": "shared"}, keep="shared"),
        create("create-private", {"name": "private", "visibility": "private"}, keep="private"),
        create(
            "create-community", {"name": "community", "visibility": "community"}, keep="community"
        ),
        create(
            "create-public", {"name": "public", "visibility": "public"}, caller=ADMIN, keep="public"
        ),
        create("create-hidden", {"name": "hidden", "os_hidden": True}, keep="hidden"),
        get("owner-shared", IMG + "{shared}"),
        get("colleague-shared", IMG + "{shared}", caller=ALICIA),
        get("reader-shared", IMG + "{shared}", caller=ROSE),
        get("no-role-own-project", IMG + "{shared}", caller=NORA),
        get("no-role-public", IMG + "{public}", caller="nick:globex:norole"),
        get("stranger-shared", IMG + "{shared}", caller=BOB),
        get("stranger-private", IMG + "{private}", caller=BOB),
        get("stranger-community", IMG + "{community}", caller=BOB),
        get("stranger-public", IMG + "{public}", caller=CAROL),
        get("admin-private", IMG + "{private}", caller=ADMIN),
        get("admin-hidden", IMG + "{hidden}", caller=ADMIN),
        get("owner-hidden", IMG + "{hidden}"),
        get("nobody", IMG + "{public}", caller=NOBODY),
        get("bad-token", IMG + "{public}", caller="rubbish"),
        get("nobody-json", IMG + "{public}", caller=NOBODY, headers={"Accept": "application/json"}),
        get("unknown", IMG + uuid(404)),
        get("unknown-json", IMG + uuid(404), headers={"Accept": "application/json"}),
        get("unknown-plain", IMG + uuid(404), headers={"Accept": "text/plain"}),
        get("not-a-uuid", IMG + "nonsense"),
        get("not-a-uuid-encoded", IMG + "a%20b%3Cc%3E"),
        get("unicode-id", IMG + "%E7%94%BB%E5%83%8F"),
        get("long-id", IMG + "x" * 300),
        get("upper-case-id", IMG + "{shared.upper}"),
        get("dot-id", IMG + "a.b"),
        get("dots-in-id", IMG + "{shared}.json"),
        get("with-query", IMG + "{shared}", "anything=1"),
        get("accept-html", IMG + "{shared}", headers={"Accept": "text/html"}),
        get(
            "accept-versioned",
            IMG + "{shared}",
            headers={"Accept": "application/vnd.openstack.images-v2"},
        ),
        get("with-body", IMG + "{shared}", raw=b"{}", headers={"Content-Type": "application/json"}),
        Step("head", "HEAD", IMG + "{shared}"),
        Step("head-unknown", "HEAD", IMG + uuid(404)),
        get("after-nothing-changed", IMG + "{shared}"),
        disk("create-disk", "disk", "disk"),
        upload("upload-disk", "disk"),
        get("active", IMG + "{disk}"),
        patch("patch-disk", "disk", replace("/name", "renamed")),
        get("renamed", IMG + "{disk}", caller=ALICE),
        Step("delete-disk", "DELETE", IMG + "{disk}"),
        get("deleted", IMG + "{disk}"),
        get("deleted-admin", IMG + "{disk}", caller=ADMIN),
    ],
)
