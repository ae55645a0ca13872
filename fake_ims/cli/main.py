"""The command ``fake-ims``: parses its arguments and runs a subcommand."""

from __future__ import annotations

import argparse
import difflib
import os
import shlex
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from ..errors import FakeImsError
from ..version import __version__
from .told import MISUSE, PROG, complain

_ABOUT = ("A fake of Open Telekom Cloud's Image Management Service (IMS) for tests. "
          "'fake-ims COMMAND --help' explains a command.")


class _Parser(argparse.ArgumentParser):
    """A parser that reports an error in one line."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)
        self.options: list[str] = []

    def option(self, name: str, **settings: Any) -> None:
        """Add an option that ``refuse`` may suggest."""
        self.options += self.add_argument(name, **settings).option_strings

    def error(self, message: str) -> NoReturn:
        complain(message)
        raise SystemExit(MISUSE)

    def refuse(self, argument: str) -> NoReturn:
        """Exit with an error for an unknown argument; suggest the closest option."""
        name = argument.partition("=")[0]
        close = difflib.get_close_matches(name, self.options, n=1)
        known = f"did you mean {close[0]}?" if close else f"see {self.prog} --help"
        self.error(f"unknown argument {name!r}; {known}")


class _Joined(argparse.Action):
    """Joins the values of an option that is repeated, by semicolons."""

    def __call__(
        self, parser: argparse.ArgumentParser, given: argparse.Namespace, value: Any,
        name: str | None = None,
    ) -> None:
        before = getattr(given, self.dest)
        setattr(given, self.dest, f"{before}; {value}" if before else value)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: the command-line arguments after ``fake-ims``; by default those of the process.

    Returns:
        The exit status: 0 for success; 1 if ``check`` or ``sweep`` found problems, or the fake
        rejected a ``ctl`` request; 2 for a wrong argument, or a port in use; 130 if a sweep was
        interrupted.
    """
    try:
        own, swept = _split(sys.argv[1:] if arguments is None else arguments)
        parser, commands = _parsers(own[:1] == ["sweep"])
        given, rest = parser.parse_known_args(own)
        if given.command == "sweep":
            return _sweep(given, rest, swept, commands["sweep"])
        if rest:
            commands[given.command].refuse(rest[0])
        run = {"serve": _serve, "operations": _operations, "demo": _demo, "check": _check,
               "schema": _schema, "ctl": _ctl, "faults": _faults,
               "options": _options}[given.command]
        return run(given)
    except FakeImsError as error:
        complain(str(error))
        return MISUSE
    except BrokenPipeError:
        # The reader closed the pipe. Without this, the flush at exit would raise again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:  # before serve installs its signal handlers
        return 0


def _split(arguments: Sequence[str]) -> tuple[Sequence[str], Sequence[str] | None]:
    """Return our own arguments, and the command after ``--`` of a sweep; None without ``--``."""
    if arguments[:1] != ["sweep"] or "--" not in arguments:
        return arguments, None
    end = arguments.index("--")
    return arguments[:end], arguments[end + 1:]


def _parsers(sweeps: bool) -> tuple[_Parser, dict[str, _Parser]]:
    parser = _Parser(prog=PROG, description=_ABOUT)
    parser.add_argument("--version", action="version", version=f"{PROG} {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    serve: _Parser = commands.add_parser(
        "serve", help="start a fake and serve until interrupted",
        description="Start a fake and serve until interrupted (Ctrl-C or SIGTERM).",
        epilog="TIME is a duration such as 30s or 10m; 'polls(3)': done when a client asks for "
        "the third time; or by-hand: done when you say so with 'fake-ims ctl'.")
    _add_serve_options(serve)
    operations: _Parser = commands.add_parser(
        "operations", help="list the API operations of the service",
        description="List the API operations of the service: id, method, path and status.")
    operations.option("--json", action="store_true", help="print JSON, with all details")
    operations.option("--profile", choices=("otc", "openstack"),
                      help="list only the operations of this profile")
    faults: _Parser = commands.add_parser(
        "faults", help="list the settings of faults, and the weathers",
        description="List the settings of faults, and the weathers. A weather is a named set of "
        "faults.")
    faults.option("--json", action="store_true",
                  help="print JSON, with the schema of each setting")
    options: _Parser = commands.add_parser(
        "options", help="list the options of Glance that a fake can be given",
        description="List the options of Glance that --glance=NAME=VALUE, FakeIMS(glance={...}), "
        "the marker and scenario files accept: values, default, and what each does.")
    options.option("--json", action="store_true", help="print JSON, with all details")
    demo: _Parser = commands.add_parser(
        "demo", help="run a short example session",
        description="Run a short example session: create an image, upload data, wait, list, "
        "download, delete. Print each request and the status of its response.")
    check: _Parser = commands.add_parser(
        "check", help="check scenario files",
        description="Check scenario files. Print one line for each problem, with file, line and "
        "key.")
    check.add_argument("files", nargs="+", metavar="FILE", help="scenario file (TOML or JSON)")
    schema: _Parser = commands.add_parser(
        "schema", help="print the JSON schema of scenario files",
        description="Print the JSON schema of scenario files, for editors and validators.")
    ctl: _Parser = commands.add_parser(
        "ctl", help="control a running fake",
        description="Control a running fake through its control API. Without OPERATION, list all "
        "operations.",
        epilog="Example: fake-ims ctl faults.add operation=images.create status=503 times=2")
    _add_ctl_options(ctl)
    sweep: _Parser = commands.add_parser(
        "sweep", help="run a command again for every possible failure of its requests",
        usage=f"{PROG} sweep [OPTIONS] -- COMMAND [ARGUMENTS]",
        description="Run a command against a fake, and again for every request and every failure "
        "possible there. Each run has a new fake. The sweep judges it by its exit status, its "
        "output, the time that it takes, and the images that it leaves. The command can be in any "
        "language. It finds the fake by the variables that 'serve --print-env' prints; the "
        "variable FAKE_IMS_SWEEP_CASE names the failure.",
        epilog="Exit status: 0 if nothing is wrong, 1 for findings, 2 if an option is wrong or the "
        "command fails without failures, 130 after Ctrl-C. Example: fake-ims sweep "
        "--operations='images.*' -- openstack image list")
    if sweeps:
        _add_sweep_options(sweep)
    return parser, {"serve": serve, "operations": operations, "demo": demo, "check": check,
                    "schema": schema, "ctl": ctl, "faults": faults, "options": options,
                    "sweep": sweep}


