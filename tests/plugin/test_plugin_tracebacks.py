"""An error of use shows the line of the test last: no frame of ours follows it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from plugin_suite import Suite

CASES = {
    "constructor": 'FakeIMS(profile="otk")',
    "setting": 'fake.saving = "30s"',
    "missing": 'fake.advance("3s")',
    "clock": 'fake.clock.advance("soon")',
    "lifecycle": 'fake.lifecycle.saving = "soon"',
    "fault": 'fake.faults.add("images.craete", status=503)',
    "image": 'fake.images["nobody"]',
    "named": 'fake.images.named("nobody")',
    "add": 'fake.images.add(status="activ")',
    "seeded": 'fake.images.add(name="a").set(status="activ")',
    "jobs": 'fake.jobs.last',
    "identity": 'fake.identity.lock("nobody")',
    "keys": 'fake.identity.keys["nobody"]',
    "tenant": 'fake.tenant("a", roles="admin")',
    "load": 'fake.load({"profil": "otc"})',
    "where": 'fake.requests.where(stats=3)',
    "called": 'fake.requests.assert_called("images.list")',
    "order": 'fake.requests.assert_order("images.list", "images.create")',
    "polls": 'polls(0)',
    "stopped": '(fake.stop(), fake.images.add())',
}
HEAD = """
from fake_ims import FakeIMS, polls

"""


def suite_of(how: str) -> str:
    return HEAD + "\n".join(f"def test_{name}({how}):\n    {line}  # the user's line\n"
                            for name, line in CASES.items())


@pytest.mark.parametrize("style", ["short", "long"])
def test_no_frame_of_ours_is_shown(suite: Suite, style: str) -> None:
    suite.write(suite_of("fake_ims").replace("fake.", "fake_ims."))
    result = suite.run(f"--tb={style}", "-p", "no:xdist")
    result.assert_outcomes(failed=len(CASES))
    text = "\n".join(result.outlines)
    assert "handle.py" not in text
    assert "fake_ims/" not in text.replace("test_it.py", "")
    assert text.count("# the user's line") == len(CASES)


def test_nor_without_the_fixture_nor_in_a_loop_nor_in_a_factory(suite: Suite) -> None:
    suite.write("""
        import asyncio

        from fake_ims import FakeIMS

        def test_without_the_fixture():
            with FakeIMS() as fake:
                fake.images["nobody"]  # the user's line

        def test_in_the_loop_of_the_test():
            async def main():
                async with FakeIMS() as fake:
                    fake.images["nobody"]  # the user's line
            asyncio.run(main())

        def test_a_second_start():
            with FakeIMS() as fake:
                fake.start()  # the user's line

        def test_a_factory(fake_ims_factory):
            fake_ims_factory(profil="otc")  # the user's line

        def test_a_value_for_the_factory(fake_ims_factory):
            fake_ims_factory(profile="otk")  # the user's line

        def test_a_factory_without_a_loop(fake_ims_factory):
            try:
                fake_ims_factory.in_loop().send(None)  # the user's line
            except StopIteration:
                pass

        def test_beside_a_request_under_way(fake_ims):
            # The loop has work, so the call is handed over to its thread.
            import socket
            from urllib.parse import urlsplit
            fake_ims.faults.add("images.list", delay="100ms")
            with socket.create_connection(("127.0.0.1", urlsplit(fake_ims.url).port)) as one:
                one.sendall(b"GET /v2/images HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
                fake_ims.images["nobody"]  # the user's line
    """)
    result = suite.run("--tb=short")
    result.assert_outcomes(failed=7)
    text = "\n".join(result.outlines)
    assert "handle.py" not in text
    assert "fake_ims/" not in text.replace("test_it.py", "")
    assert "plugin" not in text.partition("FAILURES")[2].replace("plugins", "")
    assert text.count("# the user's line") == 7


SCRIPT = """
import traceback
{head}
fake = FakeIMS()
for line in {lines!r}:
    try:
        exec(compile(line, "user.py", "exec"))
    except Exception as error:
        places = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
        print(len(places) - 1 - places.index("user.py"), line)
    else:
        print("nothing was raised by", line)
fake.images["the last line of the script"]
"""


def test_in_plain_python_one_frame_of_ours_at_most(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    lines = [line for name, line in CASES.items() if name != "stopped"]
    script.write_text(SCRIPT.format(head=HEAD, lines=lines))
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60)
    assert [text for text in done.stdout.splitlines() if text[:2] not in ("0 ", "1 ")] == []
    assert len(done.stdout.splitlines()) == len(lines)
    frames = [text for text in done.stderr.splitlines() if text.startswith("  File ")]
    assert len(frames) == 2, done.stderr
    assert "script.py" in frames[0]
    assert "During handling" not in done.stderr
