"""The least of OBS: signatures, lists of objects, multipart uploads."""
