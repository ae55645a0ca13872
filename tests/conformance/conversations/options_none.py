"""Quotas of zero, and no import method."""

from player import Conversation

from ._steps import OCTETS, add, create, disk, get, patch, post, put, upload

IMG = "/v2/images/{img}"

CONVERSATION = Conversation(
    "options_none",
    "A Glance whose quotas are zero, and that imports nothing.",
    glance={"image_property_quota": 0, "image_tag_quota": 0, "image_member_quota": 0,
            "image_location_quota": 0, "show_multiple_locations": True,
            "enabled_import_methods": []},
    headers={"Accept": "*/*"},
    steps=[
        create("property", {"a": "1"}),
        create("tag", {"tags": ["a"]}),
        disk("create", "a", "img"),
        put("put-tag", IMG + "/tags/y"),
        post("member", IMG + "/members", {"member": "p"}),
        get("info-import", "/v2/info/import"),
        put("stage", IMG + "/stage", headers=OCTETS, raw=b"x"),
        post("import", IMG + "/import", {"method": {"name": "web-download"}}),
        patch("location", "img",
              add("/locations/-", {"url": "nonsense", "metadata": {}})),
        upload("upload", "img"),
        get("shown", IMG),
    ],
)
