"""What people type: the command ``fake-ims``, a module for each subcommand that has much to do."""
