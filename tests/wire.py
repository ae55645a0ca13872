"""A client of nothing but ``http.client``: a test says each header and byte itself."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterable
from http.client import HTTPConnection, HTTPMessage
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlencode, urlsplit

JSON = "application/json"
OCTETS = "application/octet-stream"
V20 = "application/openstack-images-v2.0-json-patch"
V21 = "application/openstack-images-v2.1-json-patch"


class HasHeaders(Protocol):
    """A fake or a tenant of it."""

    @property
    def headers(self) -> dict[str, str]: ...


class Reply(NamedTuple):
    """What came back."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON; it must say that it is."""
        assert self.headers["Content-Type"] == JSON, (self.headers["Content-Type"], self.body)
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The IMS error code of a refusal; the body must be exactly what the reference shows."""
        document = self.json
        assert set(document) == {"error"}
        assert set(document["error"]) == {"message", "code"}
        assert document["error"]["message"]
        return str(document["error"]["code"])

    @property
    def refusal(self) -> tuple[int, str]:
        """Status and IMS error code."""
        return self.status, self.code


class Wire:
    """One caller. Every answer must carry a request id."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self.host = urlsplit(url).netloc
        self.headers = headers

    def caller(self, who: HasHeaders) -> Wire:
        """The same service, called by another."""
        return Wire(f"http://{self.host}", who.headers)

    def anonymous(self) -> Wire:
        """The same service, called without a token."""
        return Wire(f"http://{self.host}", {})

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
        *,
        chunked: bool = False,
    ) -> Reply:
        """One request on a connection of its own; what is neither bytes nor iterable is JSON."""
        sent = dict(self.headers)
        if isinstance(body, (dict, list, tuple)):
            body = json.dumps(body).encode()
            sent["Content-Type"] = JSON
        sent.update(headers or {})
        connection = HTTPConnection(self.host, timeout=30)
        try:
            connection.request(method, path, body, sent, encode_chunked=chunked)  # type: ignore[arg-type]
            answer = connection.getresponse()
            reply = Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()
        assert reply.headers["x-openstack-request-id"].startswith("req-"), reply
        return reply

    def get(self, path: str, **query: object) -> Reply:
        return self.send("GET", f"{path}?{urlencode(query)}" if query else path)

    def post(self, path: str, body: object = None, headers: dict[str, str] | None = None) -> Reply:
        return self.send("POST", path, body, headers)

    def put(self, path: str, body: object = None, headers: dict[str, str] | None = None) -> Reply:
        return self.send("PUT", path, body, headers)

    def delete(self, path: str, body: object = None) -> Reply:
        return self.send("DELETE", path, body)

    # what most tests do

    def create(self, **attributes: object) -> dict[str, Any]:
        """A new image, as the answer shows it."""
        reply = self.post("/v2/images", attributes)
        assert reply.status == 201, reply
        document: dict[str, Any] = reply.json
        return document

    def show(self, image_id: str) -> dict[str, Any]:
        reply = self.get(f"/v2/images/{image_id}")
        assert reply.status == 200, reply
        document: dict[str, Any] = reply.json
        return document

    def status(self, image_id: str) -> str:
        """What a client that waits for an image sees: its status, or 404."""
        reply = self.get(f"/v2/images/{image_id}")
        return str(reply.json["status"]) if reply.status == 200 else str(reply.status)

    def patch(self, image_id: str, *changes: object, media_type: str = V21) -> Reply:
        return self.send("PATCH", f"/v2/images/{image_id}", list(changes),
                         {"Content-Type": media_type})

    def upload(self, image_id: str, data: object, **headers: str) -> Reply:
        return self.put(f"/v2/images/{image_id}/file", data,
                        {"Content-Type": OCTETS, **headers})

    def download(self, image_id: str, **headers: str) -> Reply:
        return self.send("GET", f"/v2/images/{image_id}/file", None, headers)

    def names(self, query: str = "") -> list[str]:
        """Names of the images on a page."""
        reply = self.send("GET", f"/v2/images{query}")
        assert reply.status == 200, reply
        return [image["name"] for image in reply.json["images"]]

    def share(self, image_id: str, project_id: str) -> Reply:
        return self.post(f"/v2/images/{image_id}/members", {"member": project_id})

    def answer(self, image_id: str, project_id: str, status: str) -> Reply:
        """The member says whether it takes the image."""
        return self.put(f"/v2/images/{image_id}/members/{project_id}", {"status": status})

    def raw(self, data: bytes, *, wait: bool = True) -> bytes:
        """Bytes as they are, and what comes back until the connection ends.

        Args:
            data: the request, or a part of one.
            wait: False to go away at once.
        """
        host, port = self.host.split(":")
        with socket.create_connection((host, int(port)), timeout=30) as sock:
            sock.sendall(data)
            if not wait:
                return b""
            return b"".join(iter(lambda: sock.recv(65536), b""))

    def interrupted(
        self, method: str, path: str, body: bytes, headers: dict[str, str],
        interrupt: Callable[[], object],
    ) -> bytes:
        """What comes back to a request in whose body something happens; nothing if it is cut."""
        lines = {"Host": self.host, **headers, "Content-Length": str(len(body)),
                 "Expect": "100-continue"}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        host, port = self.host.split(":")
        with socket.create_connection((host, int(port)), timeout=30) as sock:
            sock.sendall(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode())
            assert sock.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
            sock.sendall(body[:1])
            interrupt()
            try:
                sock.sendall(body[1:])
                return sock.recv(65536)
            except ConnectionError:
                return b""


def replace(path: str, value: object) -> dict[str, object]:
    """One change of a patch, as media type v2.1 writes it."""
    return {"op": "replace", "path": path, "value": value}


def add(path: str, value: object) -> dict[str, object]:
    """One change of a patch, as media type v2.1 writes it."""
    return {"op": "add", "path": path, "value": value}


def remove(path: str) -> dict[str, object]:
    """One change of a patch, as media type v2.1 writes it."""
    return {"op": "remove", "path": path}


def ids(images: Iterable[dict[str, Any]]) -> list[str]:
    """Ids of images as JSON shows them."""
    return [image["id"] for image in images]
