"""Parameters in the bodies of the IMS APIs, by chapter: types, limits, defaults, error codes.

The code that reads bodies, and the tests of every limit, derive from these tables.
"""
