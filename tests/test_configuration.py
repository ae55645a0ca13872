"""What clients are told of a fake: variables, ``clouds.yaml``, and ``serve``'s lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from fake_ims import FakeIMS, NotRunningError, UsageError
from fake_ims.fake.client_config import ADMIN_CLOUD, CLOUD

SERVE = [sys.executable, "-W", "error", "-m", "fake_ims", "serve"]
DEADLINE = 60


@pytest.mark.parametrize("profile", ["otc", "openstack"])
def test_the_variables(profile: str) -> None:
    with FakeIMS(profile=profile, region="eu-nl") as fake:  # type: ignore[arg-type]
        env = fake.env()
        assert all(type(value) is str and value for value in env.values())
        assert {name: env[name] for name in (
            "OS_AUTH_URL", "OS_USERNAME", "OS_PASSWORD", "OS_PROJECT_NAME", "OS_REGION_NAME",
            "OS_USER_DOMAIN_NAME", "OS_PROJECT_DOMAIN_NAME", "HUAWEICLOUD_SDK_AK",
            "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_PROJECT_ID", "HUAWEICLOUD_SDK_IAM_ENDPOINT",
            "HUAWEICLOUD_SDK_REGION_IMS_EU_NL")} == {
            "OS_AUTH_URL": f"{fake.url}/v3", "OS_USERNAME": fake.username,
            "OS_PASSWORD": fake.password, "OS_PROJECT_NAME": "eu-nl", "OS_REGION_NAME": "eu-nl",
            "OS_USER_DOMAIN_NAME": fake.user_domain_name,
            "OS_PROJECT_DOMAIN_NAME": fake.user_domain_name,
            "HUAWEICLOUD_SDK_AK": fake.access_key, "HUAWEICLOUD_SDK_SK": fake.secret_key,
            "HUAWEICLOUD_SDK_PROJECT_ID": fake.project_id,
            "HUAWEICLOUD_SDK_IAM_ENDPOINT": fake.url,
            "HUAWEICLOUD_SDK_REGION_IMS_EU_NL": fake.url}


def test_it_has_to_run(tmp_path: Path) -> None:
    fake = FakeIMS()
    with pytest.raises(NotRunningError):
        fake.env()
    with pytest.raises(NotRunningError):
        fake.clouds_yaml(tmp_path / "clouds.yaml")
    assert os.listdir(tmp_path) == []


def test_the_fixture_leaves_no_other_cloud_and_is_undone(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import os

        def mine():
            return {name: value for name, value in os.environ.items()
                    if name.startswith(("OS_", "HUAWEICLOUD_SDK_"))
                    or name.lower() == "no_proxy"}

        def test_set(fake_ims, fake_ims_env):
            assert mine() == fake_ims_env == fake_ims.env()

        def test_undone():
            assert mine() == {"OS_CLOUD": "production", "OS_USERNAME": "me"}
    """)
    monkeypatch = pytester._monkeypatch
    for name in list(os.environ):
        if name.startswith(("OS_", "HUAWEICLOUD_SDK_")) or name.lower() == "no_proxy":
            monkeypatch.delenv(name)
    monkeypatch.setenv("OS_CLOUD", "production")
    monkeypatch.setenv("OS_USERNAME", "me")
    pytester.runpytest_subprocess("-p", "no:randomly").assert_outcomes(passed=2)


def test_clouds_yaml(fake_ims: FakeIMS, tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    path = tmp_path / "clouds.yaml"
    assert fake_ims.clouds_yaml(str(path)) == path == fake_ims.clouds_yaml(path)
    clouds = yaml.safe_load(path.read_text())["clouds"]
    assert list(clouds) == [CLOUD, ADMIN_CLOUD] == ["fake_ims", "fake_ims_admin"]
    assert clouds[CLOUD] == {
        "auth": {"auth_url": fake_ims.auth_url, "username": fake_ims.username,
                 "password": fake_ims.password, "user_domain_name": fake_ims.user_domain_name,
                 "project_name": fake_ims.project_name,
                 "project_domain_name": fake_ims.user_domain_name},
        "region_name": fake_ims.region, "interface": "public", "identity_api_version": 3,
        "image_api_version": 2}
    assert clouds[ADMIN_CLOUD]["auth"]["username"] == "admin"
    assert os.listdir(tmp_path) == ["clouds.yaml"]


@pytest.mark.fake_ims(profile="openstack")
def test_clouds_yaml_of_glance_names_domains_by_id(fake_ims: FakeIMS, tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml")
    path = fake_ims.clouds_yaml(tmp_path / "clouds.yaml")
    for cloud in yaml.safe_load(path.read_text())["clouds"].values():
        given = {name: value for name, value in cloud["auth"].items() if "domain" in name}
        assert given == {"user_domain_id": "default", "project_domain_id": "default"}


def test_a_file_of_real_clouds_is_not_overwritten(fake_ims: FakeIMS, tmp_path: Path) -> None:
    path = tmp_path / "clouds.yaml"
    path.write_text("clouds: {production: {}}\n")
    with pytest.raises(UsageError, match="was not written by fake-ims"):
        fake_ims.clouds_yaml(path)
    run = subprocess.run([*SERVE, "--clouds-yaml", str(path)], capture_output=True, text=True,
                         timeout=DEADLINE)
    assert (run.returncode, run.stdout) == (2, "")
    assert "was not written by fake-ims" in run.stderr
    assert path.read_text() == "clouds: {production: {}}\n"


def test_a_place_where_nothing_can_be_written(fake_ims: FakeIMS, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot write"):
        fake_ims.clouds_yaml(tmp_path / "none" / "clouds.yaml")
    with pytest.raises(UsageError, match="cannot write"):
        fake_ims.clouds_yaml(tmp_path)


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
def test_lines_to_evaluate(tmp_path: Path) -> None:
    """The shell goes on while the fake runs, and ends it by its process id."""
    clouds = tmp_path / "clouds.yaml"
    script = f"""
        eval "$({' '.join(SERVE)} --region 'eu-nl' --clouds-yaml {clouds} --print-env &)"
        test -z "$OS_CLOUD" || exit 3
        test -f {clouds} || exit 4
        {sys.executable} -c 'import json, os; print(json.dumps(dict(os.environ)))'
        read line
        kill "$FAKE_IMS_PID"
        while test -f {clouds}; do :; done
    """
    with subprocess.Popen(["sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True,
                          env={**os.environ, "OS_CLOUD": "production"}) as shell:
        assert shell.stdout is not None
        env = json.loads(shell.stdout.readline())
        with urllib.request.urlopen(env["OS_AUTH_URL"], timeout=DEADLINE) as answer:
            assert json.load(answer)["version"]["links"][0]["href"].startswith(env["FAKE_IMS_URL"])
        assert env["HUAWEICLOUD_SDK_REGION_IMS_EU_NL"] == env["FAKE_IMS_URL"]
        assert env["OS_REGION_NAME"] == "eu-nl"
        out, err = shell.communicate("\n", timeout=DEADLINE)
        assert (shell.returncode, out, err) == (0, "", "")
