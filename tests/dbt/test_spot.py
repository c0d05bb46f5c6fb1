"""MRR at month-end rates: what rates alone move is a movement of its own, and the bridge ties to the cent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from company.reading import read_profile
from tests.conftest import Company, empty_company
from tests.dbt import ledgers
from tests.dbt.ledgers import MOVES, Price, Subscription

MODELS = (
    "fct_revenue_monthly",
    "fct_subscription_changes",
    "account_timeline",
    "fct_retention",
    "int_customer_snapshots",
)
CHECKS = (
    *("assert_bridge_ties", "assert_movements_tie_to_mrr", "assert_subscription_changes_tie_to_revenue"),
    *("assert_timeline_adds_up_to_mrr", "assert_months_connect", "assert_grr_never_above_one"),
)
# before 2026 as in January; what June will bring after the 20th nobody knows yet
TEXT = """currency:
  reporting: EUR
  fx: spot
  rates:
    SEK: {2026-01: 0.10, 2026-02: 0.08, 2026-03: 0.09, 2026-06-10: 0.11, 2026-06-25: 0.5}
"""
FIRST = datetime(2025, 4, 1, 9)


def sek(account: str, *prices: tuple[datetime, int], ended: datetime | None = None) -> Subscription:
    return Subscription(account, tuple(Price(since, Decimal(amount), 1, "SEK") for since, amount in prices), ended)


SUBSCRIPTIONS = (
    sek("steady", (FIRST, 1000)),
    sek("grown", (FIRST, 1000), (datetime(2026, 2, 10), 1500)),
    sek("shrunk", (FIRST, 1000), (datetime(2026, 3, 10), 400)),
    sek("gone", (FIRST, 1000), ended=datetime(2026, 2, 15)),
    sek("early", (datetime(2025, 12, 10), 1000), (datetime(2026, 4, 10), 1100)),
    sek("fresh", (datetime(2026, 3, 5), 1000)),
    sek("inside", (datetime(2026, 2, 5), 1000), ended=datetime(2026, 2, 20)),
    sek("netted", (FIRST, 1000), (datetime(2026, 2, 10), 1500), (datetime(2026, 2, 20), 800)),
    sek("both", (FIRST, 1000), ended=datetime(2026, 3, 10)),
    Subscription("both", (Price(datetime(2026, 3, 10), Decimal(90), 1, "EUR"),)),
    Subscription("euro", (Price(FIRST, Decimal(600), 12, ""),)),
)


def make(server: dict[str, str], name: str, folder: Path, company: ledgers.Company) -> Company:
    """A company, loaded and built."""
    ledgers.write(company, folder / "data")
    built = empty_company(server, name, folder / "data", folder / "target")
    built.run("loader", "--from", str(company.start), "--as-of", str(company.as_of))
    only = [f"+{model}" for model in MODELS]
    how = ("--exclude-resource-type", "unit_test", "--indirect-selection", "cautious")
    built.run("warehouse.dbt", "--quiet", "build", *how, "--select", *only, *CHECKS)
    built.show()
    return built


def small(folder: Path) -> ledgers.Company:
    """The company of SUBSCRIPTIONS."""
    (folder / "company.yml").write_text(TEXT)
    profile = read_profile(folder / "company.yml")
    return ledgers.Company(SUBSCRIPTIONS, date(2025, 5, 1), date(2026, 6, 20), profile, TEXT)


@pytest.fixture(scope="module")
def spot(server: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Company:
    """That company, built with the tests of its models."""
    folder = tmp_path_factory.mktemp("spot")
    return make(server, "tower_spot", folder, small(folder))


@pytest.fixture
def cursor(spot: Company) -> Iterator[Any]:
    """A cursor on its warehouse."""
    with psycopg2.connect(spot.environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        yield cursor
    connection.close()


def money(*amounts: str) -> list[Decimal]:
    return [Decimal(amount) for amount in amounts]


def test_a_steady_price_moves_by_rates_alone(cursor: Any) -> None:
    cursor.execute(
        "select ending_mrr, fx_mrr, movement_type from marts.fct_revenue_monthly "
        "where account_id = 'steady' and revenue_month >= '2025-12-01' order by revenue_month"
    )
    mrr, fx, kinds = zip(*cursor.fetchall(), strict=True)
    assert list(mrr) == money("100", "100", "80", "90", "90", "90", "110")
    assert list(fx) == money("0", "0", "-20", "10", "0", "0", "20")
    assert list(kinds) == ["none", "none", "fx", "fx", "none", "none", "fx"]


@pytest.mark.parametrize(
    ("account", "month", "kind", "start", "moved", "fx", "end"),
    [
        ("grown", "2026-02-01", "expansion", "100", "40", "-20", "120"),  # 500 × 0.08
        ("shrunk", "2026-03-01", "contraction", "80", "-48", "4", "36"),  # 600 × 0.08
        ("gone", "2026-02-01", "churn", "100", "-100", "0", "0"),
        ("fresh", "2026-03-01", "new", "0", "90", "0", "90"),
        ("netted", "2026-02-01", "contraction", "100", "-20", "-16", "64"),  # 200 × 0.10
        ("both", "2026-03-01", "expansion", "80", "10", "0", "90"),  # 1000 × 0.08 go, 90 come
    ],
)
def test_what_comes_is_worth_the_month_s_rate_and_what_goes_that_of_before(
    cursor: Any, account: str, month: str, kind: str, start: str, moved: str, fx: str, end: str
) -> None:
    cursor.execute(
        "select movement_type, starting_mrr, new_mrr + reactivation_mrr + expansion_mrr - contraction_mrr "
        "- churned_mrr, fx_mrr, ending_mrr from marts.fct_revenue_monthly where account_id = %s and revenue_month = %s",
        (account, month),
    )
    assert cursor.fetchall() == [(kind, *money(start, moved, fx, end))]


@pytest.mark.parametrize(
    ("account", "steps"),
    [
        ("grown", [("10 00:00", "price_change", "40"), ("28 23:59", "fx", "-20")]),
        ("gone", [("15 00:00", "end", "-100")]),
        ("inside", [("05 00:00", "start", "80"), ("20 00:00", "end", "-80")]),
        (
            "netted",
            [("10 00:00", "price_change", "40"), ("20 00:00", "price_change", "-60"), ("28 23:59", "fx", "-16")],
        ),
    ],
)
def test_the_ledger_steps_at_the_same_rates(cursor: Any, account: str, steps: list[tuple[str, str, str]]) -> None:
    cursor.execute(
        "select to_char(occurred_at, 'DD HH24:MI'), change_type, mrr_change from marts.fct_subscription_changes "
        "where account_id = %s and revenue_month = '2026-02-01' order by 1",
        (account,),
    )
    assert cursor.fetchall() == [(at, kind, Decimal(step)) for at, kind, step in steps]


def test_retention_is_at_the_rates_of_a_year_before(cursor: Any) -> None:
    cursor.execute(
        "select account_id, mrr_base_12m, mrr_retained_12m, mrr_retained_capped_12m from marts.fct_revenue_monthly "
        "where revenue_month = '2026-05-01' and account_id in ('steady', 'grown', 'both', 'euro') order by 1"
    )
    assert cursor.fetchall() == [
        ("both", *money("100", "90", "90")),
        ("euro", *money("50", "50", "50")),
        ("grown", *money("100", "150", "100")),
        ("steady", *money("100", "100", "100")),
    ]


def test_a_cohort_is_worth_what_it_was_when_it_began(cursor: Any) -> None:
    cursor.execute(
        "select months_since_start, sum(retained_mrr) from marts.fct_retention where cohort_month = '2025-12-01' "
        "group by 1 order by 1"
    )
    assert [mrr for _, mrr in cursor.fetchall()] == money("100", "100", "100", "100", "110", "110")


def test_rates_alone_are_no_sign_of_health(cursor: Any) -> None:
    cursor.execute(
        "select mrr, mrr_3_months_ago from intermediate.int_customer_snapshots where account_id = %s "
        "and snapshot_month = %s",
        ("steady", date(2026, 2, 1)),
    )
    assert cursor.fetchall() == [tuple(money("80", "80"))]
    cursor.execute(
        "select mrr, mrr_3_months_ago from intermediate.int_customer_snapshots where account_id = %s "
        "and snapshot_month = %s",
        ("grown", date(2026, 3, 1)),
    )
    assert cursor.fetchall() == [tuple(money("135", "90"))]  # 1500 and 1000 at 0.09


def test_every_month_is_what_the_ledger_says(cursor: Any, tmp_path: Path) -> None:
    columns = ", ".join(MOVES)
    cursor.execute(
        f"select account_id, revenue_month, starting_mrr, {columns}, fx_mrr, ending_mrr "
        "from marts.fct_revenue_monthly where starting_mrr + ending_mrr > 0"
    )
    found = {(account, month): values for account, month, *values in cursor.fetchall()}
    wanted = ledgers.reckoned(small(tmp_path))
    assert found == {
        key: [row.starting_mrr, *row.moved.values(), row.fx, row.ending_mrr] for key, row in wanted.items()
    }
