"""Odd requests.

What Glance's front server decides alone is left out: dot segments, doubled slashes, broken percent
signs, bytes that are not UTF-8 (uWSGI hangs up).
"""

from player import ADMIN, NOBODY, Conversation, Step

from ._steps import IMAGES, JSON, create, disk, get, patch, replace, upload, uuid

REQUEST = "req-20000000-0000-4000-8000-000000000001"

CONVERSATION = Conversation(
    "odd",
    "Slashes, encodings, request ids, Accept headers, strange tokens.",
    steps=[
        create("create", {"name": "odd"}, keep="img"),
        get("slash-after-image", IMAGES + "/{img}/"),
        get("encoded-letter", "/v2/%69mages/{img}"),
        get("encoded-slash", "/v2/images%2F{img}"),
        get("encoded-slash-in-id", IMAGES + "/{img}%2Ffile"),
        get("encoded-dash", IMAGES + "/10000000%2D0000-4000-8000-000000000404"),
        get("nul-in-id", IMAGES + "/a%00b"),
        get("newline-in-id", IMAGES + "/a%0Ab"),
        get("emoji-in-id", IMAGES + "/%F0%9F%90%A7"),
        get("very-long-id", IMAGES + "/" + "a" * 2000),
        get("id-with-colon", IMAGES + "/a:b"),
        get("id-with-plus", IMAGES + "/a+b"),
        get("id-with-semicolon", IMAGES + "/{img};x=1"),
        get("detail", IMAGES + "/detail"),
        get("sub-path-unknown", IMAGES + "/{img}/nonsense"),
        get("case-of-path", "/v2/Images"),
        get("request-id-own", IMAGES + "/{img}", headers={"X-Openstack-Request-Id": REQUEST}),
        get("request-id-bare", IMAGES + "/{img}", headers={"X-Openstack-Request-Id": REQUEST[4:]}),
        get("request-id-word", IMAGES + "/{img}", headers={"X-Openstack-Request-Id": "word"}),
        get("request-id-empty", IMAGES + "/{img}", headers={"X-Openstack-Request-Id": ""}),
        get("request-id-64", IMAGES + "/{img}", headers={"X-Openstack-Request-Id": "r" * 64}),
        get("request-id-65", IMAGES + "/{img}", headers={"X-Openstack-Request-Id": "r" * 65}),
        get(
            "request-id-error",
            IMAGES + "/" + uuid(404),
            headers={"X-Openstack-Request-Id": REQUEST},
        ),
        get(
            "request-id-nobody", IMAGES, caller=NOBODY, headers={"X-Openstack-Request-Id": REQUEST}
        ),
        get(
            "identity-headers",
            IMAGES + "/{img}",
            caller=NOBODY,
            headers={"X-Identity-Status": "Confirmed", "X-Roles": "admin"},
        ),
        get(
            "identity-headers-with-token",
            IMAGES + "/{img}",
            caller="bob:globex:member",
            headers={"X-Project-Id": "acme"},
        ),
        get("token-empty", IMAGES, caller=""),
        *[
            get(f"accept-{name}", IMAGES + "/" + uuid(404), headers={"Accept": kind})
            for name, kind in {
                "json": "application/json",
                "json-charset": "application/json; charset=utf-8",
                "html": "text/html",
                "plain": "text/plain",
                "any": "*/*",
                "text-any": "text/*",
                "application-any": "application/*",
                "xml": "application/xml",
                "image": "image/png",
                "octets": "application/octet-stream",
                "browser": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                "json-then-any": "application/json, */*;q=0.5",
                "any-then-json": "*/*, application/json",
                "json-low": "application/json;q=0.1, text/plain",
                "json-zero": "application/json;q=0",
                "empty": "",
                "garbage": "rubbish",
                "json-and-html": "application/json, text/html",
                "html-and-json": "text/html, application/json",
                "plain-and-json": "text/plain, application/json",
                "problem": "application/problem+json",
                "xhtml": "application/xhtml+xml",
            }.items()
        ],
        get("accept-on-404-route", "/v2/nothing/here", headers={"Accept": "*/*"}),
        get("accept-language", IMAGES + "/" + uuid(404), headers={"Accept-Language": "de"}),
        get("origin", IMAGES + "/{img}", headers={"Origin": "http://horizon.example"}),
        get("body-length-zero", IMAGES + "/{img}", raw=b""),
        get("delete-override", IMAGES + "/{img}", headers={"X-HTTP-Method-Override": "DELETE"}),
        create("post-with-query", {"name": "q"}, query="limit=abc&sort_key=color"),
        patch("patch-with-query", "img", replace("/name", "q2"), query="limit=abc"),
        create("content-type-xml", raw=b"<image/>", headers={"Content-Type": "application/xml"}),
        create("deep-json", raw=b'{"x":' + b"[" * 50 + b"]" * 50 + b"}", headers=JSON),
        create("big-number", raw=b'{"min_ram": 1e3}', headers=JSON),
        create("escaped-unicode", raw=b'{"name": "\\u00fc\\u00e9"}', headers=JSON),
        create("lone-surrogate", raw=b'{"name": "\\ud83d"}', headers=JSON),
        create("byte-order-mark", raw=b'\xef\xbb\xbf{"name": "bom"}', headers=JSON),
        create("utf-16", raw='{"name": "x"}'.encode("utf-16"), headers=JSON),
        create("html-in-name", {"name": "<script>alert(1)</script>"}, keep="html"),
        get("html-in-name-listed", IMAGES, "name=%3Cscript%3Ealert(1)%3C/script%3E"),
        get("show-percent-s", IMAGES + "/%25s%25d"),
        disk("create-disk", "d", "disk"),
        upload("upload", "disk", b"x"),
        Step("connect-file-query", "GET", IMAGES + "/{disk}/file", query="a=b", length=True),
        get("admin-lists", IMAGES, "sort=name:asc&limit=2", caller=ADMIN),
    ],
)
