"""What a client needs to log in to a fake, as ``FakeIMS`` has it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from ..domain.handle import Handle

if TYPE_CHECKING:
    from ..server.state import Service


class LogIn(Handle, ABC):
    """The default user's log-in. All of it is the same after a reset, unless settings change."""

    _service: Service
    _host: str

    @property
    def host(self) -> str:
        """Address or name to listen on, as the constructor got it."""
        return self._host

    @property
    @abstractmethod
    def url(self) -> str:
        """Where the fake listens."""

    @property
    def auth_url(self) -> str:
        """Where Keystone v3 is: ``OS_AUTH_URL``.

        Raises:
            NotRunningError: the fake does not run.
        """
        return f"{self.url}/v3"

    @property
    def region(self) -> str:
        """Name of the region: ``OS_REGION_NAME``."""
        return self._service.region

    @property
    def username(self) -> str:
        """Name of the default user: ``OS_USERNAME``."""
        from ..domain.identity.population import USERNAME

        return USERNAME

    @property
    def password(self) -> str:
        """The default user's password: ``OS_PASSWORD``. The user ``admin`` has it, too."""
        from ..domain.identity.population import PASSWORD

        return PASSWORD

    @property
    def admin_username(self) -> str:
        """Name of the user who has role admin, with the same password."""
        from ..domain.identity.population import ADMIN_NAME

        return ADMIN_NAME

    @property
    def project_name(self) -> str:
        """Name of the default project, which is the region's: ``OS_PROJECT_NAME``."""
        return self._service.region

    @property
    def user_domain_name(self) -> str:
        """Name of the domain of the default user and project: ``OS_USER_DOMAIN_NAME``."""
        return self._service.profile.domain[1]

    @property
    def user_domain_id(self) -> str:
        """Id of that domain: ``OS_USER_DOMAIN_ID``."""
        return self._service.profile.domain[0]

    @property
    def access_key(self) -> str:
        """The default user's access key (AK)."""
        from ..domain.keys import DEFAULT_ACCESS_KEY

        return DEFAULT_ACCESS_KEY

    @property
    def secret_key(self) -> str:
        """The secret key (SK) that belongs to it."""
        from ..domain.keys import DEFAULT_SECRET_KEY

        return DEFAULT_SECRET_KEY
