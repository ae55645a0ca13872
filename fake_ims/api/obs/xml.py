"""XML documents of OBS: written from tuples, and read without a schema."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from ...domain.refusal import Refused

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MEDIA_TYPE = "application/xml"
#: An element: its name, and its text, a number, or the elements in it.
Node = tuple[str, "str | int | bool | Iterable[Node]"]
_SPACES = {"obs": "http://obs.otc.t-systems.com/doc/2015-06-30/",
           "amz": "http://s3.amazonaws.com/doc/2006-03-01/"}
_MAX_BODY = 2 * 1024 * 1024  # 10,000 parts have about 1 MB


def document(root: str, nodes: Iterable[Node], dialect: str | None = None) -> bytes:
    """Return a document.

    Args:
        root: name of its root.
        nodes: the elements in it.
        dialect: whose name space it has; None for none, as in errors.
    """
    space = "" if dialect is None else f' xmlns="{_SPACES[dialect]}"'
    text = "".join(map(_node, nodes))
    return (f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<{root}{space}>{text}'
            f"</{root}>").encode("utf-8", "replace")


def _node(node: Node) -> str:
    name, value = node
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, (str, int)):
        text = escape(str(value))
    else:
        text = "".join(map(_node, value))
    return f"<{name}>{text}</{name}>"


def parse(body: bytes, root: str) -> Element:
    """Return the root of a document. Its elements have names without a name space.

    Raises:
        Refused: ``obs.MalformedXML``.
    """
    from xml.etree import ElementTree  # only few requests have a document

    # A document type could define entities that expand without end.
    if len(body) > _MAX_BODY or b"<!DOCTYPE" in body:
        raise Refused("obs.MalformedXML")
    try:
        found = ElementTree.fromstring(body)
    except (ElementTree.ParseError, ValueError, LookupError):
        raise Refused("obs.MalformedXML") from None
    for one in found.iter():
        one.tag = one.tag.rpartition("}")[2]
    if found.tag != root:
        raise Refused("obs.MalformedXML")
    return found
