"""A warehouse in which nothing is loaded, an inbox beside it, and a build that makes one mart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from refresh import run as refreshing
from tests.conftest import Company, enter
from tests.loader.box import make_box
from warehouse.connections import autocommit, owner_connection
from warehouse.errors import TowerError
from warehouse.publication import build, publish
from warehouse.results import Results
from warehouse.settings import ROOT, Settings, load_settings

ACCOUNTS = "account_id,account_name,segment,industry,country,region,acquisition_channel,status,created_at\n"
ONE = ACCOUNTS + "a-1,One,SMB,Software,DE,Europe,Events,customer,2026-01-05 10:00:00\n"
SUBSCRIPTIONS = (
    "subscription_id,account_id,product_id,status,billing_interval,started_at\n"
    "s-1,a-1,p-1,active,monthly,2026-01-05 10:00:00\n"
)
PATIENT = "refresh: {retries: 1, wait: 0}\n"


@pytest.fixture
def tower(server: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of an empty warehouse, whose project folder is the test's."""
    box = make_box(server, f"tower_by_{tmp_path.name[-12:].strip('_').lower()}")
    own = {"DATABASE_URL": box.url, "DATA_DIR": str(tmp_path / "data"), "AS_OF_DATE": ""}
    enter(Company(tmp_path, server | own), monkeypatch)
    (tmp_path / "dbt").symlink_to(ROOT / "dbt")
    places = {"inbox": "inbox", "alerts_file": "alerts.yml", "insights_file": "INSIGHTS.md"}
    own_places = {name: tmp_path / place for name, place in places.items()}
    settings = replace(load_settings(), root=tmp_path, **own_places)
    monkeypatch.setattr(refreshing.server, "up", lambda _: "reached")
    monkeypatch.setattr(refreshing, "write_memo", lambda: "# Insights\n")
    monkeypatch.setattr(refreshing.dbt, "run", builder(settings))
    return settings


def builder(settings: Settings, fails: int = 0) -> Callable[[list[str]], int]:
    """What stands for dbt: it fails a number of times, and then publishes one mart."""
    left = [fails]

    def run(_: list[str]) -> int:
        left[0] -= 1
        with build(settings, afresh=True), autocommit(settings.owner()) as cursor:
            if left[0] >= 0:
                raise TowerError("dbt build failed: fct_mrr: division by zero")
            cursor.execute("create table candidate.dim_one as select 1 as value")
        publish(settings, Results(("model", "test")))
        return 0

    return run


def fill(settings: Settings, company: str = PATIENT, accounts: str = ONE) -> None:
    """Put files into the inbox."""
    for name, text in (
        ("crm/accounts.csv", accounts),
        ("billing/subscriptions.csv", SUBSCRIPTIONS),
        ("company.yml", company),
    ):
        path = settings.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def rows(settings: Settings, query: str) -> list[Any]:
    """The rows of a query, as owner; of one column the values alone."""
    with owner_connection(settings) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        found = cursor.fetchall()
        return [row[0] if len(row) == 1 else row for row in found]
