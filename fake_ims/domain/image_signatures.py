"""Signed images: Glance checks the signature of the data of an image with these four properties.

The certificate is in a key manager, which no image service here has. So Glance refuses such data:
for a value that cannot be right, or because it cannot get the certificate. Source: a real Glance.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

SIGNATURE, HASH_METHOD = "img_signature", "img_signature_hash_method"
KEY_TYPE, CERTIFICATE = "img_signature_key_type", "img_signature_certificate_uuid"
HASH_METHODS = frozenset({"SHA-224", "SHA-256", "SHA-384", "SHA-512"})
KEY_TYPES = frozenset({"RSA-PSS", "DSA", "ECC_SECP384R1", "ECC_SECP521R1"})


def problem(properties: Mapping[str, str]) -> str | None:
    """Return why the signature of an image's data cannot be verified; None if there is none."""
    if not {SIGNATURE, HASH_METHOD, KEY_TYPE, CERTIFICATE} <= properties.keys():
        return None
    try:
        base64.b64decode(properties[SIGNATURE].encode("ascii", "replace"))
    except binascii.Error:
        return "The signature data was not properly encoded using base64"
    if properties[HASH_METHOD] not in HASH_METHODS:
        return f"Invalid signature hash method: {properties[HASH_METHOD]}"
    if properties[KEY_TYPE] not in KEY_TYPES:
        return f"Invalid signature key type: {properties[KEY_TYPE]}"
    return f"Unable to retrieve certificate with ID: {properties[CERTIFICATE]}"
