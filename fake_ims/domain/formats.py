"""The format of an image, detected by magic numbers in its first bytes.

Glance refuses an upload whose bytes contradict the image's ``disk_format``. The formats here are
those that Glance detects (source: Glance's behaviour, ``require_image_format_match``).
"""

from __future__ import annotations

import struct

# Formats that can be detected. Any other disk_format accepts bytes of an unknown format.
INSPECTABLE = frozenset({"raw", "qcow2", "vhd", "vhdx", "vmdk", "vdi", "iso", "gpt", "luks", "qed"})

_ISO_AT = 32769
# A format is detected only if its whole header is there.
_HEADER = 512
_ISO_HEADER = 32768 + 2048
_HEAD = _ISO_HEADER


class Inspector:
    """Keeps the first bytes of a stream, as many as the magic numbers need."""

    __slots__ = ("_head",)

    def __init__(self) -> None:
        self._head = bytearray()

    def feed(self, chunk: bytes) -> None:
        """Add bytes. All but the head of the stream is ignored."""
        missing = _HEAD - len(self._head)
        if missing > 0:
            self._head += chunk[:missing]

    def format(self) -> str:
        """Return the format; ``raw`` if none is detected."""
        head = bytes(self._head)
        if len(head) < _HEADER:
            return "raw"
        if head[:4] == b"QFI\xfb":
            return "qcow2"
        if head[:4] == b"QED\0":
            return "qed"
        if head[:8] == b"conectix":
            return "vhd"
        if head[:8] == b"vhdxfile":
            return "vhdx"
        if head[:4] in (b"KDMV", b"COWD") or head[:21] == b"# Disk DescriptorFile":
            return "vmdk"
        if head[64:68] == b"\x7f\x10\xda\xbe":
            return "vdi"
        if head[:6] == b"LUKS\xba\xbe":
            return "luks"
        if head[_ISO_AT:_ISO_AT + 5] == b"CD001" and len(head) >= _ISO_HEADER:
            return "iso"
        if head[510:512] == b"\x55\xaa":
            return "gpt"
        return "raw"

    def virtual_size(self, size: int) -> int:
        """Return the size in bytes of the disk inside the image; ``size`` is the file's size."""
        head, name = bytes(self._head), self.format()
        if name == "qcow2":
            return int(struct.unpack(">Q", head[24:32])[0])
        if name == "vhd":
            return int(struct.unpack(">Q", head[40:48])[0])
        if name == "vdi":
            return int(struct.unpack("<Q", head[368:376])[0])
        if name == "vmdk" and head[:4] == b"KDMV":
            return int(struct.unpack("<Q", head[12:20])[0]) * 512
        return size
