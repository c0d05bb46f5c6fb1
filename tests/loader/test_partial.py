"""Partial data are normal: with accounts and subscriptions alone all marts build and all pages say what they need."""

from __future__ import annotations

import shutil
from datetime import date

import psycopg2
import pytest

from data_gen.generate import generate
from data_gen.plan import Plan
from tests.conftest import Company, empty_company, free_port
from tests.e2e.browser import PATHS, chromium, flaws, new_page, turn_to


@pytest.fixture(scope="module")
def few(server: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A company of which two files are known, loaded and built in a database of its own."""
    folder = tmp_path_factory.mktemp("few")
    generate(Plan(80, 5, date(2026, 1, 1), date(2026, 6, 30)), folder / "all")
    data = folder / "data"
    data.mkdir()
    shutil.copy(folder / "all/crm/accounts.csv", data)
    shutil.copy(folder / "all/billing/subscriptions.csv", data)
    company = empty_company(server, "tower_few", data, folder / "target")
    company.environment["APP_PORT"] = str(free_port())
    said = company.run("loader").stdout
    assert "no file, so the table is empty: billing.products" in said
    company.run("warehouse.dbt", "--quiet", "build", "--exclude-resource-type", "unit_test")
    return company


def test_today_is_the_last_day_of_what_is_known(few: Company) -> None:
    with psycopg2.connect(few.environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select (select as_of_date from marts.dim_tower), "
            "(select cast(greatest(max(started_at), max(cancelled_at)) as date) from raw.billing_subscriptions), "
            "(select cast(max(created_at) as date) from raw.crm_accounts), (select count(*) from marts.dim_account)"
        )
        as_of, subscriptions, accounts, rows = cursor.fetchone() or ()
    assert as_of == max(subscriptions, accounts)
    assert rows == 80
    connection.close()


@pytest.mark.skipif(chromium() is None, reason="needs Chromium")
def test_every_page_opens_and_says_what_it_needs(few: Company) -> None:
    few.run("app", "start")
    try:
        base = f"http://127.0.0.1:{few.environment['APP_PORT']}"
        with new_page() as page:
            assert {name: found for name in PATHS if (found := flaws(page, base, name))} == {}
            turn_to(page, "movements")
            assert page.get_by_text("needs billing.products and billing.subscription_changes").count() > 5
            turn_to(page, "support")
            assert page.get_by_text("Not loaded, so that parts of this page stay empty: ").count() == 1
            turn_to(page, "health")
            assert page.get_by_text("Needs billing.").count() > 5
            assert page.get_by_text("Nothing in this selection").count() == 0
            assert page.get_by_text("has such a risk").count() == 0
    finally:
        few.run("app", "stop")
