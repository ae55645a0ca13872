"""The pytest plugin of ``fake_ims``: fixtures, markers, options and report sections."""
