"""The incremental model of usage: what a run leaves alone, what it picks up; it ends where a full refresh ends."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import psycopg2
import pytest

from data_gen.generate import generate
from data_gen.plan import Plan
from tests.conftest import Company, make_company

Rows = dict[str, tuple[object, ...]]
PLAN = Plan(60, 5, date(2026, 1, 1), date(2026, 6, 30))
EVENTS = "product/events.csv"


@pytest.fixture(scope="module")
def small(server: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A small company with nothing built but usage."""
    folder = tmp_path_factory.mktemp("incremental")
    yield make_company(server, folder, "tower_incremental", PLAN, ("run", "--select", "+fct_usage"))


def build(company: Company, *options: str) -> tuple[Rows, dict[str, str]]:
    """Load, run the model, and return its rows and the transactions that wrote them, by key."""
    company.run("loader")
    company.run("warehouse.dbt", "--quiet", "run", "--select", "+fct_usage", *options)
    return rows(company)


def rows(company: Company) -> tuple[Rows, dict[str, str]]:
    """The model's rows and the transaction that wrote each, by key."""
    with psycopg2.connect(company.environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute("select activity_id, xmin::text, fct_usage.* from candidate.fct_usage")
        found = cursor.fetchall()
    connection.close()
    return {row[0]: row[2:] for row in found}, {row[0]: row[1] for row in found}


def days(table: Rows) -> set[object]:
    """The days of the rows: the date that comes first in each."""
    return {next(value for value in row if isinstance(value, date)) for row in table.values()}


def add_late_events(company: Company, day: str) -> int:
    """Append copies of one day's events under keys of their own; returns how many."""
    path = company.data / EVENTS
    with path.open(newline="", encoding="utf-8") as file:
        known = list(csv.DictReader(file))
    late = [event | {"event_id": f"late-{event['event_id']}"} for event in known if event["occurred_at"][:10] == day]
    with path.open("a", newline="", encoding="utf-8") as file:
        csv.DictWriter(file, list(known[0]), lineterminator="\n").writerows(late)
    return len(late)


def test_a_run_on_the_same_data_writes_no_row(small: Company) -> None:
    before = rows(small)
    after = build(small)
    assert before[0]
    assert after == before  # the same rows, each still of the transaction that wrote it first


def test_late_rows_rebuild_their_day_and_no_other(small: Company) -> None:
    table, written = rows(small)
    day = sorted(days(table), key=str)[20]
    assert add_late_events(small, str(day)) > 0
    late_table, late_written = build(small)
    touched = {key for key in late_table if late_written[key] != written.get(key)}
    assert touched and days({key: late_table[key] for key in touched}) == {day}
    assert late_table != table and late_table.keys() == table.keys()
    assert build(small, "--full-refresh")[0] == late_table


def test_another_company_replaces_everything(small: Company, tmp_path: Path) -> None:
    table, _ = rows(small)
    generate(replace(PLAN, seed=6, start=date(2026, 3, 10), end=date(2026, 5, 20)), tmp_path / "data")
    shutil.rmtree(small.data)
    shutil.copytree(tmp_path / "data", small.data)
    other, _ = build(small)
    assert days(other) < days(table)  # the days that are gone are deleted
    assert not set(other.values()) & set(table.values())
    assert build(small, "--full-refresh")[0] == other


def test_a_changed_account_rebuilds_its_rows(small: Company) -> None:
    table, _ = rows(small)
    path = small.data / "crm/accounts.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Mid-Market", "Enterprise"), encoding="utf-8")
    changed, _ = build(small)
    assert any("Mid-Market" in row for row in table.values())
    assert not any("Mid-Market" in row for row in changed.values())
    assert build(small, "--full-refresh")[0] == changed
