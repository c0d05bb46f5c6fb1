"""Tiny companies in three currencies, by both methods: the bridge ties per account, month and slice, to the cent."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg2
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from company.reading import read_profile
from tests.dbt import ledgers
from tests.dbt.ledgers import MOVES, Price, Subscription
from tests.dbt.test_spot import make

START, AS_OF = date(2025, 1, 1), date(2026, 3, 20)
FIRST, LAST = datetime(2024, 11, 1), datetime(2026, 3, 20)
CODES = ["EUR", "SEK", "JPY"]
ANCHOR = Subscription("anchor", (Price(FIRST, Decimal(100), 1, "SEK"), Price(LAST, Decimal(80), 1, "SEK")))
numbers = count()


@st.composite
def subscriptions(draw: st.DrawFn, account: str) -> Subscription:
    """One to three prices, of one currency or more, and perhaps an end."""
    instants = st.integers(0, (LAST - FIRST) // timedelta(hours=1)).map(lambda hours: FIRST + timedelta(hours=hours))
    since = sorted(draw(st.lists(instants, min_size=1, max_size=3, unique=True)))
    months, code = draw(st.sampled_from([1, 3, 12])), draw(st.sampled_from(CODES))
    prices = []
    for instant in since:
        code = draw(st.sampled_from([code, code, code, *CODES]))
        amount = Decimal(draw(st.integers(1_000, 900_000 if code == "JPY" else 90_000)))
        prices.append(Price(instant, amount if code == "JPY" else amount / 100, months, code))
    ended = draw(st.one_of(st.none(), instants.filter(lambda instant: instant > since[-1])))
    return Subscription(account, tuple(prices), ended)


def rates(code: str) -> st.SearchStrategy[str]:
    """Up to six rates of a currency, by month or day, as company.yml writes them."""
    low, high = (9_000, 11_000) if code == "SEK" else (500, 700)
    known = [f"{year}-{month:02d}" for year in (2025, 2026) for month in range(1, 13)][:16]
    days = st.one_of(st.sampled_from(known), st.sampled_from([f"{month}-15" for month in known]))
    return st.dictionaries(
        days, st.integers(low, high).map(lambda n: f"{n / 100_000:.5f}"), min_size=1, max_size=6
    ).map(lambda found: f"{code}: {{{', '.join(f'{day}: {rate}' for day, rate in found.items())}}}")


@st.composite
def companies(draw: st.DrawFn) -> ledgers.Company:
    """Twenty accounts with one or two subscriptions each."""
    known = [draw(subscriptions(f"a{number}")) for number in range(20) for _ in range(draw(st.integers(1, 2)))]
    fx, given_rates = draw(st.sampled_from(["spot", "spot", "constant"])), [draw(rates(code)) for code in CODES[1:]]
    text = f"currency:\n  reporting: EUR\n  fx: {fx}\n  rates:\n    " + "\n    ".join(given_rates) + "\n"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "company.yml"
        path.write_text(text)
        return ledgers.Company((ANCHOR, *known), START, AS_OF, read_profile(path), text)


@settings(max_examples=3, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(companies())
def test_the_bridge_ties_and_is_what_the_ledger_says(server: dict[str, str], company: ledgers.Company) -> None:
    with TemporaryDirectory() as folder:
        built = make(server, f"tower_currencies_{next(numbers)}", Path(folder), company)
    with psycopg2.connect(built.environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute(
            f"select account_id, revenue_month, starting_mrr, {', '.join(MOVES)}, coalesce(fx_mrr, 0), ending_mrr "
            "from marts.fct_revenue_monthly where starting_mrr + ending_mrr > 0"
        )
        found = {(account, month): values for account, month, *values in cursor.fetchall()}
        cursor.execute(
            "select grouping(segment), grouping(region), grouping(revenue_month), count(*) from "
            "marts.fct_revenue_monthly group by cube (segment, region, revenue_month) having sum(starting_mrr "
            "+ new_mrr + reactivation_mrr + expansion_mrr - contraction_mrr - churned_mrr + coalesce(fx_mrr, 0)) "
            "<> sum(ending_mrr) or (count(fx_mrr) > 0) <> %s",
            (company.profile.currency.fx == "spot",),
        )
        assert cursor.fetchall() == []
    connection.close()
    wanted = ledgers.reckoned(company)
    assert found == {
        key: [row.starting_mrr, *row.moved.values(), row.fx, row.ending_mrr] for key, row in wanted.items()
    }
