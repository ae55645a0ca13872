"""``fake-ims sweep`` on clients in Node.js and Go: one with care, and one without, in each."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from fake_ims.cli import main as cli

HERE = Path(__file__).parent / "swept"
COMMON = [f"--scenario={HERE / 'images.toml'}", "--expect-output=^3 images$"]
# Of each kind something, and no waits.
SOME = ["--kinds=connection,semantic", "--operations=images.upload,images.list",
        "--skip=no-answer*,page-*,stale"]


@pytest.fixture(scope="module", params=["node", "go"])
def forms(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[str], list[str]]:
    """The commands: the client with care, and the one without."""
    tool = shutil.which(request.param)
    if tool is None:
        pytest.skip(f"{request.param} is not installed")
    names = "upload", "upload_naive"
    if request.param == "node":
        careful, naive = ([tool, str(HERE / f"{name}.mjs")] for name in names)
    else:
        folder = tmp_path_factory.mktemp("go")
        for name in names:
            subprocess.run([tool, "build", "-o", folder / name, "main.go"], cwd=HERE / name,
                           env={**os.environ, "GO111MODULE": "off", "GOTOOLCHAIN": "local"},
                           check=True, timeout=600)
        careful, naive = ([str(folder / name)] for name in names)
    return careful, naive


def swept(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = cli.main(["sweep", *COMMON, *arguments])
    return status, " ".join(capfd.readouterr().out.split())


def test_with_care(forms: tuple[list[str], list[str]], capfd: pytest.CaptureFixture[str]) -> None:
    status, output = swept(capfd, *SOME, "--", *forms[0])
    assert (status, "wrong" in output) == (0, False)
    assert " failed well" in output


@pytest.mark.parametrize(("case", "told"), [
    ("2:images.create:reset-after", ", and left image 'disk' in status queued"),
    ("1:identity.tokens.create:503", "the command crashed: "),
    ("3:images.upload:503", "hang: the client still sends requests"),
    ("5:images.list:small-pages", "the command passed, but its output does not match"),
    ("5:images.list:no-answer", "hang: the client waited 0.5s"),
])
def test_without_care(
    forms: tuple[list[str], list[str]], capfd: pytest.CaptureFixture[str], case: str, told: str
) -> None:
    status, output = swept(capfd, "--patience=0.5s", f"--case={case}", "--", *forms[1])
    assert (status, output.startswith(f"wrong {case}: ")) == (1, True)
    assert told in output
