"""The web as imports by ``web-download`` see it: URLs and what they return. Nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar
from urllib.parse import urlsplit

from ...errors import UsageError, shown, unknown
from ..handle import Handle
from .records import Record
from .rules import TEXT, Says, rules

URL = Says({"pattern": r"^https?://[^/?#\s]+[^#\s]*$",
            "title": "a URL that begins with http:// or https://, without a fragment"})
#: Largest ``size`` of a file without data, in bytes: its checksums are computed.
MAX_SIZE = 2**30
_DEFAULT_PORTS = {"http": 80, "https": 443}
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(slots=True, eq=False, repr=False)
class WebFile(Record):
    """What a URL returns.

    Attributes:
        url: the URL.
        data: the bytes; None if only the size is known.
        size: the ``Content-Length`` in bytes. If it differs from the length of the data, the
            download breaks off. None for the length of the data.
        status: the HTTP status. Statuses of 400 and more let an import fail.
        redirect: the URL that the response redirects to, absolute or relative; None for none.
        format: format of a file of which only the size is known; None for that of the image.
    """

    _KIND: ClassVar[str] = "url"
    _KEY: ClassVar[str] = "url"
    url: Annotated[str, URL]
    data: bytes | None = None
    size: Annotated[int | None, Says({"minimum": 0, "title": "an integer, 0 or greater (bytes)"})
                    ] = None
    status: Annotated[int, Says({"minimum": 200, "title": "an HTTP status from 200 to 599"})] = 200
    redirect: Annotated[str | None, TEXT] = None
    format: Annotated[str | None, TEXT] = None

    def __setattr__(self, name: str, value: object) -> None:
        """Set a field.

        Raises:
            UsageError: there is no such field, or the value is not allowed.
        """
        if name == "status" and isinstance(value, int) and value > 599:
            raise UsageError(f"{self._called()}: status={shown(value)} is not an HTTP status from "
                             "200 to 599")
        if name == "size" and isinstance(value, int) and value > MAX_SIZE and self.data is None:
            raise UsageError(f"{self._called()}: size={shown(value)} is more than {MAX_SIZE}, the "
                             "largest size of a file without data")
        Record.__setattr__(self, name, value)

    def _told(self) -> str:
        if self.redirect is not None:
            return f"{self.status}, redirects to {self.redirect}"
        size = self.size if self.data is None or self.size is not None else len(self.data)
        return f"{self.status}, {size or 0} bytes"


class Urls(Handle):
    """What the web returns, by URL. ``urls["https://example.org/a.img"] = b"..."`` adds a file.

    Iterate over it, take its ``len()``, or use ``in`` and ``[...]`` with a URL. Unlike ids of other
    records, a URL that a test has not added is never known: an import from it fails.
    """

    def __init__(self) -> None:
        self._files: dict[str, WebFile] = {}

    def add(self, url: str, **fields: Any) -> WebFile:
        """Add a URL and return its record.

        Args:
            url: the URL.
            fields: the fields of ``WebFile``. With ``redirect``, the status is by default 302.

        Raises:
            UsageError: the URL exists already, or a field or value is not allowed.
        """
        known = (rules(WebFile).keys() | {"data"}) - {"url"}
        for wrong in fields.keys() - known:
            raise unknown("field of a url", wrong, known)
        if not fields:
            raise UsageError(f"url {shown(url)}: say what it returns; write data=b'...', size=, "
                             "status= or redirect=")
        if fields.get("redirect") is not None:
            fields.setdefault("status", 302)
            if fields["status"] not in _REDIRECTS:
                raise UsageError(f"url {shown(url)}: status={shown(fields['status'])} does not "
                                 f"redirect; use one of {', '.join(map(str, _REDIRECTS))}")
        file = WebFile(url, **fields)
        key = canonical(file.url)
        if key in self._files:
            raise UsageError(f"url {url} already exists; change it with world.urls[{url!r}], or "
                             "remove it first")
        self._files[key] = file
        return file

    def __setitem__(self, url: str, data: bytes) -> None:
        """Let a URL return these bytes, in place of what it returned.

        Raises:
            UsageError: the URL or the data is not allowed.
        """
        if not isinstance(data, bytes):
            raise UsageError(f"url {shown(url)}: {shown(data)} is not bytes; write b'...', or use "
                             f"world.urls.add({shown(url)}, size=…, status=…, redirect=…)")
        self.put(WebFile(url, data=data))

    def __getitem__(self, url: str) -> WebFile:
        file = self.get(url)
        if file is None:
            raise unknown("url", url, [one.url for one in self])
        return file

    def get(self, url: str) -> WebFile | None:
        """The record, or None."""
        return self._files.get(canonical(url)) if isinstance(url, str) else None

    def put(self, file: WebFile) -> None:
        """Add a record, in place of one of the same URL."""
        self._files[canonical(file.url)] = file

    def remove(self, url: str) -> None:
        """Remove a URL: imports from it fail.

        Raises:
            UsageError: it does not exist.
        """
        self[url]
        del self._files[canonical(url)]

    def __contains__(self, url: object) -> bool:
        return isinstance(url, str) and canonical(url) in self._files

    def __iter__(self) -> Iterator[WebFile]:
        return iter(list(self._files.values()))

    def __len__(self) -> int:
        return len(self._files)

    def __repr__(self) -> str:
        return f"<urls: {len(self)}>"


def canonical(url: str) -> str:
    """Return the form that equal URLs share: host in lower case, no default port, no fragment."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    host = (parts.hostname or "").lower()
    if ":" in host:
        host = f"[{host}]"
    if port is not None and port != _DEFAULT_PORTS.get(parts.scheme):
        host += f":{port}"
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{host}{parts.path or '/'}{query}"
