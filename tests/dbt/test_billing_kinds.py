"""One small company in which every account is billed in another way; every expected value was worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.conftest import Company, empty_company

START = "2026-01-05 10:00:00"
MODELS = (
    *("fct_revenue_monthly", "fct_subscription_changes", "fct_usage_charges"),
    *("invoice_reconciliation", "int_account_plans"),
)
# account: its ledger as (item, from, quantity, price, whole price, interval count, unit), and its MRR from January on
KINDS: dict[str, tuple[list[tuple[Any, ...]], list[str]]] = {
    "weekly": ([("", START, 1, "10", "", 1, "week")], ["43.33"] * 6),  # 10 × 52 / 12
    "two_years": ([("", START, 1, "480", "", 2, "year")], ["20.00"] * 6),
    "half_year": ([("", START, 1, "120", "", 6, "month")], ["20.00"] * 6),
    "daily": ([("", START, 1, "1", "", 1, "day")], ["30.42"] * 6),  # 365 / 12
    "calls": ([("", START, 500_000, "0.004", "", 1, "month")], ["2000.00"] * 6),
    "exact": ([("", START, 10, "10.995", "", 1, "month")], ["109.95"] * 6),
    "items": (
        [
            ("a", START, 3, "25", "", 1, "month"),
            ("b", START, 1, "25", "", 1, "month"),
            ("b", "2026-03-10 09:00:00", 0, "25", "", 1, "month"),
        ],
        ["100.00"] * 2 + ["75.00"] * 4,
    ),
    "tiered": ([("", START, 5, "", "137.5", 1, "month")], ["137.50"] * 6),
    "unknown": ([("", START, 5, "", "", 1, "month")], ["0"] * 6),
    "paused": ([("", START, 4, "10", "", 1, "month")], ["40.00"] * 2 + ["0"] * 4),
    "trial_paused": ([("", START, 4, "10", "", 1, "month")], ["0"] * 6),
    "pause_undated": ([("", START, 4, "10", "", 1, "month")], ["0"] * 6),
    "same_second": (
        [(n, START, quantity, "25", "", 1, "month") for n, quantity in ((None, 10), (None, 4))],
        ["100.00"] * 6,
    ),
    "credited": ([("", START, 2, "25", "", 1, "month")], ["50.00"] * 6),
    # 10 and a third of the usage of three months
    "metered": ([("", START, 1, "10", "", 1, "month")], ["10.00", "20.00", "40.00", "40.00", "60.00", "40.00"]),
}
STATUS = {
    "paused": ("paused", "", "2026-03-10 00:00:00"),
    "trial_paused": ("paused", "2026-01-19 10:00:00", "2026-01-19 10:00:00"),
    "pause_undated": ("paused", "", ""),
}
USAGE = [  # of metered: last day, units, amount
    ("2026-02-28", "7500", "30.00"),
    ("2026-03-31", "15000", "60.00"),
    ("2026-05-31", "22500", "90.00"),
]
INVOICES = [  # account, period, amount
    ("weekly", "2026-05-27", "2026-06-02", "10"),
    ("credited", "2026-06-05", "2026-07-04", "50"),
    ("credited", "2026-06-20", "2026-07-19", "-12.50"),
    ("exact", "2026-01-02", "2026-02-01", "109.95"),
    ("half_year", "2026-01-05", "2026-07-04", "120"),
    ("calls", "2026-06-30", "2026-07-29", "2000"),
]


def write(folder: Path) -> None:
    """The company's files."""
    accounts = [f"{name},{name},SMB,Retail,12,US,Europe,Referral,,2025-12-01 08:00:00,customer" for name in KINDS]
    subs, changes = [], []
    for name, (ledger, _) in KINDS.items():
        status, trial, paused = STATUS.get(name, ("active", "", ""))
        subs.append(f"s_{name},{name},{status},{START},{START if trial else ''},{trial},{paused}")
        for item, since, quantity, price, whole, count, unit in ledger:
            change = f"{len(changes) + 1},s_{name},{item or ''},{since},P1,{quantity},{price},{whole},0,{count},{unit}"
            changes.append(f"{change},start")
    invoices = [
        f"I{n},s_{name},{name},{since},{until},{amount},0,{since},{since},{since} 12:00:00,paid"
        for n, (name, since, until, amount) in enumerate(INVOICES)
    ]
    usage = [
        f"U{n},s_metered,metered,P1,{last[:8]}01,{last},{last} 23:00:00,{units},0.004,{amount}"
        for n, (last, units, amount) in enumerate(USAGE)
    ]
    (folder / "company.yml").write_text("usage_in_mrr: trailing_3_months\n")
    files = {
        "crm/accounts": (
            "account_id,account_name,segment,industry,employee_count,country,region,acquisition_channel,owner_id,"
            "created_at,status",
            accounts,
        ),
        "billing/products": (
            "product_id,product_name,category,tier,list_price,billing_unit,unit_cost,inventory_on_hand,is_active",
            ["P1,Team,plan,Starter,0.004,seat,0.001,,true"],
        ),
        "billing/subscriptions": (
            "subscription_id,account_id,status,started_at,trial_started_at,trial_ended_at,paused_at",
            subs,
        ),
        "billing/subscription_changes": (
            "change_id,subscription_id,item_id,effective_at,product_id,quantity,unit_price,recurring_amount,"
            "discount_pct,interval_count,interval_unit,change_type",
            changes,
        ),
        "billing/invoices": (
            "invoice_id,subscription_id,account_id,period_start,period_end,amount,tax,invoice_date,due_date,paid_at,status",
            invoices,
        ),
        "billing/usage_charges": (
            "usage_charge_id,subscription_id,account_id,product_id,period_start,period_end,charged_at,quantity,"
            "unit_price,amount",
            usage,
        ),
    }
    for file, (header, lines) in files.items():
        path = folder / f"{file}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([header, *lines]) + "\n")


