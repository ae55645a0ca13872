"""The pytest plugin of ``fake_ims``: fixtures, marker, options and the report of a failure."""