def _add_options_of_a_fake(parser: _Parser, *times: tuple[str, str]) -> None:
    parser.option("--profile", default="otc", metavar="otc|openstack",
                  help="service to imitate: otc is Open Telekom Cloud's IMS, openstack is plain "
                  "Glance (default: otc)")
    parser.option("--auth", default="any", metavar="any|issued|triple",
                  help="tokens to accept: any token; issued: only tokens that the fake issued; "
                  "triple: USER:PROJECT:ROLES (default: any)")
    for name, what in (("saving", "an uploaded image becomes active"),
                       ("deleting", "a deleted image disappears"), *times):
        parser.option(f"--{name}", default="0s", metavar="TIME",
                      help=f"time until {what} (default: 0s)")
    parser.option("--region", default="eu-de", metavar="NAME",
                  help="region name in the service catalog (default: eu-de)")
    parser.option("--seed", default="0", metavar="SEED",
                  help="seed for faults that fire at random (default: 0)")
    parser.option("--glance", action=_Joined, default="", metavar="NAME=VALUE",
                  help="option of Glance, such as image_tag_quota=10; can be repeated. "
                  "'fake-ims options' lists them")
    parser.option("--prefix", default="", metavar="PATH",
                  help="path below which the image service answers, such as /image")
    parser.option("--endpoint", default="", metavar="PATH",
                  help="path behind it in the catalog's image endpoint, such as /v2")
    parser.option("--regions", default="", metavar="NAMES",
                  help="further regions in the service catalog, separated by commas")
    parser.option("--scenario", metavar="FILE", help="scenario file to play (TOML or JSON)")


def _add_sweep_options(sweep: _Parser) -> None:
    from .sweep import METAVARS, SETTINGS, SEVERAL, SWITCHES  # imports aiohttp

    for name, text in SETTINGS.items():
        if name in SWITCHES:
            sweep.option(f"--{name}", action="store_true", help=text)
        elif name in SEVERAL:
            sweep.option(f"--{name}", action="append", default=[], metavar="NAMES",
                         help=f"{text}; can be repeated")
        else:
            sweep.option(f"--{name}", metavar=METAVARS[name], help=text)
    sweep.option("--expect-output", metavar="REGEX",
                 help="what the standard output must contain if the exit status is 0; ^ and $ "
                 "match at lines")
    sweep.option("--jobs", type=int, metavar="NUMBER",
                 help="number of runs at once, each with a fake of its own (default: number of "
                 "CPUs). Runs that only wait for a response do not count")
    sweep.option("--case", metavar="ID",
                 help="run only this case, and print its requests and its output; the report names "
                 "the cases")
    sweep.option("--baseline", metavar="FILE",
                 help="file of the known cases; only others count as findings")
    sweep.option("--update-baseline", action="store_true",
                 help="write the cases that go wrong now to the baseline, and exit with 0")
    sweep.option("--report", action="append", default=[], metavar="FILE",
                 help="write the report to this file: .html for people, .json for programs, .xml "
                 "as JUnit XML. 'github' prints the findings as annotations of GitHub Actions. "
                 "Can be repeated")
    sweep.option("--name", metavar="NAME",
                 help="name of the command in reports and in the baseline (default: the command)")
    _add_options_of_a_fake(sweep)


