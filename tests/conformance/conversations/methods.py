"""Methods that are not allowed."""

from player import NOBODY, Conversation, Step

from ._steps import create, uuid

X = "/v2/images/" + uuid(404)
PATHS = {
    "images": ("/v2/images", ("PUT", "DELETE", "PATCH", "HEAD", "OPTIONS")),
    "image": (X, ("PUT", "POST", "HEAD", "OPTIONS")),
    "file": (X + "/file", ("PATCH", "HEAD", "OPTIONS")),
    "stage": (X + "/stage", ("GET", "POST", "DELETE")),
    "import": (X + "/import", ("GET", "PUT", "DELETE")),
    "deactivate": (X + "/actions/deactivate", ("GET", "PUT")),
    "reactivate": (X + "/actions/reactivate", ("GET", "DELETE")),
    "members": (X + "/members", ("PUT", "PATCH", "DELETE")),
    "member": (X + "/members/globex", ("POST", "PATCH")),
    "tag": (X + "/tags/one", ("GET", "POST")),
    "locations": (X + "/locations", ("PUT", "DELETE")),
    "image-tasks": (X + "/tasks", ("POST", "DELETE")),
    "tasks": ("/v2/tasks", ("PUT", "DELETE")),
    "task": ("/v2/tasks/" + uuid(404), ("PUT", "PATCH")),
    "info-import": ("/v2/info/import", ("POST", "DELETE")),
    "info-stores": ("/v2/info/stores", ("POST", "HEAD")),
    "info-stores-detail": ("/v2/info/stores/detail", ("PUT",)),
    "info-usage": ("/v2/info/usage", ("POST",)),
    "store-image": ("/v2/stores/file/" + uuid(404), ("GET", "POST")),
    "cache": ("/v2/cache", ("POST", "PUT")),
    "cache-image": ("/v2/cache/" + uuid(404), ("GET", "POST")),
}

CONVERSATION = Conversation(
    "methods",
    "Methods that a path does not know.",
    headers={"Accept": "application/json"},
    steps=[
        *[
            Step(f"{name}-{method}", method, path)
            for name, (path, methods) in PATHS.items()
            for method in methods
        ],
        create("create", {"name": "x"}, keep="img"),
        Step("image-put-existing", "PUT", "/v2/images/{img}", json={"name": "y"}),
        Step(
            "image-post-html", "POST", "/v2/images/{img}", json={}, headers={"Accept": "text/html"}
        ),
        Step(
            "image-post-plain",
            "POST",
            "/v2/images/{img}",
            json={},
            headers={"Accept": "text/plain"},
        ),
        Step("made-up-method", "FROBNICATE", "/v2/images/{img}"),
        Step("nobody", "PUT", "/v2/images", caller=NOBODY),
        Step(
            "cors-preflight",
            "OPTIONS",
            "/v2/images",
            caller=NOBODY,
            headers={"Origin": "http://horizon.example", "Access-Control-Request-Method": "GET"},
        ),
    ],
)
