"""Passcodes of virtual MFA devices (RFC 6238: SHA-1, six digits, 30 seconds)."""

from __future__ import annotations

import hmac
from base64 import b32decode
from binascii import Error
from struct import pack, unpack

_STEP = 30


def key(secret: str) -> bytes:
    """Return the key of a base32 secret.

    Raises:
        ValueError: it is not base32.
    """
    text = secret.replace(" ", "").upper()
    try:
        return b32decode(text + "=" * (-len(text) % 8))
    except Error as error:
        raise ValueError(str(error)) from None


def passcode(secret: str, now: float) -> str:
    """Return the passcode at a time, in seconds since the epoch."""
    digest = hmac.digest(key(secret), pack(">Q", max(int(now), 0) // _STEP), "sha1")
    start = digest[-1] & 15
    (number,) = unpack(">I", digest[start:start + 4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06d}"


def fits(secret: str, given: str, now: float) -> bool:
    """Return whether a passcode is that of now or of the 30 seconds before, as in Keystone."""
    return given in (passcode(secret, now), passcode(secret, now - _STEP))
