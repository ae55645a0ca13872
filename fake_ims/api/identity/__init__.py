"""The identity API: Keystone v3."""
