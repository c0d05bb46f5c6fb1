"""The compose file and the Makefile: what they promise, read from the files themselves."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from warehouse.settings import GIVEN_AS_FILES, ROOT, read_env_file, write_env_file

SERVICES = {"postgres", "pgadmin", "app", "pipeline", "refresh"}
TARGETS = [
    "setup",
    "up",
    "down",
    "access",
    "gen-data",
    "load-data",
    "undo-load",
    "refresh",
    "dbt-deps",
    "dbt-run",
    "dbt-test",
    "backup",
    "restore",
    "docs",
    "insights",
    "app",
    "pgadmin",
    "all",
    "check",
    "test",
    "lint",
    "bench",
    "bench-app",
    "screenshots",
    "clean",
    "psql",
]


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    """The services of the compose file."""
    found: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    return found


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_a_service_is_healthy_before_others_need_it(services: dict[str, dict[str, Any]], name: str) -> None:
    assert services.keys() >= SERVICES
    check = services[name]["healthcheck"]
    if name == "pipeline":  # one-shot: it ends, and its exit code is what the app waits for
        assert services["app"]["depends_on"]["pipeline"]["condition"] == "service_completed_successfully"
        assert services[name]["restart"] == "no"
    else:
        assert check["test"]
    if name == "postgres":
        assert "-h 127.0.0.1" in check["test"][1]
    else:
        assert services[name]["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_ports_are_open_to_this_machine_only_and_can_be_set(services: dict[str, dict[str, Any]]) -> None:
    example = read_env_file(ROOT / ".env.example")
    ports = [port for service in services.values() for port in service.get("ports", [])]
    proxy = services["proxy"]["ports"]  # it alone is open to others, and only where somebody asks for it
    assert services["proxy"]["profiles"] == ["proxy"] and all(port[0] in "48" for port in proxy)
    assert len(ports) == 3 + len(proxy)
    for port in [port for port in ports if port not in proxy]:
        matched = re.fullmatch(r"127\.0\.0\.1:\$\{([A-Z_]+):-(\d+)\}:\d+", port)
        assert matched, port
        assert example[matched[1]] == matched[2]


def test_passwords_reach_a_container_as_files_and_only_those_that_it_needs(
    services: dict[str, dict[str, Any]], tmp_path: Path
) -> None:
    body = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    folder = (
        "${TOWER_SECRETS:?type make setup first}"  # compose says that where an earlier version made .env, or nobody
    )
    assert body["secrets"] == {key.lower(): {"file": f"{folder}/{key.lower()}"} for key in GIVEN_AS_FILES}
    assert read_env_file(ROOT / ".env.example")["TOWER_SECRETS"] == ".run/secrets"
    assert {name: sorted(service.get("secrets", [])) for name, service in services.items()} == {
        "postgres": ["tower_owner_password"],
        "pipeline": ["tower_owner_password", "tower_reader_password"],
        "refresh": ["tower_owner_password", "tower_reader_password"],
        "app": ["app_password", "tower_reader_password"],
        "pgadmin": ["pgadmin_password"],
        "proxy": [],
    }
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            assert (
                "PASSWORD" not in name
                or "REQUIRED" in name
                or value in ("", f"/run/secrets/{name[:-5].lower()}")
                or (value == "/run/secrets/tower_owner_password" and name == "POSTGRES_PASSWORD_FILE")
                or (value == "/run/secrets/pgadmin_password" and name == "PGADMIN_DEFAULT_PASSWORD_FILE")
            ), name


def test_setup_writes_the_passwords_of_the_env_file_for_the_containers(tmp_path: Path) -> None:
    (tmp_path / ".env.example").write_text((ROOT / ".env.example").read_text())
    assert write_env_file(tmp_path)
    values = read_env_file(tmp_path / ".env")
    folder = tmp_path / ".run" / "secrets"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {file.name: file.read_text() for file in folder.iterdir()} == {
        key.lower(): values[key] for key in GIVEN_AS_FILES
    }
    (tmp_path / ".env").write_text("APP_PASSWORD=another")
    shutil.rmtree(folder)
    for _ in range(2):
        assert not write_env_file(tmp_path)  # of an earlier version
        assert (folder / "app_password").read_text() == "another"
        assert (tmp_path / ".env").read_text() == "APP_PASSWORD=another\nTOWER_SECRETS=.run/secrets\n"


def test_setup_runs_again_where_an_earlier_version_made_the_env_file() -> None:
    assert "&& grep -q ^TOWER_SECRETS= .env || $(PY) -m warehouse env" in (ROOT / "Makefile").read_text()


def test_containers_are_closed(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert service["cap_drop"] == ["ALL"] and service["security_opt"] == ["no-new-privileges:true"], name
        assert service["mem_limit"] and service["pids_limit"], name
        assert service.get("read_only") or name == "pgadmin", name
        assert "image" not in service or re.search(r":\d+\.\d+|:local$", service["image"]), name


def test_defaults_in_the_compose_file_are_those_of_the_example() -> None:
    example = read_env_file(ROOT / ".env.example")
    defaults = re.findall(r"\$\{([A-Z_]+):-(.*?)\}", (ROOT / "docker-compose.yml").read_text())
    assert len(defaults) > 8
    assert [(key, value) for key, value in defaults if example[key] != value] == []


def test_data_outlive_the_containers(services: dict[str, dict[str, Any]]) -> None:
    volumes = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["volumes"]
    mounts = [mount for service in services.values() for mount in service.get("volumes", []) if isinstance(mount, str)]
    used = {mount.split(":")[0] for mount in mounts if mount[0] not in "./"}
    assert used == volumes.keys()
    assert "warehouse:/var/lib/postgresql" in services["postgres"]["volumes"]


def test_sign_in_and_access_reach_the_dashboard_from_files_that_stay_out_of_the_image(
    services: dict[str, dict[str, Any]],
) -> None:
    for name in ("app", "pipeline", "refresh"):
        bound, *_ = [mount for mount in services[name]["volumes"] if isinstance(mount, dict)]
        assert (bound["source"], bound["target"], bound["read_only"]) == ("./access.yml", "/tower/access.yml", True)
        assert bound["bind"] == {"create_host_path": False}  # a missing file stops compose instead of opening all rows
    assert "./.streamlit:/tower/.streamlit:ro" in services["app"]["volumes"]
    for file in (".gitignore", ".dockerignore"):
        assert {"access.yml", ".streamlit/secrets.toml"} <= set((ROOT / file).read_text().split())


def test_pgadmin_knows_the_warehouse_whatever_its_database_is_called(services: dict[str, dict[str, Any]]) -> None:
    assert "./docker/servers.json:/pgadmin4/servers.json:ro" in services["pgadmin"]["volumes"]
    (server,) = json.loads((ROOT / "docker" / "servers.json").read_text())["Servers"].values()
    assert (server["Host"], server["Port"], server["Username"]) == ("postgres", 5432, "tower_reader")
    assert server["MaintenanceDB"] == "postgres"  # POSTGRES_DB can be set; this one is always there
    assert "Password" not in server


def test_the_image_is_locked_and_runs_as_an_ordinary_user() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert not text.startswith("# syntax")
    assert "--require-hashes" in text
    users = re.findall(r"^USER (\S+)", text, re.M)
    assert users and users[-1] not in ("root", "0")
    assert {".env", ".venv", "data", ".warehouse"} <= set((ROOT / ".dockerignore").read_text().split())


def test_byte_code_is_compiled_where_packages_are_installed() -> None:
    for file in ("Makefile", "Dockerfile"):
        text = (ROOT / file).read_text()
        installs = re.findall(r"uv pip (?:sync|install) .*requirements\.lock", text)
        assert installs and all("--compile-bytecode" in install for install in installs), file
        assert "PYTHONDONTWRITEBYTECODE" not in text, file


def test_the_lock_names_no_place_and_hashes_everything() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert not re.search(r"https?://|file:|@ ", text)
    assert not re.search(r"^\s*--(?!hash=sha256:)", text, re.M)  # no option but the hashes
    pins = re.split(r"\n(?=\S)", text.strip())
    assert len(pins) > 60
    assert [pin.splitlines()[0] for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []


def make(*arguments: str) -> str:
    """Output of make, which prints and runs nothing with -n."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    result = subprocess.run(
        ["make", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_make_alone_lists_every_target_with_one_line() -> None:
    listed = dict(re.findall(r"^  make (\S+) +(\S.*)$", make(), re.M))
    assert set(TARGETS) <= listed.keys()
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.M)
    assert phony
    assert listed.keys() == set(phony[1].split())


@pytest.mark.parametrize("target", TARGETS)
def test_each_target_can_be_run(target: str) -> None:
    assert make("-n", target).strip()
