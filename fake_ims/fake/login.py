"""The part of ``FakeIMS`` that clients need to log in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from ..domain.handle import Handle

if TYPE_CHECKING:
    from os import PathLike
    from pathlib import Path

    from ..server.state import Service


class LogIn(Handle, ABC):
    """The default user's log-in. A reset keeps it, unless settings change."""

    _service: Service
    _host: str

    @property
    def host(self) -> str:
        """Address or name to listen on, as the constructor got it."""
        return self._host

    @property
    @abstractmethod
    def url(self) -> str:
        """The URL of the fake."""

    @property
    @abstractmethod
    def project_id(self) -> str:
        """Id of the default project."""

    @property
    def root_url(self) -> str:
        """The URL of the fake without its prefix: of Keystone and the control API.

        Raises:
            NotRunningError: the fake is not running.
        """
        return self.url.removesuffix(self._service.shape.prefix)

    @property
    def auth_url(self) -> str:
        """The URL of Keystone v3, for ``OS_AUTH_URL``.

        Raises:
            NotRunningError: the fake is not running.
        """
        return f"{self.root_url}/v3"

    @property
    def region(self) -> str:
        """Name of the region, for ``OS_REGION_NAME``."""
        return self._service.region

    @property
    def regions(self) -> tuple[str, ...]:
        """Names of further regions in the service catalog."""
        return self._service.shape.regions

    @property
    def username(self) -> str:
        """Name of the default user, for ``OS_USERNAME``."""
        from ..domain.identity.population import USERNAME

        return USERNAME

    @property
    def password(self) -> str:
        """Password of the default user and of ``admin``, for ``OS_PASSWORD``."""
        from ..domain.identity.population import PASSWORD

        return PASSWORD

    @property
    def admin_username(self) -> str:
        """Name of the user with role ``admin``. It has the same password."""
        from ..domain.identity.population import ADMIN_NAME

        return ADMIN_NAME

    @property
    def project_name(self) -> str:
        """Name of the default project, for ``OS_PROJECT_NAME``. It is the region's name."""
        return self._service.region

    @property
    def user_domain_name(self) -> str:
        """Name of the domain of the default user and project, for ``OS_USER_DOMAIN_NAME``."""
        return self._service.profile.domain[1]

    @property
    def user_domain_id(self) -> str:
        """Id of that domain, for ``OS_USER_DOMAIN_ID``."""
        return self._service.profile.domain[0]

    @property
    def access_key(self) -> str:
        """The default user's access key (AK)."""
        from ..domain.keys import DEFAULT_ACCESS_KEY

        return DEFAULT_ACCESS_KEY

    @property
    def secret_key(self) -> str:
        """The default user's secret key (SK)."""
        from ..domain.keys import DEFAULT_SECRET_KEY

        return DEFAULT_SECRET_KEY

    def env(self) -> dict[str, str]:
        """The variables ``OS_*`` and ``HUAWEICLOUD_SDK_*`` that direct clients to the fake.

        Raises:
            NotRunningError: the fake is not running.
        """
        from .client_config import env

        return env(self, self.project_id)

    def clouds_yaml(self, path: str | PathLike[str]) -> Path:
        """Write a ``clouds.yaml`` with the clouds ``fake_ims`` and ``fake_ims_admin``.

        Args:
            path: the file. Set ``OS_CLIENT_CONFIG_FILE`` to it.

        Returns:
            The path.

        Raises:
            NotRunningError: the fake is not running.
            UsageError: the file cannot be written, or exists and was not written by a fake.
        """
        from .client_config import write_clouds

        return write_clouds(self, path)
