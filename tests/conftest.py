"""One small company for the whole suite: generated, loaded and built once, on a server of its own."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg2
import pytest

from data_gen.generate import generate
from data_gen.plan import Plan
from warehouse.server.embedded import EmbeddedServer
from warehouse.settings import ROOT, Settings, load_settings

SEEDS = (7, 8, 9)


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Company:
    """A built company: its files, and the environment in which every command of the project finds it."""

    data: Path
    environment: dict[str, str]

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `python -m …` against this company."""
        command = [sys.executable, "-m", *arguments]
        result = subprocess.run(
            command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
        )
        assert not check or result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
        return result


NEED_SERVER = {
    "server",
    "stopped",
    "project",
}  # fixtures that run PostgreSQL; what uses them is left out of `make check`


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a server."""
    for item in items:
        if NEED_SERVER & set(getattr(item, "fixturenames", ())):
            item.add_marker("server")


@pytest.fixture(scope="session")
def server() -> Iterator[dict[str, str]]:
    """An embedded PostgreSQL for the tests; yields the environment that points to it."""
    folder = Path(tempfile.mkdtemp(prefix="tower-tests-"))  # pytest's own folder is closed to others, now and then
    folder.chmod(0o755)  # root runs PostgreSQL as another user, who must be able to get here
    settings = {
        "WAREHOUSE": "external",
        "POSTGRES_PORT": str(free_port()),
        "POSTGRES_HOST": "127.0.0.1",
        "POSTGRES_DB": "postgres",
        "TOWER_OWNER_PASSWORD": secrets.token_hex(8),
        "TOWER_READER_PASSWORD": secrets.token_hex(8),
    }
    settings["DATABASE_URL"] = (
        f"postgresql://tower_owner:{settings['TOWER_OWNER_PASSWORD']}@127.0.0.1:{settings['POSTGRES_PORT']}/postgres"
    )
    with pytest.MonkeyPatch.context() as patch:
        for key, value in (settings | {"WAREHOUSE": "embedded"}).items():
            patch.setenv(key, value)
        embedded = EmbeddedServer(load_settings(), folder / "warehouse")
        embedded.up()
    yield settings
    embedded.down()
    shutil.rmtree(folder, ignore_errors=True)


def new_database(server: dict[str, str], name: str) -> str:
    """Make a database on the tests' server; returns the owner's URL of it."""
    connection = psycopg2.connect(server["DATABASE_URL"])
    connection.autocommit = True
    connection.cursor().execute(f"create database {name}")
    connection.close()
    return server["DATABASE_URL"].rsplit("/", 1)[0] + f"/{name}"


def empty_company(server: dict[str, str], name: str, data: Path, target: Path) -> Company:
    """A company whose files lie in `data`, with a database of its own in which nothing is loaded yet."""
    own = {
        "DATABASE_URL": new_database(server, name),
        "POSTGRES_DB": name,
        "DATA_DIR": str(data),
        "DBT_TARGET_PATH": str(target),
        "AS_OF_DATE": "",
    }
    company = Company(data, os.environ | server | own)
    company.run("warehouse", "up")
    return company


def make_company(
    server: dict[str, str], folder: Path, name: str, plan: Plan, build: tuple[str, ...] = ("build",)
) -> Company:
    """Generate, load and build a company in a database of its own."""
    generate(plan, folder / "data")
    company = empty_company(server, name, folder / "data", folder / "target")
    company.run("loader")
    company.run("warehouse.dbt", "--quiet", *build)
    return company


@pytest.fixture(scope="session")
def built() -> dict[int, Company]:
    """The companies of any_company that this process has built."""
    return {}


@pytest.fixture(scope="session", params=SEEDS, ids=lambda seed: f"seed{seed}")
def any_company(
    request: pytest.FixtureRequest,
    server: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
    built: dict[int, Company],
) -> Company:
    """Three companies, one after the other; the last one's files begin and end within a month."""
    if request.param in built:
        return built[request.param]
    window = (date(2025, 5, 12), date(2026, 10, 20)) if request.param == 9 else (date(2025, 5, 1), date(2026, 10, 31))
    plan = Plan(400, request.param, *window)
    folder = tmp_path_factory.mktemp(f"seed{request.param}")
    only = ("build", "--exclude-resource-type", "unit_test")  # they judge made-up rows, the same for every company
    built[request.param] = make_company(server, folder, f"tower_seed{request.param}", plan, only)
    return built[request.param]


@pytest.fixture(scope="session")
def company(server: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Company:
    """One company for the tests of pages, metrics and insights."""
    return make_company(
        server, tmp_path_factory.mktemp("company"), "tower_test", Plan(500, 42, date(2025, 5, 1), date(2026, 10, 31))
    )


@pytest.fixture
def in_company(company: Company, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """This process sees the company too."""
    for key, value in company.environment.items():
        monkeypatch.setenv(key, value)
    return load_settings()
