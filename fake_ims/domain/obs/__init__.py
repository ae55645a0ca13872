"""The least of OBS: signatures, lists of objects, multipart uploads. The buckets are the world's."""
