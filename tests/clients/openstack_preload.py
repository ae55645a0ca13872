"""What each run of ``openstack`` does first; imported once, by the helper that runs it."""

import openstackclient.shell  # noqa: F401
from stevedore import ExtensionManager

ExtensionManager("openstack.cli.extension")  # reads the entry points of all that is installed
