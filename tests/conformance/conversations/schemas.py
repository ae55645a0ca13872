"""The JSON schemas."""

from player import NOBODY, NORA, Conversation, Step

from ._steps import delete, get, post, put

S = "/v2/schemas/"

CONVERSATION = Conversation(
    "schemas",
    "Schemas of images, members and tasks.",
    steps=[
        *[
            get(name, S + name)
            for name in ("image", "images", "member", "members", "task", "tasks")
        ],
        get("unknown", S + "nonsense"),
        get("none", "/v2/schemas"),
        get("trailing-slash", S + "image/"),
        get("nobody", S + "image", caller=NOBODY),
        get("no-role", S + "member", caller=NORA),
        get("with-query", S + "member", "a=b"),
        get("with-body", S + "member", raw=b"{}"),
        get("with-body-tasks", S + "task", raw=b"{}"),
        post("post", S + "image", {}),
        put("put", S + "members", {}),
        delete("delete", S + "tasks"),
        Step("head", "HEAD", S + "image"),
        get("location", S + "location"),
    ],
)
