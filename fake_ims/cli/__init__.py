"""The command ``fake-ims``, with one module for each larger subcommand."""
