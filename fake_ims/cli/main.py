"""The command ``fake-ims``: ``serve``, ``operations`` and ``demo``."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from ..contract.model import Operation
from ..errors import FakeImsError
from ..version import __version__

PROG = "fake-ims"
MISUSE = 2


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one line."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)
        self.options: list[str] = []

    def option(self, name: str, **settings: Any) -> None:
        """Add an option that ``refuse`` may suggest."""
        self.options += self.add_argument(name, **settings).option_strings

    def error(self, message: str) -> NoReturn:
        _complain(message)
        raise SystemExit(MISUSE)

    def refuse(self, argument: str) -> NoReturn:
        """Refuse an argument that no option takes."""
        name = argument.partition("=")[0]
        close = difflib.get_close_matches(name, self.options, n=1)
        known = f"did you mean {close[0]}?" if close else f"see {self.prog} --help"
        self.error(f"unknown argument {name!r}; {known}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: what stands behind ``fake-ims`` on the command line; by default the process's.

    Returns:
        The exit status: 0, or 2 if an option is wrong or the port is taken.
    """
    try:
        parser, commands = _parsers()
        given, rest = parser.parse_known_args(arguments)
        if rest:
            commands[given.command].refuse(rest[0])
        run = {"serve": _serve, "operations": _operations, "demo": _demo, "check": _check,
               "schema": _schema, "ctl": _ctl, "faults": _faults}[given.command]
        return run(given)
    except FakeImsError as error:
        _complain(str(error))
        return MISUSE
    except BrokenPipeError:
        # The reader of our output has gone. Let the flush at the end have nothing to complain of.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:  # before serve listens to the signal
        return 0


def _complain(text: str) -> None:
    for line in text.splitlines():
        print(f"{PROG}: {' '.join(line.split())}", file=sys.stderr)


def _parsers() -> tuple[_Parser, dict[str, _Parser]]:
    parser = _Parser(prog=PROG, description="A fake Image Management Service.")
    parser.add_argument("--version", action="version", version=f"{PROG} {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    serve: _Parser = commands.add_parser(
        "serve", help="run the fake until it is interrupted",
        description="Run the fake until it is interrupted (SIGINT or SIGTERM).")
    serve.option("--host", default="127.0.0.1", metavar="ADDRESS",
                 help="address to listen on (default: 127.0.0.1, this machine only)")
    serve.option("--port", type=int, default=0, help="port to listen on (default: 0, a free one)")
    serve.option("--profile", default="otc", metavar="otc|openstack",
                 help="service that it plays (default: otc)")
    serve.option("--auth", default="any", metavar="any|issued|triple",
                 help="how tokens are read (default: any token is good)")
    for name, what in (("saving", "an upload takes until the image is active"),
                       ("deleting", "a deletion takes until the image is gone"),
                       ("jobs", "an asynchronous job of the IMS APIs takes")):
        serve.option(f"--{name}", default="0s", metavar="TIME",
                     help=f"how long {what}: 30s, 'polls(3)' or by-hand (default: 0s)")
    serve.option("--region", default="eu-de", metavar="NAME",
                 help="name of the region, in the service catalog (default: eu-de)")
    serve.option("--seed", default="0", metavar="SEED",
                 help="of the chance that faults have (default: 0)")
    serve.option("--scenario", metavar="FILE", help="scenario file to play (TOML or JSON)")
    serve.option("--no-control", action="store_true",
                 help="do not answer the control API at /_fake_ims/")
    serve.option("--control-token", metavar="TOKEN",
                 help="what clients of the control API must send in X-Fake-Ims-Control")
    serve.option("--ready-file", metavar="FILE",
                 help="JSON file to write once it answers, and to remove at the end")
    serve.option("--clouds-yaml", metavar="FILE",
                 help="clouds.yaml to write, for OS_CLIENT_CONFIG_FILE, and to remove at the end")
    serve.option("--print-env", action="store_true",
                 help="print nothing but what a shell evaluates to have OS_* and "
                 'HUAWEICLOUD_SDK_*: eval "$(fake-ims serve --print-env &)"')
    serve.option("--quiet", action="store_true", help="print no more than where it listens")
    operations: _Parser = commands.add_parser(
        "operations", help="list the operations of the service",
        description="List the operations of the service, as its contract has them.")
    operations.option("--json", action="store_true", help="as JSON, with everything known")
    operations.option("--profile", choices=("otc", "openstack"), help="only those of this profile")
    faults: _Parser = commands.add_parser(
        "faults", help="list what can be said of a fault, and every weather",
        description="List what can be said of a fault, and every weather.")
    faults.option("--json", action="store_true", help="as JSON, with the schema of each value")
    demo: _Parser = commands.add_parser(
        "demo", help="hold a short conversation with a fake, and show it",
        description="Start a fake, create an image, upload, wait, list, fail, delete; print each "
        "exchange.")
    check: _Parser = commands.add_parser(
        "check", help="check scenario files",
        description="Check scenario files whole; print a line for each problem.")
    check.add_argument("files", nargs="+", metavar="FILE")
    schema: _Parser = commands.add_parser(
        "schema", help="print the JSON schema of scenario files",
        description="Print the JSON schema of scenario files.")
    ctl: _Parser = commands.add_parser(
        "ctl", help="drive a running fake over its control API",
        description="Drive a running fake over its control API. Without an operation, list them.")
    ctl.option("--url", metavar="URL", help="of the fake (default: $FAKE_IMS_URL)")
    ctl.option("--ready-file", metavar="FILE", help="what serve --ready-file has written")
    ctl.option("--control-token", metavar="TOKEN",
               help="the fake's (default: $FAKE_IMS_CONTROL_TOKEN)")
    ctl.add_argument("operation", nargs="?", metavar="OPERATION", help="such as faults.add")
    ctl.add_argument("arguments", nargs="*", metavar="NAME=VALUE",
                     help="a value is JSON or else a text; @FILE is what a file holds")
    return parser, {"serve": serve, "operations": operations, "demo": demo, "check": check,
                    "schema": schema, "ctl": ctl, "faults": faults}


