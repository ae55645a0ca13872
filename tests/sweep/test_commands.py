"""``fake-ims sweep``: each failure of a command in a run by itself."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from doc_examples import DOCS
from serving import COMMAND, DEADLINE, command

from fake_ims.cli import main as cli
from fake_ims.sweeping import crashes
from fake_ims.sweeping.options import TABLE

PRELUDE = '''
import http.client, json, os, sys, time
from urllib.parse import urlsplit

def ask(method, path, body=None, kind="application/json", timeout=3):
    """Return status and text."""
    connection = http.client.HTTPConnection(urlsplit(os.environ["FAKE_IMS_URL"]).netloc,
                                            timeout=timeout)
    try:
        connection.request(method, path, body, {"X-Auth-Token": "t", "Content-Type": kind})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()

def fine(*request, **settings):
    """Return the text. End the command with a message if there is none."""
    try:
        status, text = ask(*request, **settings)
    except (OSError, http.client.HTTPException) as error:
        sys.exit(f"{request[0]}: {error!r}")
    if status >= 400:
        sys.exit(f"{request[0]}: status {status}")
    return text
'''
LISTS = """
try:
    images = json.loads(fine("GET", "/v2/images"))["images"]
except json.JSONDecodeError as error:
    sys.exit(f"no JSON: {error}")
