"""The rules of sharing hold on both faces: ``domain/sharing.py``."""

from __future__ import annotations

from typing import Any

import pytest

from fake_ims import ImageHandle

from .conftest import Ims

BATCH = "/v1/cloudimages/members"
BACKUP = "9b27efab-4a17-4c06-bfa2-3e0cf021d3c3"
KEY = "bd66288c-9081-460a-8227-4cbd0c814cb4"
VAULT = "de9fcf45-11b2-432c-8562-5c5428574600"
WHOLE = {"__whole_image": "true", "__backup_id": BACKUP}
both_faces = pytest.mark.parametrize("face", ["ims", "native"])


def share(ims: Ims, face: str, image: ImageHandle, project: str = "p2") -> str | None:
    """Share an image. Return the code of the refusal."""
    if face == "native":
        return ims.code(f"POST /v2/images/{image.id}/members", {"member": project})
    return ims.code(f"POST {BATCH}", {"images": [image.id], "projects": [project]})


def accept(ims: Ims, face: str, image: ImageHandle, **more: Any) -> str | None:
    """Answer as the member. Return the code of the refusal."""
    headers = ims.fake.tenant("p2").headers
    body = {"status": "accepted", **more}
    if face == "native":
        return ims.code(f"PUT /v2/images/{image.id}/members/p2", body, headers=headers)
    return ims.code(f"PUT {BATCH}", {"images": [image.id], "project_id": "p2", **body},
                    headers=headers)


@both_faces
@pytest.mark.parametrize(("kind", "shared", "code"), [
    ("CSBS", False, "IMG.0135"), ("CBR", True, "IMG.0135"), ("CBR", False, None),
    (None, False, "IMG.0135"),
])
def test_only_images_of_ones_own_cbr_backups(
    ims: Ims, face: str, kind: str | None, shared: bool, code: str | None
) -> None:
    ims.fake.world.backups.add(BACKUP, kind=kind, is_shared=shared)
    image = ims.fake.images.add(name="a", **WHOLE)
    assert share(ims, face, image) == code
    assert ("p2" in image.members) is (code is None)


@both_faces
@pytest.mark.parametrize("status", ["queued", "saving", "deactivated", "killed"])
def test_only_active_images(ims: Ims, face: str, status: str) -> None:
    image = ims.fake.images.add(name="a", status=status)
    assert share(ims, face, image) == "IMG.0046"
    assert image.members == {}


@both_faces
def test_no_image_with_the_default_key(ims: Ims, face: str) -> None:
    key = ims.fake.world.keys.add(KEY, is_default=True)
    image = ims.fake.images.add(name="a", **{"__system__cmkid": KEY})
    assert share(ims, face, image) == "IMG.0098"
    key.is_default = False
    assert share(ims, face, image) is None


@both_faces
def test_not_with_the_owner(ims: Ims, face: str) -> None:
    image = ims.fake.images.add(name="a")
    assert share(ims, face, image, ims.fake.project_id) == "IMG.0076"


@both_faces
def test_a_full_ecs_image_has_ten_members(ims: Ims, face: str) -> None:
    image = ims.fake.images.add(name="a", members=[f"m{number}" for number in range(9)], **WHOLE)
    assert [share(ims, face, image, name) for name in ("p2", "p3")] == [None, "IMG.0088"]


@both_faces
def test_a_full_ecs_image_is_accepted_into_a_vault(ims: Ims, face: str) -> None:
    image = ims.fake.images.add(name="a", members=["p2"], **WHOLE)
    assert accept(ims, face, image) == "IMG.0184"
    vault = ims.fake.world.vaults.add(VAULT, capacity=100, used=61)
    ims.fake.world.backups.add(BACKUP, kind="CBR", size=40)
    assert accept(ims, face, image, vault_id=VAULT) == "IMG.0182"
    vault.used = 60
    for name, value, code in (("status", "lock", "IMG.0188"), ("object_type", "disk", "IMG.0193")):
        before = getattr(vault, name)
        setattr(vault, name, value)
        assert accept(ims, face, image, vault_id=VAULT) == code
        setattr(vault, name, before)
    assert image.members == {"p2": "pending"}
    assert accept(ims, face, image, vault_id=VAULT) is None
    assert image.members == {"p2": "accepted"}


@both_faces
def test_a_backup_that_nobody_knows_is_as_large_as_its_image(ims: Ims, face: str) -> None:
    image = ims.fake.images.add(name="a", members=["p2"], **WHOLE,
                                **{"__image_size": str(2 * 2**30 + 1)})
    vault = ims.fake.world.vaults.add(VAULT, capacity=2)
    assert accept(ims, face, image, vault_id=VAULT) == "IMG.0182"
    vault.capacity = 3
    assert accept(ims, face, image, vault_id=VAULT) is None


@both_faces
def test_a_full_ecs_image_is_rejected_without_a_vault(ims: Ims, face: str) -> None:
    image = ims.fake.images.add(name="a", members=["p2"], **WHOLE)
    assert accept(ims, face, image, status="rejected") is None


@both_faces
@pytest.mark.parametrize("vault_id", [1, ["v"], True])
def test_a_vault_has_a_name(ims: Ims, face: str, vault_id: object) -> None:
    image = ims.fake.images.add(name="a", members=["p2"], **WHOLE)
    assert accept(ims, face, image, vault_id=vault_id) == "IMG.0001"


@both_faces
def test_an_image_is_accepted_while_it_can_be_shared(ims: Ims, face: str) -> None:
    image = ims.fake.images.add(name="a", members=["p2"], **{"__system__cmkid": KEY})
    key = ims.fake.world.keys.add(KEY, is_default=True)
    assert accept(ims, face, image) == "IMG.0098"
    key.is_default = False
    assert accept(ims, face, image) is None


def test_a_batch_needs_room_for_all_its_backups(ims: Ims) -> None:
    images = [ims.fake.images.add(name=name, members=["p2"], __whole_image="true",
                                  __image_size=str(2**30)) for name in "ab"]
    vault = ims.fake.world.vaults.add(VAULT, capacity=1)
    body = {"images": [image.id for image in images], "project_id": "p2", "status": "accepted",
            "vault_id": VAULT}
    headers = ims.fake.tenant("p2").headers
    assert ims.refused(f"PUT {BATCH}", body, headers=headers) == "IMG.0182"
    vault.capacity = 2
    assert ims.job(f"PUT {BATCH}", body, headers=headers).status == "SUCCESS"


def test_a_job_shares_nothing_that_became_impossible(ims: Ims) -> None:
    ims.fake.lifecycle.jobs = "10s"
    key = ims.fake.world.keys.add(KEY)
    image = ims.fake.images.add(name="a", **{"__system__cmkid": KEY})
    job = ims.job(f"POST {BATCH}", {"images": [image.id], "projects": ["p2"]})
    key.is_default = True
    ims.fake.clock.advance("10s")
    assert (job.status, job.error_code, image.members) == ("FAIL", "IMG.0098", {})
