"""Roles: create, show, list, change, delete."""

from player import Conversation

from ._steps import delete, domain, get, head, on, password, patch, post, project, put, role, user

R = "/roles"

CONVERSATION = Conversation(
    "identity/roles",
    "Roles, also those of a domain.",
    steps=[
        domain("acme"),
        project("project", "p", "p"),
        user("ann", "ann", "ann"),
        role("create", "tester", "tester"),
        get("show", R + "/{tester}"),
        head("head", R + "/{tester}"),
        role("full", "painter", "painter", description="all", colour="red", options={}),
        role("again", "tester", "x"),
        role("of-domain", "tester", "domrole", domain_id="{dom}"),
        role("of-domain-again", "tester", "x", domain_id="{dom}"),
        role("of-unknown-domain", "tester", "x", domain_id="nope"),
        role("empty-name", "", "x"),
        role("number-name", 5, "x"),
        role("long-name", "r" * 256, "x"),
        role("description-null", "nulls", "nulls", description=None),
        post("no-name", R, {"role": {}}),
        post("no-role", R, {}),
        get("list", R),
        get("list-name", R, "name=tester"),
        get("list-domain", R, "domain_id={dom}"),
        get("list-contains", R, "name__contains=aint"),
        patch("rename", R + "/{tester}", {"role": {"name": "checker", "description": "d"}}),
        patch("rename-taken", R + "/{tester}", {"role": {"name": "painter"}}),
        patch("nothing", R + "/{tester}", {"role": {}}),
        patch("other-domain", R + "/{tester}", {"role": {"domain_id": "{dom}"}}),
        patch("other-id", R + "/{tester}", {"role": {"id": "x"}}),
        patch("unknown", R + "/nope", {"role": {"name": "x"}}),
        get("show-unknown", R + "/nope"),
        role("immutable", "rock", "rock", options={"immutable": True}),
        patch("immutable-change", R + "/{rock}", {"role": {"name": "sand"}}),
        delete("immutable-delete", R + "/{rock}"),
        put("grant", "/projects/{p}/users/{ann}/roles/{tester}"),
        put("grant-domain-role", "/projects/{p}/users/{ann}/roles/{domrole}"),
        password("log-in", "{ann}", on("project", "{p}"), keep="token"),
        get("list-as-user", R, caller="{token}"),
        get("show-as-user", R + "/{tester}", caller="{token}"),
        post("create-as-user", R, {"role": {"name": "x"}}, caller="{token}"),
        delete("delete-granted", R + "/{tester}"),
        get("token-after-delete", "/auth/projects", caller="{token}"),
        get("grants-after-delete", "/projects/{p}/users/{ann}/roles"),
        password("log-in-after-delete", "{ann}", on("project", "{p}")),
        delete("delete-again", R + "/{tester}"),
        delete("delete-painter", R + "/{painter}"),
    ],
)
