"""Plain HTTP: what those write who use no SDK. A client says how it sends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode, urljoin

PATCH = "application/openstack-images-v2.1-json-patch"


class Answer(NamedTuple):
    """What came."""

    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Plain:
    """Logs in with the variables ``OS_*``, and finds the service in the catalog."""

    def __init__(self, env: dict[str, str], user: str, project: str) -> None:
        domain = {"name": env["OS_USER_DOMAIN_NAME"]}
        self.token = ""
        answer = self.ask("POST", f"{env['OS_AUTH_URL']}/auth/tokens", {"auth": {
            "identity": {"methods": ["password"], "password": {"user": {
                "name": user or env["OS_USERNAME"], "domain": domain,
                "password": env["OS_PASSWORD"]}}},
            "scope": {"project": {"name": project or env["OS_PROJECT_NAME"], "domain": domain}}}})
        self.token = answer.headers["X-Subject-Token"]
        self.url = next(
            endpoint["url"] for service in answer.json["token"]["catalog"]
            if service["type"] == "image" for endpoint in service["endpoints"]
            if (endpoint["interface"], endpoint["region"]) == ("public", env["OS_REGION_NAME"]))

    def send(self, method: str, url: str, headers: dict[str, str], body: bytes | None) -> Answer:
        """One request; raises what the client raises of an error status."""
        raise NotImplementedError

    def ask(
        self, method: str, url: str, body: object = None, media_type: str = "application/json"
    ) -> Answer:
        headers = {"X-Auth-Token": self.token} if self.token else {}
        if body is not None:
            headers["Content-Type"] = media_type
            if not isinstance(body, bytes):
                body = json.dumps(body).encode()
        return self.send(method, url, headers, body)

    def images(self, method: str, path: str = "", *more: Any) -> Answer:
        return self.ask(method, f"{self.url}/v2/images{path}", *more)

    def create(self, name: str) -> str:
        return str(self.images("POST", "", {
            "name": name, "disk_format": "raw", "container_format": "bare"}).json["id"])

    def upload(self, image_id: str, data: bytes) -> None:
        self.images("PUT", f"/{image_id}/file", data, "application/octet-stream")

    def status(self, image_id: str) -> str:
        return str(self.images("GET", f"/{image_id}").json["status"])

    def names(self, page: int | None = None, **filters: str) -> list[str]:
        query = urlencode({**filters, **({"limit": page} if page else {})})
        found, path = [], f"/v2/images?{query}"
        while path:
            document = self.ask("GET", urljoin(self.url, path)).json
            found += [image["name"] for image in document["images"]]
            path = document.get("next")
        return found

    def rename(self, image_id: str, name: str) -> None:
        self.images("PATCH", f"/{image_id}", [
            {"op": "replace", "path": "/name", "value": name}], PATCH)

    def tag(self, image_id: str, tag: str) -> None:
        self.images("PUT", f"/{image_id}/tags/{tag}")

    def untag(self, image_id: str, tag: str) -> None:
        self.images("DELETE", f"/{image_id}/tags/{tag}")

    def share(self, image_id: str, project_id: str) -> None:
        self.images("POST", f"/{image_id}/members", {"member": project_id})

    def accept(self, image_id: str, project_id: str) -> None:
        self.images("PUT", f"/{image_id}/members/{project_id}", {"status": "accepted"})

    def members(self, image_id: str) -> dict[str, str]:
        members = self.images("GET", f"/{image_id}/members").json["members"]
        return {one["member_id"]: one["status"] for one in members}

    def download(self, image_id: str) -> bytes:
        return self.images("GET", f"/{image_id}/file").body

    def delete(self, image_id: str) -> None:
        self.images("DELETE", f"/{image_id}")
