"""Keystone's part of the service: users, their roles, and the tokens they get.

Nothing imports this package before it is needed, so a fake without log-ins does not pay for it.
"""

from .keystone import Keystone

__all__ = ["Keystone"]
