"""Two stores, of which the second is the default, and no quotas."""

from player import ADMIN, Conversation

from ._steps import OCTETS, create, disk, get, put, upload

CONVERSATION = Conversation(
    "options_stores",
    "A Glance with two stores and without quotas.",
    glance={"enabled_backends": ["fast:file", "slow:file"], "default_backend": "slow",
            "show_image_direct_url": True, "show_multiple_locations": True,
            "image_property_quota": -1, "image_tag_quota": -1, "image_member_quota": -1},
    headers={"Accept": "*/*"},
    steps=[
        create("many", {"tags": [f"t{number}" for number in range(130)],
                        **{f"p{number}": "" for number in range(130)}},
               ignore={"body.tags": "a set"}),
        disk("create", "a", "img"),
        upload("upload", "img"),
        get("shown", "/v2/images/{img}"),
        disk("second", "b", "img2"),
        upload("to-fast", "img2", headers={**OCTETS, "X-Image-Meta-Store": "fast"}),
        get("second-shown", "/v2/images/{img2}"),
        disk("third", "c", "img3"),
        upload("to-none", "img3", headers={**OCTETS, "X-Image-Meta-Store": "none"}),
        get("stores", "/v2/info/stores"),
        put("tag", "/v2/images/{img}/tags/x"),
        get("locations", "/v2/images/{img}/locations", caller=ADMIN),
    ],
)
