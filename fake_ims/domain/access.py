"""Who may see an image, and who may do what with it.

Source: Glance's default policies (secure RBAC) together with its older admin-or-owner checks. An
image that the caller may not see gives 404, as if it did not exist. An action that the caller may
not take on a visible image gives 403.
"""

from __future__ import annotations

from .callers import Caller
from .image import OPEN, Image
from .refusal import Refused

# Rules that need role ``reader``; all others need ``member``.
_READING = frozenset({"get_image", "get_member", "get_members", "get_images",
                      "get_image_location"})
_ADMIN_ONLY = frozenset({"publicize_image", "copy_image", "delete_image_location"})


DEFAULT_PROJECT = "0"
"""Id of the enterprise project of resources that name no other."""


def project_of(image: Image) -> str:
    """Return the id of the enterprise project that an image belongs to."""
    return image.properties.get("enterprise_project_id") or DEFAULT_PROJECT


def is_granted(caller: Caller, image: Image) -> bool:
    """Return False if the caller's enterprise projects leave the image out.

    Images of other projects, such as public ones, are always granted.
    """
    granted = caller.enterprise_projects
    return granted is None or image.owner != caller.project_id or project_of(image) in granted


def require_project(caller: Caller, project_id: str | None) -> None:
    """Refuse to put a resource into an enterprise project that the caller cannot use.

    Raises:
        Refused: ``policy.denied``.
    """
    granted = caller.enterprise_projects
    if granted is not None and (project_id or DEFAULT_PROJECT) not in granted:
        raise Refused("policy.denied", rule="enterprise_project")


def is_visible(caller: Caller, image: Image) -> bool:
    """Return whether the image exists for the caller."""
    if caller.enterprise_projects is not None and not is_granted(caller, image):
        return False
    if caller.is_admin or image.owner is None or image.visibility in OPEN:
        return True
    project = caller.project_id
    if project is None:
        return False
    return project == image.owner or (image.visibility == "shared" and project in image.members)


def is_owner(caller: Caller, image: Image) -> bool:
    """Return whether the image belongs to the caller's project."""
    return caller.project_id is not None and caller.project_id == image.owner


def is_owner_or_admin(caller: Caller, image: Image) -> bool:
    """Return whether the caller has the owner's rights on the image."""
    return caller.is_admin or is_owner(caller, image)


def allowed(rule: str, caller: Caller, image: Image) -> bool:
    """Return whether a policy rule allows the caller to act on the image."""
    if caller.is_admin:
        return True
    if rule in _ADMIN_ONLY:
        return False
    if ("reader" if rule in _READING else "member") not in caller.roles:
        return False
    if is_owner(caller, image):
        return rule != "modify_member"
    is_member = image.visibility == "shared" and caller.project_id is not None
    if rule in ("get_image", "download_image"):
        return is_member or image.visibility in OPEN
    if rule in ("get_member", "get_members", "modify_member"):
        return is_member
    return False


def require(rule: str, caller: Caller, image: Image) -> None:
    """Refuse a caller whom a policy rule does not allow to act on the image.

    Raises:
        Refused: ``image.hidden`` (404) if the caller may not see the image, else
            ``policy.denied``.
    """
    if allowed(rule, caller, image):
        return
    if rule == "get_image" or not allowed("get_image", caller, image):
        raise Refused("image.hidden")
    raise Refused("policy.denied", rule=rule)


def require_role(rule: str, caller: Caller, role: str) -> None:
    """Refuse a caller without a role, for rules that concern no image.

    Raises:
        Refused: ``policy.denied``.
    """
    if not caller.is_admin and role not in caller.roles:
        raise Refused("policy.denied", rule=rule)
