"""Partial data are normal: with accounts and subscriptions alone every mart builds and every test passes."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

import psycopg2

from data_gen.__main__ import generate
from data_gen.plan import Plan
from tests.conftest import Company


def test_every_mart_builds_and_passes_with_accounts_and_subscriptions_alone(
    server: dict[str, str], tmp_path: Path
) -> None:
    generate(Plan(80, 5, date(2026, 1, 1), date(2026, 6, 30)), tmp_path / "all")
    few = tmp_path / "few"
    few.mkdir()
    shutil.copy(tmp_path / "all/crm/accounts.csv", few)
    shutil.copy(tmp_path / "all/billing/subscriptions.csv", few)
    connection = psycopg2.connect(server["DATABASE_URL"])
    connection.autocommit = True
    connection.cursor().execute("create database tower_few")
    connection.close()
    url = server["DATABASE_URL"].rsplit("/", 1)[0] + "/tower_few"
    company = Company(
        few,
        os.environ
        | server
        | {"DATABASE_URL": url, "DATA_DIR": str(few), "AS_OF_DATE": "", "DBT_TARGET_PATH": str(tmp_path / "target")},
    )
    company.run("warehouse", "up")
    said = company.run("loader").stdout
    assert "no file, so the table is empty: billing.products" in said
    company.run("warehouse.dbt", "--quiet", "build", "--exclude-resource-type", "unit_test")
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select (select as_of_date from marts.dim_tower), "
            "(select cast(greatest(max(started_at), max(cancelled_at)) as date) from raw.billing_subscriptions), "
            "(select cast(max(created_at) as date) from raw.crm_accounts), (select count(*) from marts.dim_account)"
        )
        as_of, subscriptions, accounts, rows = cursor.fetchone() or ()
    assert as_of == max(subscriptions, accounts)
    assert rows == 80
    connection.close()