print(len(images), "images")
"""
CARELESS = """
print(len(json.loads(ask("GET", "/v2/images")[1])["images"]), "images")
"""
CREATES = """
image = json.loads(fine("POST", "/v2/images", b'{"name": "a"}'))
fine("DELETE", f"/v2/images/{image['id']}")
"""
WAITS_FOR_EVER = """
fine("GET", "/v2/images", timeout=None)
"""

Result = tuple[int, str, str]
Sweep = Callable[..., Result]
Script = Callable[[str], "list[str]"]


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """Writes a client; returns the command that runs it."""
    def write(text: str) -> list[str]:
        path = tmp_path / "client.py"
        path.write_text(PRELUDE + text)
        return [sys.executable, "-I", str(path)]

    return write


@pytest.fixture
def sweep(capfd: pytest.CaptureFixture[str]) -> Sweep:
    """Runs ``fake-ims sweep`` in this process; returns status, output and errors."""
    def run(*arguments: str, on: list[str] | None = None) -> Result:
        try:
            status = cli.main(["sweep", *arguments, *(["--", *on] if on is not None else [])])
        except SystemExit as error:  # as argparse ends
            assert isinstance(error.code, int)  # noqa: PT017
            status = error.code
        return (status, *capfd.readouterr())

    return run


def numbers(output: str) -> str:
    """The sentence with the numbers, without the time."""
    found = re.match(r"1 test, (\d+ runs?) in [\d.]+ s(.*)\n", output)
    assert found
    return found[1] + found[2]


# Clients that sleep below do so in processes of their own, whose time cannot be compressed.

# verdicts

def test_a_careful_client_passes(script: Script, sweep: Sweep) -> None:
    status, output, errors = sweep("--skip=no-answer", "--jobs=4", on=script(LISTS))
    assert status == 0
    assert re.fullmatch(r"2\d runs: .*", numbers(output))
    assert "wrong" not in output
    assert re.fullmatch(r"clean run: 1 request in [\d.]+ s; 2\d runs with failures, 4 jobs: "
                        r"about \d+ s\n", errors)


def test_what_is_wrong_is_told_and_can_be_repeated(script: Script, sweep: Sweep) -> None:
    client = script(CREATES)
    status, output, _ = sweep("--kinds=connection", "--skip=no-answer*", "--profile=openstack",
                              "--operations=images.create", on=client)
    assert status == 1
    assert "\norphan images.create in " in output
    assert re.search(r"reset-after: the command failed with exit status 1: POST: .*, and left "
                     "image 'a' in status queued", " ".join(output.split()))
    again = re.search(r"repeat: (fake-ims sweep .*:reset-after .*)$", output, re.MULTILINE)
    assert again
    assert "--profile openstack" in again[1]
    status, output, _ = sweep(*shlex.split(again[1])[2:])
    assert status == 1
    assert output.startswith("wrong 1:images.create:reset-after: the command failed")
    assert re.search(r"^  1\. POST /v2/images -> no response", output, re.MULTILINE)
    assert "stderr:\nPOST: " in output


def test_a_case_that_is_fine(script: Script, sweep: Sweep) -> None:
    client = script(CREATES)
    status, output, _ = sweep("--case=1:images.create:503", on=client)
    assert (status, output.split(":")[0]) == (0, "failed well 1")
    status, _, errors = sweep("--case=1:images.create:505", on=client)
    assert status == 2
    assert "there is no case '1:images.create:505'; use one of 1:images.create:reset-" in errors


def test_its_output_must_be_as_expected(script: Script, sweep: Sweep, tmp_path: Path) -> None:
    seeds = tmp_path / "seeds.toml"
    seeds.write_text('[[images]]\nname = "a"\n\n[[images]]\nname = "b"\n')
    client = script(CARELESS)
    options = [f"--scenario={seeds}", "--expect-output=^2 images$"]
    status, output, _ = sweep(*options, "--case=1:images.list:small-pages", on=client)
    assert status == 1
    assert output.startswith("wrong 1:images.list:small-pages: the command passed, but its output "
                             "does not match '^2 images$'")
    assert sweep(*options, "--allow=assert", "--case=1:images.list:small-pages", on=client)[0] == 0
    assert "stdout:\n1 images" in output


def test_a_crash_is_no_failure_that_it_reports(script: Script, sweep: Sweep) -> None:
    status, output, _ = sweep("--case=1:images.list:503", on=script(CARELESS))
    assert status == 1
    assert output.startswith("wrong 1:images.list:503: the command crashed: KeyError: 'images'")
    _, output, _ = sweep("--case=1:images.list:503", "--report=github", on=script(CARELESS))
    assert re.search(r"^::error title=fake_ims sweep%3A crash \(images.list\)::", output,
                     re.MULTILINE)


def test_a_promise_to_survive(script: Script, sweep: Sweep) -> None:
    status, output, _ = sweep("--survive=503", "--case=1:images.list:503", on=script(LISTS))
    assert status == 1
    assert output.startswith("should have survived 1:images.list:503: the client promises to "
                             "survive this, but the command failed with exit status 1: GET: "
                             "status 503")


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
def test_what_hangs_is_ended_with_its_children(
    script: Script, sweep: Sweep, tmp_path: Path
) -> None:
    client = script(CHILD.format(lock=str(tmp_path / "lock")) + WAITS_FOR_EVER)
    status, output, _ = sweep("--patience=0.2s", "--case=1:images.list:no-answer", on=client)
    assert status == 1
    assert output.startswith("wrong 1:images.list:no-answer: hang: the client waited 0.2s for "
                             "the response to GET /v2/images and did not give up")
    assert is_free(tmp_path / "lock")


# A child that holds a lock as long as it lives, in each run.
CHILD = """
import fcntl, subprocess
child = subprocess.Popen([sys.executable, "-c", '''
import fcntl, sys, time
fcntl.flock(open({lock!r}, "w"), fcntl.LOCK_SH)
print(flush=True)
time.sleep(600)
'''], stdout=subprocess.PIPE)
child.stdout.readline()
"""


def is_free(lock: Path) -> bool:
    import fcntl

    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def test_a_client_that_never_stops_asking(script: Script, sweep: Sweep) -> None:
    client = script("""
while True:
    try:
        if ask("GET", "/v2/images")[0] == 200:
            break
    except OSError:
        pass
    time.sleep(0.01)
""")
    status, output, _ = sweep("--patience=0.2s", "--case=1:images.list:503-lasting", on=client)
    assert status == 1
    assert re.search("hang: the client still sends requests .* after the failure", output)


def test_a_client_that_pauses_may_go_on_longer(script: Script, sweep: Sweep) -> None:
    client = script("""
for pause in (0.5, 1, 2, 0):
    status, _ = ask("GET", "/v2/images")
    if status == 200:
        break
    time.sleep(pause)
