"""The history of accounts: versions come from the loads and their as-of dates, never from the clock."""

from __future__ import annotations

from datetime import date

import pandas as pd
import psycopg2
import pytest

from data_gen.plan import Plan
from tests.conftest import Company, make_company

BUILD = ("build", "--select", "+dim_account_history", "--exclude-resource-type", "test", "unit_test")


def load(company: Company, as_of: str) -> None:
    """Load the files as of a date and build the history."""
    company.environment["AS_OF_DATE"] = as_of
    company.run("loader")
    company.run("warehouse.dbt", "--quiet", *BUILD)
    company.show()


def change_segment(company: Company, account: str, segment: str) -> None:
    """Let sales move an account to another segment."""
    path = company.data / "crm/accounts.csv"
    accounts = pd.read_csv(path, dtype=str, keep_default_na=False)
    accounts.loc[accounts["account_id"] == account, "segment"] = segment
    accounts.to_csv(path, index=False)


def versions(company: Company, account: str) -> list[tuple[str, str, str]]:
    """Segment, start and end of each version of an account."""
    with psycopg2.connect(company.environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select segment, valid_from::date::text, valid_to::date::text from marts.dim_account_history "
            "where account_id = %s order by valid_from",
            (account,),
        )
        return list(cursor.fetchall())


def test_a_changed_segment_gives_two_versions_and_a_reload_none(
    server: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    plan = Plan(60, 5, date(2025, 5, 1), date(2026, 10, 31))
    company = make_company(server, tmp_path_factory.mktemp("history"), "tower_history", plan, ("parse",))
    accounts = pd.read_csv(company.data / "crm/accounts.csv")
    account = str(accounts.loc[accounts["segment"] == "SMB", "account_id"].iloc[0])
    for _ in range(2):
        load(company, "2026-10-24")
        assert versions(company, account) == [("SMB", "1900-01-01", "9999-01-01")]

    change_segment(company, account, "Enterprise")
    load(company, "2026-10-31")
    second = [("SMB", "1900-01-01", "2026-11-01"), ("Enterprise", "2026-11-01", "9999-01-01")]
    assert versions(company, account) == second

    change_segment(company, account, "Mid-Market")
    load(company, "2026-10-31")
    corrected = [second[0], ("Mid-Market", "2026-11-01", "9999-01-01")]
    assert versions(company, account) == corrected
