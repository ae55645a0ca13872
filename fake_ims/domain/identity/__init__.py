"""Keystone's side of the service: people, what they may enter, and the tokens they get.

Nothing imports this package before somebody asks for it: a fake that nobody logs in to does not
pay for it.
"""

from .keystone import Keystone

__all__ = ["Keystone"]