else:
    sys.exit(f"GET: status {status}")
""")
    options = "--patience=1s", "--case=1:images.list:503-lasting"
    assert sweep(*options, on=client)[0] == 0


def test_an_end_that_does_not_come(script: Script, sweep: Sweep) -> None:
    client = script("""
if ask("GET", "/v2/images")[0] != 200:
    time.sleep(600)
""")
    status, output, _ = sweep("--patience=0.1s", "--case=1:images.list:503", on=client)
    assert status == 1
    assert re.search("hang: the command did not end within .* s after its last request", output)


# the environment

def test_the_environment(
    script: Script, sweep: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OS_CLOUD", "production")
    monkeypatch.setenv("MINE", "kept")
    client = script("""
names = sorted(name for name in os.environ if name in ("OS_CLOUD", "MINE"))
url = os.environ["FAKE_IMS_URL"]
case = os.environ["FAKE_IMS_SWEEP_CASE"]
fine("GET", "/v2/images")
print(names, os.environ["OS_AUTH_URL"].startswith(url), repr(case))
""")
    assert sweep(r"--expect-output=\['MINE'\] True ''", "--kinds=statuses", "--budget=1",
                 on=client)[0] == 0
    status, output, _ = sweep("--case=1:images.list:stale", on=client)
    assert "['MINE'] True '1:images.list:stale'" in output
    assert status == 1  # it is not reached: there is nothing that could be old
    assert output.startswith("not reached")


def test_each_run_has_a_new_fake(script: Script, sweep: Sweep) -> None:
    client = script("""
assert json.loads(fine("GET", "/v2/images"))["images"] == []
fine("POST", "/v2/images", b'{"name": "a"}')
""")
    status, output, _ = sweep("--kinds=statuses", "--operations=images.list", on=client)
    assert (status, "assert" in output) == (0, False)


# what it does not sweep

@pytest.mark.parametrize(("text", "why"), [
    ("fine('GET', '/v2/images/x')", "the command must pass without failures, but fails with exit "
     "status 1: GET: status 404\nstderr:\nGET: status 404\n"),
    ("print('hi')", "the command sent no request to the fake. It must read its address"),
    (LISTS + "open(__file__ + '.lock', 'x').close()", "the command passes without failures, but "
     "not a second time with a new fake. Does it leave files that are in its way?\nstdout:\n"
     "0 images\nstderr:\nTraceback"),
])
def test_a_clean_run_must_pass(script: Script, sweep: Sweep, text: str, why: str) -> None:
    status, output, errors = sweep(on=script(text))
    assert (status, output) == (2, "")
    assert errors.startswith(f"fake-ims: {why}")


def test_the_clean_output_must_be_as_expected(script: Script, sweep: Sweep) -> None:
    status, _, errors = sweep("--expect-output=9 images", on=script(LISTS))
    assert status == 2
    assert errors == ("fake-ims: the command passes without failures, but its output does not "
                      "match --expect-output\nstdout:\n0 images\n")


@pytest.mark.parametrize(("arguments", "why"), [
    ([], "which command? Write it after --: fake-ims sweep -- openstack image list"),
    (["openstack", "image", "list"],
     "write -- before the command: fake-ims sweep -- openstack image list"),
    (["--jbs=1", "--", "true"], "unknown argument '--jbs'; did you mean --jobs?"),
    (["list", "--", "true"], "unknown argument 'list' before --; the command comes after it"),
    (["--", "no-such-command"], "cannot find the command 'no-such-command'; write its path, or 'sh "
     "-c \"...\"' for a line of the shell"),
    (["--jobs=0", "--", "true"], "--jobs=0: expected 1 or more"),
    (["--skip=503x", "--", "true"], "--skip: unknown failure in skip= '503x'; did you mean '503'?"),
    (["--expect-output=(", "--", "true"], "--expect-output='(' is not a regular expression: "
     "missing ), unterminated subpattern at position 0"),
    (["--report=a.txt", "--", "true"], "--report=a.txt: expected a file whose name ends in "),
    (["--update-baseline", "--", "true"],
     "--update-baseline requires the file: add --baseline=FILE"),
    (["--baseline=none.toml", "--", "true"],
     "cannot read the baseline none.toml: No such file or directory. To write it, add "
     "--update-baseline"),
    (["--profile=x", "--", "true"], "unknown profile 'x'; known: "),
])
def test_misuse(sweep: Sweep, arguments: list[str], why: str) -> None:
    status, output, errors = sweep(*arguments)
    assert (status, output) == (2, "")
    assert errors.startswith(f"fake-ims: {why}")


def test_a_sweep_that_tries_nothing_fails(script: Script, sweep: Sweep) -> None:
    client = script(LISTS)
    status, _, errors = sweep("--operations=images.upload", on=client)
    assert status == 1
    assert errors.endswith("fake-ims: the sweep had nothing to try: the command sent no request "
                           "that may fail. If that is fine, pass --allow=empty\n")
    assert sweep("--operations=images.upload", "--allow=empty", on=client)[0] == 0
    assert sweep("--allow=empty", on=script("print('hi')"))[0] == 0


def test_a_sweep_that_reaches_nothing_fails(script: Script, sweep: Sweep) -> None:
    client = script("""
