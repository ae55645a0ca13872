"""Downloads an image into a file. urllib.request.

BUG: nothing compares what arrived with the image's checksum.
CAUGHT BY: images.download corrupt
DEPTH: 1
PATTERN: does not check the checksum
"""

from __future__ import annotations

import http.client
import os
from pathlib import Path
from urllib.request import Request, urlopen

from fake_ims import FakeIMS


class DownloadError(Exception):
    pass


def download(url: str, token: str, image_id: str, target: Path) -> None:
    part = target.with_suffix(".part")
    request = Request(f"{url}/v2/images/{image_id}/file", headers={"X-Auth-Token": token})
    try:
        with urlopen(request, timeout=30) as response:
            if response.status != 200:
                raise DownloadError(f"{image_id}: {response.status}")
            part.write_bytes(response.read())
        os.replace(part, target)
    except (OSError, http.client.HTTPException) as error:
        raise DownloadError(f"{image_id}: {error!r}") from error
    finally:
        part.unlink(missing_ok=True)


def test_download(fake_ims: FakeIMS, tmp_path: Path) -> None:
    data = b"0123456789" * 100
    image = fake_ims.images.add(name="disk", data=data)
    download(fake_ims.url, fake_ims.token, image.id, tmp_path / "disk")
    assert (tmp_path / "disk").read_bytes() == data