def _serve(given: argparse.Namespace) -> int:
    from . import serve as standalone  # brings aiohttp, which nothing else here needs

    standalone.serve(
        profile=given.profile, auth=given.auth, saving=given.saving, deleting=given.deleting,
        jobs=given.jobs, region=given.region, seed=given.seed,
        scenario=given.scenario, control=not given.no_control,
        control_token=given.control_token,
        host=given.host, port=given.port, ready_file=given.ready_file,
        clouds_yaml=given.clouds_yaml, print_env=given.print_env, quiet=given.quiet,
    )
    return 0


def _demo(given: argparse.Namespace) -> int:
    from . import demo

    return demo.run()


def _check(given: argparse.Namespace) -> int:
    from ..fake.fake_ims import FakeIMS
    from ..scenario import load

    wrong = 0
    for file in given.files:
        try:
            load(file, FakeIMS)
        except FakeImsError as error:
            print(error, file=sys.stderr)
            wrong += 1
        else:
            print(f"{file}: good", flush=True)
    return 1 if wrong else 0


def _schema(given: argparse.Namespace) -> int:
    import json

    from ..scenario.schema import schema

    print(json.dumps(schema(), indent=2), flush=True)
    return 0


def _faults(given: argparse.Namespace) -> int:
    from . import fault_listing

    if given.json:
        import json

        print(json.dumps(fault_listing.document(), indent=2), flush=True)
    else:
        print(fault_listing.text(), flush=True)
    return 0


def _ctl(given: argparse.Namespace) -> int:
    from . import ctl

    if given.operation is None:
        print(ctl.listing(), flush=True)
        return 0
    status, text = ctl.run(given.operation, given.arguments, url=given.url,
                               ready_file=given.ready_file, token=given.control_token)
    if text:
        print(text, file=sys.stderr if status else sys.stdout, flush=True)
    return status


def _operations(given: argparse.Namespace) -> int:
    from ..contract.operations import OPERATIONS

    rows = [row for row in OPERATIONS if given.profile is None or given.profile in row.profiles]
    if given.json:
        import json

        print(json.dumps([_as_json(row) for row in rows], indent=2), flush=True)
    else:
        print("\n".join(_table([_HEADINGS, *map(_cells, rows)])), flush=True)
    return 0


_HEADINGS = ("OPERATION", "METHOD", "PATH", "STATUS", "PROFILES", "CHAPTER")


def _cells(row: Operation) -> tuple[str, ...]:
    profiles = "both" if len(row.profiles) == 2 else "".join(row.profiles)
    notes = " (deprecated)" if row.deprecated and "eprecated" not in row.chapter else ""
    return row.id, row.method, row.path, str(row.success), profiles, row.chapter + notes


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows]


def _as_json(row: Operation) -> dict[str, object]:
    return {name: sorted(value) if isinstance(value, frozenset) else value
            for name, value in ((name, getattr(row, name)) for name in row.__slots__)}