if not os.environ["FAKE_IMS_SWEEP_CASE"]:
    fine("GET", "/v2/images")
""")
    status, output, errors = sweep("--kinds=statuses", "--budget=2", on=client)
    assert (status, numbers(output)) == (1, "2 runs: 2 not reached")
    assert errors.endswith("fake-ims: none of its 2 runs with failures reached its failure. If "
                           "that is fine, pass --allow=empty\n")


# its bounds, and its files

def test_a_budget(script: Script, sweep: Sweep) -> None:
    status, output, _ = sweep("--kinds=statuses", "--budget=2", on=script(LISTS))
    assert (status, numbers(output)) == (0, "2 runs: 2 failed well")
    assert re.search(r" left out by the budget.*: ", output)


def test_polls_count_as_one_request(script: Script, sweep: Sweep) -> None:
    client = script("""
for _ in range(3):
    fine("GET", "/v2/images")
""")
    options = "--kinds=connection", "--skip=no-answer,garbage,gateway-page,truncated,invalid-json"
    _, output, _ = sweep(*options, on=client)
    assert numbers(output).startswith("2 runs")
    assert "4 cases not run because they are equal to others (--full runs them)" in output
    _, output, _ = sweep(*options, "--full", on=client)
    assert numbers(output).startswith("6 runs")


def test_jobs_change_nothing(script: Script, sweep: Sweep, tmp_path: Path) -> None:
    client = script(CREATES)

    def words(jobs: int) -> list[tuple[str, str]]:
        report = tmp_path / f"{jobs}.json"
        sweep("--kinds=connection", "--skip=no-answer*", "--depth=2", f"--jobs={jobs}",
              f"--report={report}", on=client)
        (swept,) = json.loads(report.read_text())["tests"]
        return [(result["case"], result["word"]) for result in swept["results"]]

    found = words(1)
    assert len(found) > 4
    assert words(4) == found


def test_a_baseline(script: Script, sweep: Sweep, tmp_path: Path) -> None:
    baseline, page = tmp_path / "known.toml", tmp_path / "report.html"
    options = ["--kinds=connection", "--skip=no-answer*,garbage,gateway-page", "--name=create",
               "--operations=images.create,images.list", f"--baseline={baseline}"]
    status, output, _ = sweep(*options, "--update-baseline", on=script(CREATES))
    assert status == 0
    assert f"wrote {baseline}: 3 known cases" in output
    assert '["create"]\n"images.create#1:invalid-json" = "' in baseline.read_text()
    assert sweep(*options, f"--report={page}", on=script(CREATES))[0] == 0
    assert "create" in page.read_text()
    case = [*options, "--case=1:images.create:503-after"]
    assert sweep(*case, on=script(CREATES))[0] == 1
    status, output, _ = sweep(*case, "--update-baseline", on=script(CREATES))
    assert status == 0
    assert f"wrote {baseline}: 4 known cases" in output
    assert sweep(*case, on=script(CREATES))[0] == 0
    status, output, _ = sweep(*options, on=script(LISTS))  # the same name, another command
    assert status == 0
    assert "in the baseline, but no longer wrong: create: images.create#1:" in (
        " ".join(output.split()))


# the end

@pytest.mark.skipif(sys.platform == "win32", reason="sends signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_gives_the_report_so_far(
    script: Script, tmp_path: Path, number: signal.Signals
) -> None:
    began = tmp_path / "began"
    client = script(CHILD.format(lock=str(tmp_path / "lock")) + f"""
