"""A company whose every value stands at a limit of the contract, many times over: what the loader takes builds."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import streamlit as st

from company.contract import Column, read_contract
from tests.app.test_pages import KEYS, open_app
from tests.conftest import Company, empty_company, enter
from warehouse.reading import fetch
from warehouse.settings import ROOT, Settings

TABLES = read_contract(ROOT / "dbt")
WHOLE = 2_147_483_647  # the largest integer
ROWS = 24  # of each table
DATES = ("1900-01-01", "2200-01-01", "2026-06-30", "2026-01-05", "2025-02-28", "2024-02-29")
# what breaks texts elsewhere: a formula, quotes, braces, percent signs, Markdown, HTML, an emoji, a line
HOSTILE = """=1+'"{{ x }} {% y %} {z} %s %(a)s $$ \\ ; -- /* [a](b) | `c` *d* _e_ # <b>&amp; 😀 \r\n\t"""
PROFILE = """\
currency: {reporting: LBP, rates: {KWD: 9999999}}
usage_in_mrr: trailing_3_months
service_hours: {days: [mon, tue, wed, thu, fri], from: "09:00", to: "17:00"}
"""
# what a row needs beside its values, by table: one interval, and a price that its quantity may have
DAILY = {"billing_interval": "", "interval_count": "1", "interval_unit": "day"}
MONTHLY = {"billing_interval": "monthly", "interval_count": "", "interval_unit": ""}
NEVER = {"billing_interval": "", "interval_count": "1000", "interval_unit": "year"}
MANY = {"quantity": str(WHOLE), "unit_price": "465"}  # 998,579,895,855
TOGETHER: dict[str, tuple[dict[str, str], ...]] = {
    "billing.subscription_changes": (
        {"quantity": "1"} | DAILY,
        MANY | {"recurring_amount": ""} | MONTHLY,
        {"quantity": "0"} | NEVER,
    ),
    "billing.order_items": ({"quantity": "1"}, MANY | {"unit_cost": "465"}),
    "billing.subscriptions": (DAILY, MONTHLY, NEVER),
}


def text(column: Column, row: int) -> str:
    """A text as long as the column takes, another one for each row."""
    length = int(column.data_type.split("(")[1].rstrip(")"))
    return (f"{row} {HOSTILE}" + "x" * length)[:length]


def number(column: Column, is_largest: bool) -> str:
    """The largest or the smallest number that a column takes."""
    if column.data_type == "integer":
        return str((column.maximum or WHOLE) if is_largest else column.minimum)
    digits, places = (int(part) for part in column.data_type[len("numeric(") : -1].split(","))
    fitting = f"{'9' * (digits - places)}.{'9' * places}"  # a limit may be the first number beyond the type
    largest = str(column.maximum) if column.maximum and column.maximum < 10 ** (digits - places) else fitting
    return largest if is_largest else f"-{largest}" if column.minimum is None else str(column.minimum)


def value(column: Column, row: int, chance: Random) -> str:
    """One of the values of a column that lie at its limits; of none that may be empty a third is."""
    if column.unique:
        return text(column, row)
    if not column.not_null and chance.random() < 1 / 3:
        return ""
    if column.currency_of:
        return chance.choice(("", "KWD"))
    if column.accepted:
        return chance.choice(column.accepted)
    if column.data_type == "boolean":
        return chance.choice(("true", "false"))
    if column.data_type in ("date", "timestamp"):
        return chance.choice(DATES) + (" 00:00:00" if column.data_type == "timestamp" else "")
    if column.data_type.startswith("varchar"):
        return text(column, chance.randrange(ROWS if column.references else 3))
    return number(column, is_largest=chance.random() < 2 / 3)


def write(folder: Path) -> None:
    """The company's files."""
    for table in TABLES:
        path, chance = folder / table.file, Random(table.key)
        path.parent.mkdir(parents=True, exist_ok=True)
        turns = TOGETHER.get(table.key, ({},))
        with path.open("w", newline="", encoding="utf-8") as file:
            lines = csv.writer(file)
            lines.writerow([column.name for column in table.columns])
            for row in range(ROWS):
                own = turns[row % len(turns)]
                lines.writerow([own.get(c.name, value(c, row, chance)) for c in table.columns])
    (folder / "company.yml").write_text(PROFILE)


@pytest.fixture(scope="module")
def extremes(server: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Company, str]:
    """The company, loaded, built and tested; and what the load said."""
    data = tmp_path_factory.mktemp("extremes") / "data"
    write(data)
    company = empty_company(server, "tower_extremes", data, tmp_path_factory.mktemp("target"))
    # nobody's invoices and payments are those of a ledger drawn by chance
    company = replace(company, environment=company.environment | {"TOWER_BOOKS": "warn"})
    said = company.run("loader", "--from", "2024-02-29").stdout
    company.run("warehouse.dbt", "--quiet", "build", "--exclude-resource-type", "unit_test")
    return company, said


@pytest.fixture
def in_extremes(extremes: tuple[Company, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """This process sees the company too."""
    st.cache_data.clear()
    return enter(extremes[0], monkeypatch)


def test_no_row_is_rejected_and_every_test_of_the_marts_passes(extremes: tuple[Company, str]) -> None:
    company, said = extremes
    assert f"{len(TABLES) * ROWS} rows read = {len(TABLES) * ROWS} loaded + 0 rejected" in said
    results = json.loads((Path(company.environment["DBT_TARGET_PATH"]) / "run_results.json").read_text())["results"]
    unlike = {one["unique_id"].split(".")[2] for one in results if one["status"] not in ("success", "pass", "no-op")}
    assert unlike <= {"assert_cash_ties", "assert_invoices_reconcile_to_mrr"}


def test_the_largest_amount_at_the_largest_rate_is_exact(in_extremes: Settings) -> None:
    found = fetch("select max(amount)::text as most, max(total_amount)::text as taxed from marts.fct_invoices", {})
    assert found.iloc[0, 0] == "9999999000000000000.00"  # a million millions × 9,999,999
    assert found.iloc[0, 1] == "19999998000000000000.00"


@pytest.mark.parametrize("page", KEYS)
def test_every_page_draws(in_extremes: Settings, page: str) -> None:
    test = open_app(page, {})
    assert not test.exception
    assert not test.error
