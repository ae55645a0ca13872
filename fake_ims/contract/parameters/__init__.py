"""Parameters in the bodies of the IMS APIs, by chapter: types, limits, defaults, error codes.

Reading a body, and the tests that try each limit, derive from these tables.
"""