if os.environ["FAKE_IMS_SWEEP_CASE"].endswith(":no-answer"):
    open({str(began)!r}, "w").close()
fine("GET", "/v2/images", timeout=None)
""")
    with command("sweep", "--kinds=connection", "--jobs=1", "--patience=10m", "--",
                 *client) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("clean run: 1 request in ")
        while not began.exists():
            assert process.poll() is None
        process.send_signal(number)
        output, _ = process.communicate(timeout=DEADLINE)
    assert process.returncode == 130
    assert "  interrupted: this is the report so far: " in output
    assert "left out" in output
    assert is_free(tmp_path / "lock")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_progress_on_a_terminal(script: Script) -> None:
    import pty

    ours, theirs = pty.openpty()
    try:
        process = subprocess.run(
            [*COMMAND, "sweep", "--kinds=statuses", "--budget=3", "--jobs=1", "--",
             *script(LISTS)], stdout=subprocess.PIPE, stderr=theirs, timeout=60,
            env={**os.environ, "COLUMNS": "80"})
        shown = os.read(ours, 10_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert process.returncode == 0
    assert re.search(r"\r[123] of \d+ runs, about \d+ s left\x1b\[K", shown)
    assert shown.endswith("\r\x1b[K")


# docs/sweep.md

PAGE = (DOCS / "sweep.md").read_text(encoding="utf-8").partition("\n## Any language\n")[2]
COMMANDS = re.findall(r"^fake-ims sweep .*$", PAGE, re.MULTILINE)


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are scripts of a shell")
def test_the_commands_of_the_page(
    script: Script, sweep: Sweep, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after another, as a reader types them, with stand-ins for the clients."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    client = script(LISTS.replace('len(images), "images"', '"3 images"'))
    for name in ("upload.sh", "openstack", "node"):
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\nexec {shlex.join(client)}\n")
        path.chmod(0o755)
    (tmp_path / "images.toml").write_text('[[images]]\nname = "debian"\n')
    assert len(COMMANDS) == 5
    for line in COMMANDS:
        status, output, errors = sweep("--budget=2", *shlex.split(line)[2:])
        assert (status, numbers(output)) == (0, "2 runs: 2 failed well"), (line, errors)
    assert (tmp_path / "sweep.toml").exists()
    assert (tmp_path / "sweep.html").exists()


def test_the_page_names_every_option_that_differs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["sweep", "--help"])
    assert ended.value.code == 0
    options = set(re.findall(r"^  (--[a-z-]+)", capsys.readouterr().out, re.MULTILINE))
    assert options >= {f"--{name}" for name in TABLE if name not in ("expect", "real-time")}
    assert not options & {"--expect", "--real-time"}
    assert set(re.findall(r"`(--[a-z-]+)", PAGE)) <= options | {"--print-env", "--help"}


# crashes

TRACEBACK = """\
starting
Traceback (most recent call last):
  File "client.py", line 3, in <module>
    main()
    ~~~~^^
