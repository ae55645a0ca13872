"""Clients of the neighbours, unchanged, pointing to the fake."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fake_ims import FakeIMS

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # both clients use what newer Pythons deprecate
    import boto3
    from botocore.config import Config
    from obs import ObsClient

Make = Callable[..., Any]
_SESSION = boto3.session.Session()  # it reads the descriptions of S3 once


@pytest.fixture
def s3(fake_ims: FakeIMS) -> Iterator[Make]:
    """``s3(signature="s3", style="path")``: boto3's client; ``s3v4`` by default."""
    made = []

    def make(
        signature: str = "s3v4", style: str = "path", access: str | None = None,
        secret: str | None = None, token: str | None = None, url: str | None = None,
        **more: Any,
    ) -> Any:
        client = _SESSION.client(
            "s3", endpoint_url=url or fake_ims.url, region_name="eu-de",
            aws_access_key_id=access or fake_ims.access_key,
            aws_secret_access_key=secret or fake_ims.secret_key,
            aws_session_token=token, config=Config(
                signature_version=signature, s3={"addressing_style": style},
                retries={"max_attempts": 0}, **more))
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture
def obs(fake_ims: FakeIMS) -> Iterator[Make]:
    """``obs(signature="v4")``: Huawei's own client."""
    made = []

    def make(**settings: Any) -> Any:
        client = ObsClient(**{
            "access_key_id": fake_ims.access_key, "secret_access_key": fake_ims.secret_key,
            "server": fake_ims.url, "max_retry_count": 0, **settings})
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()
