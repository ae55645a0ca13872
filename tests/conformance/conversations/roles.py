"""Who may do what: one image, every role, every operation."""

from player import ADMIN, ALICE, BOB, NOBODY, ROSE, Conversation, Step

from ._steps import IMAGES, V21, create, disk, get, replace, upload

CALLERS = {
    "owner": ALICE,
    "reader": ROSE,
    "manager": "mary:acme:manager",
    "norole": "nora:acme:norole",
    "service": "nova:services:service",
    "stranger": BOB,
    "stranger-reader": "ben:globex:reader",
    "admin": ADMIN,
    "admin-of-owner": "rita:acme:admin",
    "admin-no-project": "root:none:admin",
    "member-and-reader": "mike:acme:reader,member",
    "nobody": NOBODY,
}


def steps() -> list[Step]:
    """Each caller tries the same things."""
    found = []
    for name, caller in CALLERS.items():
        for kind in ("pub", "com", "priv"):
            path = IMAGES + "/{" + kind + "}"
            found.append(get(f"{name}-get-{kind}", path, caller=caller))
            change = [replace("/min_disk", 1)]
            found.append(
                Step(f"{name}-patch-{kind}", "PATCH", path, caller=caller, headers=V21, json=change)
            )
            found.append(get(f"{name}-file-{kind}", path + "/file", caller=caller, length=True))
        found.append(get(f"{name}-list", IMAGES, "sort=name:asc&visibility=all", caller=caller))
        found.append(create(f"{name}-create", {"name": f"made-by-{name}"}, caller=caller))
    return found


CONVERSATION = Conversation(
    "roles",
    "One public, one community, one private image, seen and changed by every role.",
    headers={"Accept": "application/json"},
    steps=[
        disk("create-public", "pub", "pub", caller=ADMIN, image_visibility="public"),
        upload("upload-public", "pub", b"public", caller=ADMIN),
        disk("create-community", "com", "com", image_visibility="community"),
        upload("upload-community", "com", b"community"),
        disk("create-private", "priv", "priv", image_visibility="private"),
        upload("upload-private", "priv", b"private"),
        *steps(),
    ],
)
