"""The identity front: Keystone v3."""