def _add_serve_options(serve: _Parser) -> None:
    serve.option("--host", default="127.0.0.1", metavar="ADDRESS",
                 help="address to listen on (default: 127.0.0.1, this machine only)")
    serve.option("--port", type=int, default=0,
                 help="port to listen on (default: 0, any free port)")
    _add_options_of_a_fake(serve, ("jobs", "an asynchronous job ends"))
    serve.option("--no-control", action="store_true",
                 help="disable the control API under /_fake_ims/")
    serve.option("--control-token", metavar="TOKEN",
                 help="token that control requests must send in the header X-Fake-Ims-Control")
    serve.option("--allowed-host", action="append", default=[], metavar="NAME",
                 help="name in control requests to accept besides localhost and the address of "
                 "--host; can be repeated")
    serve.option("--keep-exchanges", type=int, default=10_000, metavar="NUMBER",
                 help="number of requests and responses that the journal keeps; the oldest go "
                 "first (default: 10000)")
    serve.option("--keep-bytes", type=int, default=64 * 1024, metavar="BYTES",
                 help="bytes that the journal keeps of each body (default: 65536, 64 KiB)")
    serve.option("--keep-total", type=int, default=64 * 1024 * 1024, metavar="BYTES",
                 help="bytes that the journal keeps of all requests and responses; the oldest go "
                 "first (default: 67108864, 64 MiB)")
    serve.option("--ready-file", metavar="FILE",
                 help="write a JSON file with URL and credentials when the fake is ready; "
                 "remove it at exit")
    serve.option("--clouds-yaml", metavar="FILE",
                 help="write a clouds.yaml for OS_CLIENT_CONFIG_FILE; remove it at exit")
    serve.option("--print-env", action="store_true",
                 help="print only 'export' lines for OS_* and HUAWEICLOUD_SDK_*; use it as "
                 'eval "$(fake-ims serve --print-env &)"')
    serve.option("--quiet", action="store_true", help="print only the URL; do not log requests")


def _add_ctl_options(ctl: _Parser) -> None:
    ctl.option("--url", metavar="URL", help="URL of the fake (default: $FAKE_IMS_URL)")
    ctl.option("--ready-file", metavar="FILE",
               help="ready file of the fake, written by serve --ready-file")
    ctl.option("--control-token", metavar="TOKEN",
               help="control token of the fake (default: $FAKE_IMS_CONTROL_TOKEN)")
    ctl.add_argument("operation", nargs="?", metavar="OPERATION", help="for example faults.add")
    ctl.add_argument("arguments", nargs="*", metavar="NAME=VALUE",
                     help="VALUE is JSON or plain text; @FILE reads the text from a file")


def _serve(given: argparse.Namespace) -> int:
    from . import serve as standalone  # imports aiohttp, which only serve needs
    from .outlet import outlets

    with outlets() as out:
        try:
            standalone.serve(
                profile=given.profile, auth=given.auth, saving=given.saving,
                deleting=given.deleting, jobs=given.jobs, region=given.region, seed=given.seed,
                glance=given.glance, prefix=given.prefix, endpoint=given.endpoint,
                regions=given.regions, scenario=given.scenario, control=not given.no_control,
                control_token=given.control_token, allowed_hosts=given.allowed_host,
                host=given.host, port=given.port, ready_file=given.ready_file,
                clouds_yaml=given.clouds_yaml, print_env=given.print_env, quiet=given.quiet,
                keep_exchanges=given.keep_exchanges, keep_bytes=given.keep_bytes,
                keep_total=given.keep_total,
                out=out,
            )
        except FakeImsError as error:
            complain(str(error))
            return MISUSE
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
            print(f"{file}: ok", flush=True)
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


def _options(given: argparse.Namespace) -> int:
    from . import option_listing

    if given.json:
        import json

        print(json.dumps(option_listing.document(), indent=2), flush=True)
    else:
        print(option_listing.text(), flush=True)
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


def _sweep(
    given: argparse.Namespace, rest: Sequence[str], command: Sequence[str] | None, parser: _Parser
) -> int:
    if rest and rest[0].startswith("-"):
        parser.refuse(rest[0])
    if rest and command is None:
        parser.error(f"write -- before the command: {PROG} sweep -- {shlex.join(rest)}")
    if rest:
        parser.error(f"unknown argument {rest[0]!r} before --; the command comes after it")
    if not command:
        parser.error(f"which command? Write it after --: {PROG} sweep -- openstack image list")
    from . import sweep

    return sweep.run(given, command, parser.parse_args([]))


def _operations(given: argparse.Namespace) -> int:
    from . import operation_listing

    if given.json:
        import json

        print(json.dumps(operation_listing.document(given.profile), indent=2), flush=True)
    else:
        print(operation_listing.text(given.profile), flush=True)
    return 0
