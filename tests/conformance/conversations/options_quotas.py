"""Small quotas and pages, another hash, one import method, no check of formats, delayed delete."""

from player import ADMIN, Conversation

from ._steps import OCTETS, add, create, delete, disk, get, patch, post, put, replace, upload

IMG = "/v2/images/{img}"

CONVERSATION = Conversation(
    "options_quotas",
    "A Glance with small quotas and other options.",
    glance={
        "image_property_quota": 2, "image_tag_quota": 1, "image_member_quota": 1,
        "image_size_cap": 10, "limit_param_default": 2, "api_limit_max": 3,
        "hashing_algorithm": "sha256", "delayed_delete": True,
        "require_image_format_match": False, "enabled_import_methods": ["web-download"],
        "show_image_direct_url": True,
    },
    headers={"Accept": "*/*"},
    steps=[
        create("too-many-properties", {"a": "1", "b": "2", "c": "3"}),
        create("too-many-tags", {"tags": ["a", "b"]}),
        disk("create", "a", "img", image_a="1", image_b="2", image_tags=["x"]),
        put("tag", IMG + "/tags/y"),
        patch("patch-property", "img", add("/c", "1")),
        patch("patch-tags", "img", replace("/tags", ["1", "2"])),
        post("member", IMG + "/members", {"member": "p"}),
        post("second-member", IMG + "/members", {"member": "p2"}),
        upload("too-large", "img", b"hello hello hello"),
        get("still-queued", IMG),
        upload("upload", "img", b"hello"),
        get("shown", IMG),
        put("stage", IMG + "/stage", headers=OCTETS, raw=b"x"),
        get("info-import", "/v2/info/import"),
        disk("another", "b", "img2", tick=True, image_disk_format="qcow2"),
        put("stage-queued", "/v2/images/{img2}/stage", headers=OCTETS, raw=b"x"),
        post("import", "/v2/images/{img2}/import", {"method": {"name": "glance-direct"}}),
        upload("other-format", "img2", b"hello"),
        get("other-format-shown", "/v2/images/{img2}"),
        disk("third", "c", tick=True),
        disk("fourth", "d", tick=True),
        get("page", "/v2/images"),
        get("largest-page", "/v2/images", "limit=50"),
        delete("delete", IMG),
        get("deleted", IMG),
        get("deleted-admin", IMG, caller=ADMIN),
        get("pending", "/v2/images", "status=pending_delete", caller=ADMIN),
        delete("delete-again", IMG, caller=ADMIN),
        get("deleted-marker", "/v2/images", "marker={img}"),
    ],
)
