"""The rows that the warehouse gets of a profile."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from company.contract import read_contract
from company.profile import Bands, Calendar, Currency, Profile, Rate, Vocabulary
from company.reading import read_profile
from company.tables import BOUNDS, COLUMNS, EVER, TOPICS, company_tables

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = company_tables(read_profile(ROOT / "company.example.yml"))


def test_every_row_has_the_columns_of_its_table() -> None:
    assert EXAMPLE.keys() == COLUMNS.keys()
    for table, rows in EXAMPLE.items():
        assert rows, table
        assert all(list(row) == list(COLUMNS[table]) for row in rows), table


def test_an_unknown_company_has_settings_and_nothing_else() -> None:
    tables = company_tables(Profile())
    assert [name for name, rows in tables.items() if rows] == ["company_settings"]
    settings = tables["company_settings"][0]
    assert settings["reporting_currency"] is settings["currency_decimals"] is settings["company_name"] is None
    assert (settings["timezone"], settings["fiscal_year_first_month"], settings["fx_method"]) == ("UTC", 1, "constant")
    assert not settings["has_service_hours"]


@pytest.mark.parametrize(
    ("said", "environment", "expected"),
    [
        (None, None, (Decimal("0.80"), "assumed")),
        (Decimal("0.78"), None, (Decimal("0.78"), "company.yml")),
        (Decimal("0.78"), Decimal("0.5"), (Decimal("0.5"), "environment")),
        (None, Decimal("0.5"), (Decimal("0.5"), "environment")),
    ],
)
def test_the_environment_s_gross_margin_wins_over_the_file_s(
    said: Decimal | None, environment: Decimal | None, expected: tuple[Decimal, str]
) -> None:
    row = company_tables(Profile(gross_margin=said), environment)["company_settings"][0]
    assert (row["gross_margin"], row["gross_margin_source"]) == expected


def test_a_currency_brings_its_symbol_and_decimals() -> None:
    row = company_tables(Profile(currency=Currency("JPY")))["company_settings"][0]
    assert (row["reporting_currency"], row["currency_symbol"], row["currency_decimals"]) == ("JPY", "¥", 0)


def test_the_reporting_currency_has_a_rate_of_its_own_once() -> None:
    rates = (Rate("EUR", Decimal(1)), Rate("SEK", Decimal("0.088")), Rate("SEK", Decimal("0.09"), date(2026, 2, 1)))
    rows = company_tables(Profile(currency=Currency("EUR", "spot", rates), calendar=Calendar()))["company_fx_rates"]
    assert [tuple(row.values()) for row in rows] == [
        ("EUR", EVER, Decimal(1)),
        ("SEK", EVER, Decimal("0.088")),
        ("SEK", date(2026, 2, 1), Decimal("0.09")),
    ]


def test_words_and_stages_keep_their_order_and_meaning() -> None:
    channels = [row for row in EXAMPLE["company_words"] if row["kind"] == "acquisition_channel"]
    assert [(row["value"], row["position"], row["is_paid"]) for row in channels] == [
        ("Search", 1, True),
        ("LinkedIn", 2, True),
        ("Partner", 3, False),
        ("Word of mouth", 4, False),
    ]
    stages = [tuple(row.values()) for row in EXAMPLE["company_stages"]]
    assert stages[1] == ("New business", 1, False, "Trial", 2, "open", "best_case", Decimal("0.4"))
    assert stages[-1] == ("Renewals", 2, True, "Ended", 3, "lost", None, None)


def test_a_label_without_words_is_kept() -> None:
    tables = company_tables(Profile(vocabularies=(Vocabulary("segment", "Tier"),)))
    assert tables["company_labels"] == [{"kind": "segment", "label": "Tier"}]
    assert tables["company_words"] == []


def test_each_amount_of_the_bands_has_its_place() -> None:
    tables = company_tables(Profile(bands=Bands(list_price=(Decimal("0.5"), Decimal(20)))))
    assert tables["company_bands"] == [
        {"kind": "list_price", "position": 1, "amount": Decimal("0.5")},
        {"kind": "list_price", "position": 2, "amount": Decimal(20)},
    ]


def test_service_hours_have_a_row_for_each_working_day() -> None:
    hours = [(row["weekday"], row["opens_minute"], row["closes_minute"]) for row in EXAMPLE["company_service_hours"]]
    assert hours == [(day, 480, 1020) for day in (1, 2, 3, 4, 5)]
    assert [row["priority"] for row in EXAMPLE["company_always_priorities"]] == ["P1"]
    assert EXAMPLE["company_holidays"][1] == {"holiday_date": date(2026, 12, 25), "holiday_name": "Christmas Day"}


def test_the_sources_of_dbt_have_the_same_columns_and_are_no_part_of_the_contract_of_files() -> None:
    text = (ROOT / "dbt/models/staging/company/_company__sources.yml").read_text(encoding="utf-8")
    (source,) = yaml.safe_load(text)["sources"]
    said = {t["identifier"]: {c["name"]: c["data_type"] for c in t["columns"]} for t in source["tables"]}
    assert said == {table: columns for table, columns in COLUMNS.items() if table not in (BOUNDS, TOPICS)}
    assert "company" not in {table.source for table in read_contract(ROOT / "dbt")}