@pytest.fixture(scope="module")
def kinds(server: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Company, str]:
    """The company, loaded and built with the tests of its models; and what the load said."""
    data = tmp_path_factory.mktemp("kinds") / "data"
    data.mkdir()
    write(data)
    company = empty_company(server, "tower_kinds", data, tmp_path_factory.mktemp("target"))
    company = replace(company, environment=company.environment | {"TOWER_BOOKS": "warn"})  # most have no invoices
    said = company.run("loader").stdout
    only = [f"+{model}" for model in MODELS]
    how = ("--exclude-resource-type", "unit_test", "--indirect-selection", "cautious")
    company.run("warehouse.dbt", "--quiet", "build", *how, "--select", *only)
    company.show()
    return company, " ".join(said.split())


@pytest.fixture
def cursor(kinds: tuple[Company, str]) -> Iterator[Any]:
    """A cursor on the company's warehouse."""
    with psycopg2.connect(kinds[0].environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        yield cursor
    connection.close()


def test_nothing_is_rejected(kinds: tuple[Company, str]) -> None:
    assert " + 0 rejected" in kinds[1]


@pytest.mark.parametrize("account", KINDS)
def test_mrr_of_every_month(cursor: Any, account: str) -> None:
    cursor.execute(
        "select months.month_start, coalesce(revenue.ending_mrr, 0) from intermediate.int_months as months "
        "left join marts.fct_revenue_monthly as revenue on months.month_start = revenue.revenue_month "
        "and revenue.account_id = %s where not months.is_opening order by 1",
        (account,),
    )
    assert [mrr for _, mrr in cursor.fetchall()] == [Decimal(value) for value in KINDS[account][1]]


def test_a_pause_is_churn_and_an_item_that_goes_is_contraction(cursor: Any) -> None:
    cursor.execute(
        "select account_id, movement_type, churned_mrr + contraction_mrr from marts.fct_revenue_monthly "
        "where revenue_month = '2026-03-01' and churned_mrr + contraction_mrr > 0 order by 1"
    )
    assert cursor.fetchall() == [("items", "contraction", Decimal("25.00")), ("paused", "churn", Decimal("40.00"))]


def test_what_contradicts_itself_is_said(kinds: tuple[Company, str], cursor: Any) -> None:
    cursor.execute("select source_table, rule, row_key from ops.contradictions order by 1, 2, 3")
    unknown = list(KINDS).index("unknown") + 3  # the ledger has two rows more before it
    assert cursor.fetchall() == [
        ("billing.invoices", "invoice before its subscription", "I3"),
        ("billing.subscription_changes", "without any price", str(unknown)),
        ("billing.subscriptions", "active without any price", "s_unknown"),
        ("billing.subscriptions", "paused without a date", "s_pause_undated"),
    ]
    assert "active without any price: 1 row (s_unknown …)" in kinds[1]


def test_invoices_are_spread_over_weeks_and_months_and_credits_reduce_them(cursor: Any) -> None:
    cursor.execute(
        "select account_id, to_char(revenue_month, 'MM'), mrr, round(invoiced_mrr, 2), explanation "
        "from marts.invoice_reconciliation where invoices > 0 and revenue_month >= '2026-05-01' order by 1, 2"
    )
    assert cursor.fetchall() == [
        ("calls", "06", Decimal("2000.00"), Decimal("2000.00"), "equal"),
        ("credited", "06", Decimal("50.00"), Decimal("37.50"), "credited"),
        ("half_year", "05", Decimal("20.00"), Decimal("20.00"), "equal"),
        ("half_year", "06", Decimal("20.00"), Decimal("20.00"), "equal"),
        ("weekly", "05", Decimal("43.33"), Decimal("43.33"), "equal"),
    ]


def test_usage_is_revenue_beside_mrr_and_counts_in_it_where_the_company_says_so(cursor: Any) -> None:
    cursor.execute("select usage_month::text, quantity, amount from marts.fct_usage_charges order by 1")
    assert cursor.fetchall() == [
        ("2026-02-01", Decimal(7500), Decimal("30.00")),
        ("2026-03-01", Decimal(15000), Decimal("60.00")),
        ("2026-05-01", Decimal(22500), Decimal("90.00")),
    ]
    cursor.execute(
        "select usage_mrr from marts.fct_revenue_monthly where account_id = 'metered' order by revenue_month"
    )
    assert [row[0] for row in cursor.fetchall()] == [Decimal(n) for n in ("0", "10", "30", "30", "50", "30")]


def test_plans_say_their_interval_and_when_it_turns(cursor: Any) -> None:
    cursor.execute("select account_id, billing_interval, renewal_date::text from intermediate.int_account_plans")
    found = {account: rest for account, *rest in cursor.fetchall()}
    assert found["weekly"] == ["weekly", "2026-07-06"]  # as of 30 June, a Tuesday; terms begin on Mondays
    assert found["two_years"] == ["every 2 years", "2028-01-05"]
    assert found["half_year"] == ["half-yearly", "2026-07-05"]
    assert found["daily"] == ["daily", "2026-07-01"]
    assert "paused" not in found
