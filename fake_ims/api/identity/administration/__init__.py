"""The handlers of identity's administration, by operation."""

from __future__ import annotations

from ...registry import handles
from . import app_credentials, domains, grants, groups, projects, roles, users

for _module in (app_credentials, domains, grants, groups, projects, roles, users):
    for _operation, _handler in _module.HANDLERS.items():
        handles(f"identity.{_operation}")(_handler)