"""


@pytest.mark.parametrize(("status", "errors", "rule"), [
    (0, TRACEBACK + "KeyError: 'id'\n", ""),
    (1, "upload: status 503", ""),
    (1, "", ""),
    (2, "usage: client", ""),
    (-signal.SIGTERM, "", "crash"),
    (139, "Segmentation fault", "crash"),
    (134, "", "crash"),
    (130, "", ""),
    (0xC0000005, "", "crash"),
    (1, TRACEBACK + "KeyError: 'id'\n", "crash"),
    (1, TRACEBACK + "RecursionError: maximum recursion depth exceeded\n", "crash"),
    (1, TRACEBACK + "json.decoder.JSONDecodeError: Expecting value\n", "crash"),
    (1, TRACEBACK + "requests.exceptions.JSONDecodeError: Expecting value\n", "crash"),
    (1, TRACEBACK + "xml.etree.ElementTree.ParseError: no element found\n", "crash"),
    (1, TRACEBACK + "AssertionError: 2 images\n", "assert"),
    (1, TRACEBACK + "ConnectionResetError: [Errno 104]\n", ""),
    (1, TRACEBACK + "TimeoutError: timed out\n", ""),
    (1, TRACEBACK + "http.client.IncompleteRead: IncompleteRead(0 bytes read)\n", ""),
    (1, TRACEBACK + "urllib.error.HTTPError: HTTP Error 503\n", ""),
    (1, TRACEBACK + "requests.exceptions.ConnectionError: gone\n", ""),
    (1, TRACEBACK + "__main__.UploadFailed: 503\n", ""),
    (1, TRACEBACK + "RuntimeError: status 503\n", ""),
    (1, TRACEBACK + "KeyError: 'id'\n\nDuring handling of the above exception, another exception "
     "occurred:\n\n" + TRACEBACK + "client.Failed: 503\n", ""),
    (2, "panic: runtime error: index out of range [0] with length 0\n\ngoroutine 1 [running]:\n"
     "main.main()\n", "crash"),
    (2, "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [chan receive]:\n",
     "crash"),
    (1, "panic: is what this command tells its users not to do\n", ""),
    (1, "client.mjs:3\n  reading\n\nTypeError: Cannot read properties of undefined (reading 'id')\n"
     "    at client.mjs:3:4\n\nNode.js v20.20.2\n", "crash"),
    (1, "node:internal\n\nTypeError: fetch failed\n    at node:internal\n\nNode.js v20.20.2\n", ""),
    (1, "client.mjs:3\n\nError: status 503\n    at client.mjs:3:4\n\nNode.js v20.20.2\n", ""),
    (1, "AssertionError [ERR_ASSERTION]: 2 !== 3\n\nNode.js v20.20.2\n", "assert"),
    (1, "[UnhandledPromiseRejection: This error originated either by throwing inside ...] {\n"
     "  code: 'ERR_UNHANDLED_REJECTION'\n}\n\nNode.js v20.20.2\n", "crash"),
    (1, "error: Uncaught (in promise) TypeError: Cannot read properties of undefined\n", "crash"),
    (101, "thread 'main' panicked at src/main.rs:2:5:\nindex out of bounds\n", "crash"),
    (101, "thread 'main' (123) panicked at src/main.rs:2:5:\nindex out of bounds\n", "crash"),
    (1, 'Exception in thread "main" java.lang.NullPointerException: Cannot invoke\n', "crash"),
    (1, 'Exception in thread "main" java.io.IOException: status 503\n', ""),
    (1, "client.rb:3:in 'main': undefined method '[]' for nil (NoMethodError)\n", "crash"),
    (134, "Unhandled exception. System.NullReferenceException: Object reference\n", "crash"),
])
def test_what_is_a_crash(status: int, errors: str, rule: str) -> None:
    assert [found for found, _ in crashes.seen(status, errors)] == ([rule] if rule else [])


@pytest.mark.parametrize(("status", "errors", "told"), [
    (0, "warning", ""),
    (1, "", "exit status 1"),
    (3, "one\n  two  \n\n", "exit status 3: two"),
    (1, "a\x1b[31mb", "exit status 1: a\\x1b[31mb"),
    (-9, "", "signal SIGKILL"),
    (1, "x.mjs:3\nError: status 503\n    at x\n\nNode.js v20.20.2\n",
     "exit status 1: Error: status 503"),
])
def test_how_a_failure_is_told(status: int, errors: str, told: str) -> None:
    assert crashes.told(status, errors) == told
