"""Deactivating and reactivating."""

from player import ADMIN, BOB, NOBODY, ROSE, Conversation, Step

from ._steps import JSON, delete, disk, get, patch, post, put, replace, upload, uuid

A = "/v2/images/{%s}/actions/"

CONVERSATION = Conversation(
    "actions",
    "Deactivate and reactivate, and what a deactivated image refuses.",
    headers={"Accept": "application/json"},
    steps=[
        disk("create", "disk", "img", image_tags=["t"]),
        post("deactivate-queued", A % "img" + "deactivate"),
        post("deactivate-queued-admin", A % "img" + "deactivate", caller=ADMIN),
        post("reactivate-queued-admin", A % "img" + "reactivate", caller=ADMIN),
        upload("upload", "img", b"data"),
        post("deactivate-by-owner", A % "img" + "deactivate"),
        get("after-deactivate-by-owner", "/v2/images/{img}"),
        post("reactivate-by-owner", A % "img" + "reactivate"),
        post("deactivate-by-stranger", A % "img" + "deactivate", caller=BOB),
        post("deactivate-by-reader", A % "img" + "deactivate", caller=ROSE),
        post("deactivate-by-nobody", A % "img" + "deactivate", caller=NOBODY),
        post("reactivate-active", A % "img" + "reactivate", caller=ADMIN),
        post("deactivate-with-body", A % "img" + "deactivate", {}, caller=ADMIN),
        post("deactivate", A % "img" + "deactivate", caller=ADMIN),
        post("deactivate-again", A % "img" + "deactivate", caller=ADMIN),
        get("deactivated", "/v2/images/{img}"),
        get("list-deactivated", "/v2/images", "status=deactivated"),
        get("download-by-owner", "/v2/images/{img}/file"),
        get("download-by-owner-html", "/v2/images/{img}/file", headers={"Accept": "*/*"}),
        get("download-by-admin", "/v2/images/{img}/file", caller=ADMIN, length=True),
        get("download-by-stranger", "/v2/images/{img}/file", caller=BOB),
        get("range-by-owner", "/v2/images/{img}/file", headers={"Range": "bytes=0-1"}),
        upload("upload-deactivated", "img"),
        patch("patch-deactivated", "img", replace("/name", "still works")),
        put("tag-deactivated", "/v2/images/{img}/tags/more"),
        post("member-deactivated", "/v2/images/{img}/members", {"member": "globex"}),
        post(
            "import-deactivated", "/v2/images/{img}/import", {"method": {"name": "glance-direct"}}
        ),
        post("reactivate-by-stranger", A % "img" + "reactivate", caller="carol:initech:member"),
        post("reactivate-by-reader", A % "img" + "reactivate", caller=ROSE),
        post("reactivate", A % "img" + "reactivate", caller=ADMIN),
        post("reactivate-again", A % "img" + "reactivate", caller=ADMIN),
        get("download-again", "/v2/images/{img}/file", length=True),
        post("unknown-action", A % "img" + "explode", caller=ADMIN),
        post("action-unknown-image", f"/v2/images/{uuid(404)}/actions/deactivate", caller=ADMIN),
        post(
            "reactivate-unknown-image", f"/v2/images/{uuid(404)}/actions/reactivate", caller=ADMIN
        ),
        get("get-action", A % "img" + "deactivate", caller=ADMIN),
        put("put-action", A % "img" + "reactivate", caller=ADMIN),
        Step("empty-json-header", "POST", A % "img" + "deactivate", caller=ADMIN, headers=JSON),
        post("deactivate-for-delete", A % "img" + "deactivate", caller=ADMIN),
        delete("delete-deactivated", "/v2/images/{img}"),
        post("deactivate-deleted", A % "img" + "deactivate", caller=ADMIN),
    ],
)
