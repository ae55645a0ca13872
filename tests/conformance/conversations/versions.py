"""Versions and unknown paths."""

from player import NOBODY, Conversation, Step

from ._steps import get, post


def accept(kind: str) -> dict[str, str]:
    """An Accept header."""
    return {"Accept": kind}


V = "application/vnd.openstack.images-"

CONVERSATION = Conversation(
    "versions",
    "Version documents and their negotiation, unknown paths.",
    steps=[
        get("root", "/", caller=NOBODY),
        get("versions", "/versions", caller=NOBODY),
        get("versions-slash", "/versions/", caller=NOBODY),
        get("versions-with-token", "/versions"),
        get("versions-deeper", "/versions/more", caller=NOBODY),
        get("v2", "/v2"),
        get("v2-nobody", "/v2", caller=NOBODY),
        get("v2-slash", "/v2/"),
        get("v2-slash-nobody", "/v2/", caller=NOBODY),
        get("v2.0", "/v2.0"),
        get("v2.0-slash", "/v2.0/"),
        get("v2.0-images", "/v2.0/images"),
        get("v2.1-images", "/v2.1/images"),
        get("v2.9-images", "/v2.9/images"),
        get("v2.13-images", "/v2.13/images"),
        get("v2.14-images", "/v2.14/images"),
        get("v2.17-images", "/v2.17/images"),
        get("v2.18-images", "/v2.18/images"),
        get("v2.99-images", "/v2.99/images"),
        get("V2-images", "/V2/images"),
        get("2-images", "/2/images"),
        get("v1", "/v1", caller=NOBODY),
        get("v1-images", "/v1/images"),
        get("v3", "/v3", caller=NOBODY),
        get("v3-images", "/v3/images"),
        get("images-without-version", "/images"),
        get("unknown-root", "/nonsense", caller=NOBODY),
        get("root-accept-html", "/", caller=NOBODY, headers=accept("text/html")),
        get("root-accept-json", "/", caller=NOBODY, headers=accept("application/json")),
        get("root-accept-v2", "/", headers=accept(V + "v2")),
        get("images-accept-v2", "/images", headers=accept(V + "v2")),
        get("images-accept-v2.0", "/images", headers=accept(V + "v2.0")),
        get("v2-images-accept-v1", "/v2/images", headers=accept(V + "v1")),
        get("images-accept-v9", "/images", headers=accept(V + "v9")),
        post("root-post", "/", {}, caller=NOBODY),
        post("versions-post", "/versions", {}, caller=NOBODY),
        Step("versions-head", "HEAD", "/versions", caller=NOBODY),
        Step("root-head", "HEAD", "/", caller=NOBODY),
        get("root-query", "/", "a=b", caller=NOBODY),
        get("unknown-v2", "/v2/nonsense"),
        get("unknown-v2-nobody", "/v2/nonsense", caller=NOBODY),
        get("unknown-v2-json", "/v2/nonsense", headers=accept("application/json")),
        get("unknown-v2-html", "/v2/nonsense", headers=accept("text/html")),
        get("unknown-v2-deep", "/v2/images/a/b/c"),
        get("healthcheck", "/healthcheck", caller=NOBODY),
        get("favicon", "/favicon.ico", caller=NOBODY),
    ],
)
