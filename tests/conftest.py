"""The companies that the tests look at, built once a run on a server that all its processes share."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable
from datetime import date
from pathlib import Path

import hypothesis
import pytest

from data_gen.generate import generate
from data_gen.plan import Plan
from tests import shared
from tests.shared import Company, free_port, lend_parse, named, new_database
from warehouse.settings import Settings, load_settings

__all__ = ["Company", "empty_company", "free_port", "make_company", "new_database"]

NEED_SERVER = {"server", "stopped", "project"}  # fixtures that run PostgreSQL: `make check` leaves their tests out
WINDOW = (date(2025, 5, 1), date(2026, 10, 31))
PLANS = {  # tests of them all begin with the one that the others need least, so that two are built at a time
    "nordic": Plan(120, 42, *WINDOW, "nordic"),  # of another shape
    "seed9": Plan(400, 9, date(2025, 5, 12), date(2026, 10, 20)),  # its files begin and end within a month
    "seed42": Plan(500, 42, *WINDOW),
}

# the same examples in every run, however slow the machine; --hypothesis-profile=search draws others
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True)
hypothesis.settings.register_profile("search", deadline=None, max_examples=1000)
hypothesis.settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    """Begin the run, in the process that the others come from."""
    gc.set_threshold(50_000, 20, 100)  # what the processes hold grows large, and little of it is ever garbage
    if not hasattr(config, "workerinput"):
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # a run that is told to end stops its server too
        shared.open_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the run, in the process that began it."""
    if not hasattr(config, "workerinput"):
        shared.close_run()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a server."""
    for item in items:
        if NEED_SERVER & set(getattr(item, "fixturenames", ())):
            item.add_marker("server")


@pytest.fixture(scope="session")
def server() -> dict[str, str]:
    """The environment that points to the run's PostgreSQL."""
    return shared.once("server", shared.start_server)


def empty_company(server: dict[str, str], name: str, data: Path, target: Path) -> Company:
    """A company whose files lie in `data`, with a database of its own in which nothing is loaded yet."""
    own = {
        "DATABASE_URL": new_database(server, named(name)),
        "POSTGRES_DB": named(name),
        "DATA_DIR": str(data),
        "DBT_TARGET_PATH": str(target),
        "AS_OF_DATE": "",
    }
    company = Company(data, os.environ | server | own)
    company.run("warehouse", "up")
    lend_parse(company)
    return company


def make_company(
    server: dict[str, str], folder: Path, name: str, plan: Plan, build: tuple[str, ...] = ("build",)
) -> Company:
    """Generate, load and build a company in a database of its own."""
    generate(plan, folder / "data")
    company = empty_company(server, name, folder / "data", folder / "target")
    company.run("loader", "--strict")
    company.run("warehouse.dbt", "--quiet", *build)
    return company


@pytest.fixture(scope="session")
def company_of(server: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Company]:
    """A company of PLANS by name, as a copy that is this process's own; the run builds each of them once.

    seed42:mine is another copy of seed42, for whoever changes it.
    """
    copies: dict[str, Company] = {}
    process = os.environ.get("PYTEST_XDIST_WORKER", "alone")

    def build(name: str) -> dict[str, str]:
        # the unit tests judge made-up rows, the same for every company: one builds with them
        only = () if name == "seed42" else ("--exclude-resource-type", "unit_test")
        folder = shared.run_folder() / name
        return make_company(server, folder, f"tower_{name}", PLANS[name], ("build", *only)).environment

    def copy(name: str) -> Company:
        if name not in copies:
            plan, own = name.partition(":")[0], name.replace(":", "_")
            built = Company(shared.run_folder() / plan / "data", shared.once(plan, lambda: build(plan)))
            copies[name] = built.copy(server, f"tower_{own}_{process}", tmp_path_factory.mktemp(own) / "target")
        return copies[name]

    return copy


@pytest.fixture(scope="session", params=PLANS)
def any_company(request: pytest.FixtureRequest, company_of: Callable[[str], Company]) -> Company:
    """Three companies, one after the other."""
    return company_of(request.param)


@pytest.fixture(scope="session")
def company(company_of: Callable[[str], Company]) -> Company:
    """One company for the tests of pages, metrics and insights."""
    return company_of("seed42")


@pytest.fixture(scope="session")
def nordic(company_of: Callable[[str], Company]) -> Company:
    """A company of another shape: its own words, three currencies, weeks and two years, Stockholm, service hours."""
    return company_of("nordic")


@pytest.fixture
def in_company(company: Company, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """This process sees the company too."""
    return enter(company, monkeypatch)


@pytest.fixture
def in_nordic(nordic: Company, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """This process sees the company of another shape too."""
    return enter(nordic, monkeypatch)


def enter(company: Company, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Let this process see a company; returns its settings."""
    for key, value in company.environment.items():
        monkeypatch.setenv(key, value)
    return load_settings()
