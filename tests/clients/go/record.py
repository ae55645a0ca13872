"""Play ``conversation.go`` against the fake, and write ``recorded.json`` from the fake's journal.

python tests/clients/go/record.py --gopath DIR --sdk VERSION [--go GO]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from recording import (
    MEMBER,
    MEMBER_ACCESS,
    MEMBER_PROJECT,
    MEMBER_SECRET,
    Recording,
    Run,
    Step,
    facts,
    fill,
    ids,
    prepare,
)

from fake_ims import FakeIMS
from fake_ims.journal import Exchange

# How a shell would say it: the SDK knows no HUAWEICLOUD_SDK_*.
SIGNED = {"OS_AUTH_TYPE": "aksk", "OS_ACCESS_KEY": "{HUAWEICLOUD_SDK_AK}",
          "OS_SECRET_KEY": "{HUAWEICLOUD_SDK_SK}"}
CLOUDS = {"OS_CLIENT_CONFIG_FILE": "{clouds_yaml}", "OS_CLOUD": "fake_ims"}
BUSY = {"status": 429, "retry_after": 1}
RUNS = [
    Run("password", "log-in"),
    Run("identity", "log-in", {"OS_AUTH_URL": "{url}/identity"}),
    Run("root", "log-in", {"OS_AUTH_URL": "{url}"}),
    Run("token", "log-in", {"OS_AUTH_TYPE": "token", "OS_TOKEN": "{token}"}),
    Run("clouds.yaml", "log-in", CLOUDS),
    Run("AK/SK", "log-in", SIGNED),
    Run("a wrong password", "log-in", {"OS_PASSWORD": "wrong"}),
    Run("a wrong secret key", "log-in", {**SIGNED, "OS_SECRET_KEY": "wrong"}),
    Run("Terraform's provider", "provider", {**SIGNED, "OS_AUTH_TYPE": ""}),
    Run("life", "life"),
    Run("life with AK/SK", "life", SIGNED),
    Run("pages", "pages"),
    Run("pages with AK/SK", "pages", SIGNED),
    Run("ims", "ims"),
    Run("ims with AK/SK", "ims", SIGNED),
    Run("ims refused", "ims-fails"),
    Run("a new token", "renewed"),
    Run("an upload again", "upload", faults=[{"operation": "images.upload", "times": 1, **BUSY}]),
    *(Run(status, status) for status in ("401", "403", "404", "409")),
    *(Run(str(status), str(status), faults=[{"operation": "images.show", "status": status}])
      for status in (413, 503)),
    Run("429", "429", faults=[{"operation": "images.show", **BUSY}]),
    Run("429 once", "429", faults=[{"operation": "images.show", "times": 1, **BUSY}]),
]
LEFT_OUT = ("Content-Length", "Host")  # what any client writes by itself; Host stays if signed
BODY_NAMES = ("OS_USERNAME", "OS_PASSWORD", "OS_USER_DOMAIN_NAME", "OS_PROJECT_NAME")


def build(go: str, gopath: Path, target: Path) -> None:
    """Build ``conversation.go``; needs no network."""
    source = Path(__file__).with_name("conversation.go")
    subprocess.run([go, "build", "-o", str(target), str(source), str(source.with_name("ims.go"))],
                   check=True, cwd=source.parent,
                   env={**os.environ, "GO111MODULE": "off", "GOPATH": str(gopath)})


def environment(fake: FakeIMS, run: Run, directory: Path) -> dict[str, str]:
    """All that the program is told; ``MEMBER_*`` for the other tenant."""
    told = {} if "OS_CLOUD" in run.environment else fake.env()
    known = {**told, "url": fake.url, "token": fake.token}
    if "OS_CLOUD" in run.environment:
        known["clouds_yaml"] = str(fake.clouds_yaml(directory / "clouds.yaml"))
    told |= {name: fill(value, known) for name, value in run.environment.items()}
    member = {f"MEMBER_{name[3:]}": value for name, value in told.items()
              if name.startswith("OS_")}
    return {"HOME": str(directory), "TMPDIR": str(directory), **told, **member,
            "MEMBER_USERNAME": MEMBER, "MEMBER_PROJECT_NAME": MEMBER_PROJECT,
            "MEMBER_ACCESS_KEY": MEMBER_ACCESS, "MEMBER_SECRET_KEY": MEMBER_SECRET}


def play(run: Run, program: Path) -> Run:
    """The run, with what was said and asked."""
    with FakeIMS(profile="otc", auth="issued") as fake, tempfile.TemporaryDirectory() as scratch:
        prepare(fake, run)
        done = subprocess.run([str(program), run.what], cwd=scratch, capture_output=True,
                              env=environment(fake, run, Path(scratch)), text=True, timeout=120)
        if done.returncode:
            raise SystemExit(f"{run.name}: {done.stderr}")
        exchanges = list(fake.requests)
        names = named(fake, exchanges)
        signed = any("Authorization" in one.request_headers for one in exchanges)
        return Run(run.name, run.what, run.environment, run.faults, done.stdout.splitlines(),
                   {name: value for value, name in names.items()
                    if signed and name.startswith(("image_", "job_"))},
                   [step(fake, one, names) for one in exchanges])


def named(fake: FakeIMS, exchanges: Sequence[Exchange]) -> dict[str, str]:
    """Names for what the next fake calls otherwise: each token is used before the next is got."""
    names = {fake.token: "token"}
    images = jobs = tokens = 0
    for one in exchanges:
        made, begun = ids(one.operation, one.status, one.response_body)
        if made and made not in names:
            images += 1
            names[made] = f"image_{images}"
        if begun and begun not in names:
            jobs += 1
            names[begun] = f"job_{jobs}"
        token = one.request_headers.get("X-Auth-Token")
        if token and token not in names:
            tokens += 1
            names[token] = f"token_{tokens}"
    return names


def step(fake: FakeIMS, one: Exchange, names: dict[str, str]) -> Step:
    """An exchange without what belongs to this very fake."""
    def clean(text: str) -> str:
        for value, name in names.items():
            text = text.replace(value, f"{{{name}}}")
        return text

    def cleaned(found: object) -> object:
        if isinstance(found, dict):
            return {key: cleaned(value) for key, value in found.items()}
        if isinstance(found, list):
            return [cleaned(value) for value in found]
        return clean(found) if isinstance(found, str) else found

    signed = "Authorization" in one.request_headers
    headers = {name: clean(value) for name, value in one.request_headers.items()
               if name not in LEFT_OUT or (signed and name == "Host")}
    body = clean(one.request_body.decode()) if one.request_size else None
    if body and one.operation == "identity.tokens.create":
        for name in BODY_NAMES:
            body = body.replace(f'"{fake.env()[name]}"', f'"{{{name}}}"')
    target = f"{one.path}?{one.query}" if one.query else one.path
    return Step(one.operation, clean(f"{one.method} {target}"), headers, body, one.status,
                cleaned(facts(one.response_body)))


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--gopath", type=Path, required=True,
                        help="has the SDK and gopkg.in/yaml.v2 under src/")
    parser.add_argument("--sdk", required=True, help="the SDK's version, for the recording")
    parser.add_argument("--go", default="go", help="the command go")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        program = Path(scratch) / "conversation"
        build(args.go, args.gopath.absolute(), program)
        runs = {run.name: play(run, program) for run in RUNS}
    steps = [one for run in runs.values() for one in run.steps]
    always = dict(set.intersection(*(set(one.headers.items()) for one in steps)))
    for one in steps:
        for name in always:
            del one.headers[name]
    Recording(args.sdk, dict(sorted(always.items())), runs).write()
    for run in runs.values():
        print(f"{run.name}: {len(run.steps)} requests, {'; '.join(run.said)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
