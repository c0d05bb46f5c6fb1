"""The worked example of docs/your-own-data.md: a flat list of customers becomes MRR."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import psycopg2

from tests.conftest import empty_company
from warehouse.settings import ROOT

LINES = """\
customerID,tenure,InternetService,Contract,MonthlyCharges,Churn
A-1,3,DSL,One year,50.00,No
A-2,1,No,Month-to-month,20.25,No
A-3,2,Fiber optic,Month-to-month,80.10,Yes
A-4,0,DSL,Two year,30.00,No
"""


def mapping() -> str:
    """The mapping as the guide prints it."""
    text = (ROOT / "docs/your-own-data.md").read_text(encoding="utf-8")
    return text.split("### A flat list of customers")[1].split("```yaml\n")[1].split("```")[0]


def test_a_flat_list_of_customers_loads_and_builds_its_mrr(server: dict[str, str], tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "Telco-Customer-Churn.csv").write_text(LINES, encoding="utf-8")
    (tmp_path / "telco.yml").write_text(mapping(), encoding="utf-8")
    company = empty_company(server, "tower_flat", data, tmp_path / "target")
    said = company.run("loader", "--mapping", str(tmp_path / "telco.yml")).stdout
    assert "15 rows read = 15 loaded + 0 rejected" in said  # 4 accounts, subscriptions and changes, 3 products
    assert "data from 2026-07-31 as of 2026-10-31" in said
    kinds = ("--exclude-resource-type", "test", "unit_test")
    company.run("warehouse.dbt", "--quiet", "build", "--select", "+fct_revenue_monthly", *kinds)
    with psycopg2.connect(company.environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select revenue_month, sum(ending_mrr), sum(new_mrr), sum(churned_mrr) from candidate.fct_revenue_monthly "
            "group by 1 order by 1"
        )
        rows = cursor.fetchall()
        cursor.execute("select segment, status from raw.crm_accounts order by account_id")
        accounts = cursor.fetchall()
    connection.close()
    assert rows == [
        (date(2026, 7, 1), Decimal("50.00"), Decimal("50.00"), 0),
        (date(2026, 8, 1), Decimal("130.10"), Decimal("80.10"), 0),
        (date(2026, 9, 1), Decimal("150.35"), Decimal("20.25"), 0),
        (date(2026, 10, 1), Decimal("100.25"), Decimal("30.00"), Decimal("80.10")),
    ]
    assert accounts[2] == ("Month-to-month", "churned") and accounts[3] == ("Two year", "customer")
