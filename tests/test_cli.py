"""The command: what it prints, what it answers, how it ends."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from serving import COMMAND, DEADLINE, command, first_lines, line_of, wait_for
from wire import Wire

from fake_ims import __version__
from fake_ims.cli import main as cli
from fake_ims.contract.operations import OPERATIONS


def refused(*arguments: str) -> str:
    """The one line on standard error of a command that ends with status 2."""
    run = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("fake-ims: ")
    assert run.stderr.count("\n") == 1
    return run.stderr


def free_port() -> Iterator[int]:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen()
        yield sock.getsockname()[1]


taken_port = pytest.fixture(free_port)


# serve


@pytest.mark.parametrize("profile", ["otc", "openstack"])
@pytest.mark.parametrize("auth", ["any", "issued", "triple"])
def test_the_ready_file_says_how_to_call(tmp_path: Path, profile: str, auth: str) -> None:
    ready = tmp_path / "ready.json"
    with command("serve", "--profile", profile, "--auth", auth, "--ready-file", str(ready),
                 "--quiet") as process:
        document = wait_for(ready)
        assert set(document) == {
            "fake_ims", "url", "token", "project_id", "pid", "auth_url", "region", "username",
            "password", "project_name", "user_domain_name", "access_key", "secret_key"}
        assert document["pid"] == process.pid
        assert os.listdir(tmp_path) == ["ready.json"]
        wire = Wire(document["url"], {"X-Auth-Token": document["token"]})
        image = wire.create(name="a")
        assert image["owner"] == document["project_id"]
        said = line_of(process.stdout)
        assert f"(profile {profile}, auth {auth}) listening on {document['url']}" in said
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=DEADLINE) == ("", "")
        assert process.returncode == 0
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@pytest.mark.parametrize("settings", [
    (), ("--profile", "openstack"), ("--auth", "issued"), ("--auth", "triple"),
])
def test_the_lines_can_be_pasted(settings: tuple[str, ...]) -> None:
    with command("serve", *settings) as process:
        url, lines = first_lines(process)
        answers = [subprocess.run(line, shell=True, capture_output=True, text=True, check=True,
                                  timeout=60).stdout for line in lines]
        created, listed = json.loads(answers[0]), json.loads(answers[2])
        assert answers[1] == ""
        assert [image["id"] for image in listed["images"]] == [created["id"]]
        assert listed["images"][0]["status"] == "active"
        assert listed["images"][0]["size"] == 19
        said = [line_of(process.stdout) for _ in range(3)]
        assert [line.split()[1] for line in said] == ["POST", "PUT", "GET"]
        assert url.startswith("http://127.0.0.1:")


def test_a_line_for_each_exchange() -> None:
    with command("serve", "--saving", "1h", "--auth", "triple") as process:
        url, lines = first_lines(process)
        token = re.search(r"X-Auth-Token: ([^']+)", lines[0])
        assert token
        wire = Wire(url, {"X-Auth-Token": token[1]})
        image_id = wire.create(name="a")["id"]
        wire.upload(image_id, b"x")
        assert wire.status(image_id) == "saving"
        wire.send("GET", "/v2/nowhere", headers={"X-Auth-Token": "u:p:member"})
        pattern = r"\d\d:\d\d:\d\d (\S+) (\S+) -> (\d+)  (\S+|\(no route\))  \d+\.\d ms  .+"
        said = [line_of(process.stdout) for _ in range(4)]
        found = [re.fullmatch(pattern, line) for line in said]
        assert [match and match.groups() for match in found] == [
            ("POST", "/v2/images", "201", "images.create"),
            ("PUT", f"/v2/images/{image_id}/file", "204", "images.upload"),
            ("GET", f"/v2/images/{image_id}", "200", "images.show"),
            ("GET", "/v2/nowhere", "404", "(no route)"),
        ]
        assert said[3].endswith("u:p")
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=DEADLINE) == ("", "")
        assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_while_clients_wait(tmp_path: Path, number: signal.Signals) -> None:
    ready = tmp_path / "ready"
    with command("serve", "--quiet", "--ready-file", str(ready)) as process:
        url = wait_for(ready)["url"]
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=DEADLINE) as idle, \
                socket.create_connection((host, int(port)), timeout=DEADLINE) as half:
            half.sendall(b"POST /v2/images HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nx")
            process.send_signal(number)
            assert process.wait(DEADLINE) == 0
            assert idle.recv(1) == b""
        assert process.communicate()[1] == ""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX pseudo-terminal")
@pytest.mark.parametrize("colours", [True, False])
def test_colours_are_for_terminals(colours: bool) -> None:
    master, slave = os.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    if not colours:
        environment["NO_COLOR"] = "1"
    process = subprocess.Popen([*COMMAND, "serve"], stdout=slave, env=environment)
    os.close(slave)
    with os.fdopen(master, "rb", buffering=0) as terminal:
        text = b""
        try:
            while text.count(b"\r\n") < 5:
                text += terminal.read(4096)
            url = re.search(rb"listening on (\S+)", text)
            assert url
            Wire(url[1].decode(), {"X-Auth-Token": "t"}).get("/v2/images")
            while b"images.list" not in text or not text.endswith(b"\r\n"):
                text += terminal.read(4096)
        finally:
            process.terminate()
            assert process.wait(DEADLINE) == 0
    assert (b"\x1b[32mGET /v2/images" in text) is colours


def test_nobody_has_to_listen(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    with command("serve", "--ready-file", str(ready)) as process:
        document = wait_for(ready)
        assert process.stdout
        process.stdout.close()
        wire = Wire(document["url"], {"X-Auth-Token": document["token"]})
        for _ in range(3):
            assert wire.get("/v2/images").status == 200
        process.terminate()
        assert process.wait(DEADLINE) == 0
        assert process.stderr
        assert process.stderr.read() == ""
        process.stdout = None


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_standard_output_may_be_closed(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    line = " ".join([*COMMAND, "serve", "--ready-file", str(ready), ">&-"])
    process = subprocess.Popen(f"exec {line}", shell=True, stderr=subprocess.PIPE, text=True)
    document = wait_for(ready)
    assert Wire(document["url"], {"X-Auth-Token": "t"}).get("/v2/images").status == 200
    process.terminate()
    assert process.communicate(timeout=DEADLINE)[1] == ""
    assert process.returncode == 0


# refusals


def test_a_taken_port(taken_port: int) -> None:
    assert f"port {taken_port} of 127.0.0.1 is in use" in refused("serve", "--port",
                                                                str(taken_port))


@pytest.mark.parametrize(("arguments", "text"), [
    ((), "required: COMMAND"),
    (("srve",), "invalid choice: 'srve'"),
    (("serve", "--prot", "1"), "did you mean --port?"),
    (("serve", "--por", "1"), "did you mean --port?"),
    (("serve", "--port"), "expected one argument"),
    (("serve", "--port", "http"), "invalid int value: 'http'"),
    (("serve", "--port", "99999"), "port must be an integer from 0"),
    (("serve", "--profile", "opnstack"), "did you mean 'openstack'?"),
    (("serve", "--auth", "none"), "unknown auth mode 'none'"),
    (("serve", "--saving", "soon"), "saving: 'soon' is not a duration"),
    (("serve", "--deleting", "polls(0)"), "deleting: polls(0)"),
    (("serve", "--host", "256.0.0.1"), "256.0.0.1"),
    (("serve", "more\nlines"), "unknown argument"),
    (("operations", "--profile", "x"), "invalid choice: 'x'"),
    (("operations", "--jsn"), "did you mean --json?"),
    (("--port", "1", "serve"), "fake-ims"),
])
def test_a_bad_option_gets_one_clear_line(arguments: tuple[str, ...], text: str) -> None:
    assert text in refused(*arguments)


# the rest


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["operations"]) == 0
    heading, *lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [row.id for row in OPERATIONS]
    start = heading.index("PATH")
    for line, row in zip(lines, OPERATIONS, strict=True):
        assert line[start:].startswith(f"{row.path} ")
    assert cli.main(["operations", "--profile", "openstack"]) == 0
    assert "cloudimages" not in capsys.readouterr().out


def test_the_table_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["operations", "--json", "--profile", "otc"]) == 0
    rows = {row["id"]: row for row in json.loads(capsys.readouterr().out)}
    assert set(rows) == {row.id for row in OPERATIONS if "otc" in row.profiles}
    assert (rows["images.create"]["path"], rows["images.create"]["success"]) == ("/v2/images", 201)
    assert rows["images.create"]["profiles"] == ["openstack", "otc"]
    assert 400 in rows["images.create"]["errors"]


def test_a_broken_pipe_is_no_traceback() -> None:
    for arguments in (["operations"], ["operations", "--json"]):
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "wb") as pipe:
            run = subprocess.run([*COMMAND, *arguments], stdout=pipe, stderr=subprocess.PIPE,
                                 text=True, timeout=60)
        assert (run.returncode, run.stderr) == (0, "")


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    for option, text in (("--version", f"fake-ims {__version__}\n"), ("--help", "serve")):
        with pytest.raises(SystemExit) as ended:
            cli.main([option])
        assert ended.value.code == 0
        assert text in capsys.readouterr().out


def test_the_contract_is_read_without_a_server() -> None:
    code = ("import sys; from fake_ims.cli import main as cli; cli.main(['operations']); "
            "sys.exit(bool({'aiohttp', 'asyncio', 'msgspec'} & set(sys.modules)))")
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)


def test_demo_shows_a_conversation_that_works() -> None:
    done = subprocess.run([sys.executable, "-m", "fake_ims", "demo"], capture_output=True,
                          text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "POST /v2/images -> 201" in done.stdout
    assert "went from saving to active" in done.stdout
    assert "503 IMG.0061" in done.stdout


def test_serve_without_or_with_a_guarded_control_api(tmp_path: Path) -> None:
    for options, statuses in (
        (["--no-control"], (404, 404)),
        (["--control-token", "s3"], (401, 200)),
        ([], (200, 200)),
    ):
        ready = tmp_path / "ready.json"
        with command("serve", "--quiet", "--ready-file", str(ready), *options) as process:
            told = wait_for(ready)
            found = []
            for headers in ({}, {"X-Fake-Ims-Control": "s3"}):
                connection = HTTPConnection(told["url"].removeprefix("http://"), timeout=DEADLINE)
                connection.request("GET", "/_fake_ims/state", headers={
                    "X-Auth-Token": told["token"], **headers})
                found.append(connection.getresponse().status)
                connection.close()
            process.terminate()
            assert process.wait(DEADLINE) == 0
        assert tuple(found) == statuses


def test_serve_lets_control_requests_use_further_names(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    names = ("fake-ims", "other.example", "evil.example")
    with command("serve", "--quiet", "--ready-file", str(ready), "--allowed-host", names[0],
                 "--allowed-host", names[1]) as process:
        told = wait_for(ready)
        found = []
        for name in names:
            connection = HTTPConnection(told["url"].removeprefix("http://"), timeout=DEADLINE)
            connection.request("GET", "/_fake_ims/state", headers={"Host": f"{name}:8080"})
            found.append(connection.getresponse().status)
            connection.close()
        process.terminate()
        assert process.wait(DEADLINE) == 0
    assert found == [200, 200, 403]


def test_serve_plays_a_scenario_and_says_what_did_not_come(tmp_path: Path) -> None:
    scenario = tmp_path / "s.toml"
    scenario.write_text('[[images]]\nname = "seeded"\n[[expect]]\noperation = "images.list"\n')
    ready = tmp_path / "ready.json"
    with command("serve", "--quiet", "--ready-file", str(ready),
                 "--scenario", str(scenario)) as process:
        told = wait_for(ready)
        wire = Wire(told["url"], {"X-Auth-Token": told["token"]})
        assert wire.get("/v2/images/nobody").status == 404
        process.terminate()
        _, errors = process.communicate(timeout=DEADLINE)
    assert errors.startswith(f"fake-ims: {scenario}:3: expect[0]: expected at least 1 of images")
    scenario.write_text("nam = 1")
    with command("serve", "--scenario", str(scenario)) as process:
        output, errors = process.communicate(timeout=DEADLINE)
    assert (process.returncode, output) == (2, "")
    assert errors == f"fake-ims: {scenario}:1: nam: unknown key 'nam'; did you mean 'name'?\n"
