"""Locations that are shown, and changed as far as a Glance without a reachable web allows."""

from player import ADMIN, ROSE, Conversation

from ._steps import add, create, delete, disk, get, patch, post, remove, replace, upload

IMG = "/v2/images/{img}"


def place(url: str, **more: object) -> dict[str, object]:
    """A location."""
    return {"url": url, "metadata": {}, **more}


HASHES = {"os_hash_algo": "sha256", "os_hash_value": "6" * 64}

CONVERSATION = Conversation(
    "options_locations",
    "A Glance that shows locations.",
    glance={"show_multiple_locations": True, "show_image_direct_url": True,
            "image_location_quota": 2},
    headers={"Accept": "*/*"},
    steps=[
        disk("create", "a", "img"),
        get("queued", IMG),
        create("create-with-locations", {"name": "x", "locations": []}),
        patch("add-file", "img", add("/locations/-", place("file:///etc/passwd"))),
        patch("add-nonsense", "img", add("/locations/-", place("nonsense"))),
        patch("add-position", "img", add("/locations/x", place("http://127.0.0.1:9/x"))),
        patch("add-other-hash", "img",
              add("/locations/-", place("http://127.0.0.1:9/x", validation_data=HASHES))),
        patch("replace-many", "img", replace("/locations", [
            place("http://127.0.0.1:9/1"), place("http://127.0.0.1:9/2"),
            place("http://127.0.0.1:9/3")])),
        patch("replace-conflict", "img", replace("/locations", [
            place("http://127.0.0.1:9/1", validation_data=HASHES),
            place("http://127.0.0.1:9/2", validation_data={**HASHES, "os_hash_value": "7" * 64}),
        ])),
        patch("replace-with-none", "img", replace("/locations", [])),
        patch("remove-queued", "img", remove("/locations/0"), caller=ADMIN),
        upload("upload", "img"),
        get("active", IMG),
        get("list", "/v2/images"),
        get("locations", IMG + "/locations", caller=ADMIN),
        patch("add-invalid", "img", add("/locations/-", place("nonsense"))),
        patch("add-late-hash", "img",
              add("/locations/-", place("nonsense", validation_data=HASHES))),
        patch("add-by-reader", "img", add("/locations/-", place("nonsense")), caller=ROSE),
        patch("remove", "img", remove("/locations/0")),
        patch("remove-last", "img", remove("/locations/0"), caller=ADMIN),
        patch("replace-several", "img", replace("/locations", [
            place("nonsense"), place("nonsense2"), place("nonsense3")])),
        post("deactivate", IMG + "/actions/deactivate", caller=ADMIN),
        get("deactivated", IMG),
        get("deactivated-admin", IMG, caller=ADMIN),
        patch("add-deactivated", "img", add("/locations/-", place("nonsense"))),
        patch("replace-deactivated", "img", replace("/locations", [place("nonsense")])),
        patch("remove-deactivated", "img", remove("/locations/0"), caller=ADMIN),
        delete("delete", IMG),
    ],
)
