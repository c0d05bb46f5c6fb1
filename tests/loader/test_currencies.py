"""One currency for all amounts: declared or learned, and no amount without a rate is ever added."""

from __future__ import annotations

from pathlib import Path

import pytest

from company.profile import Currency, Profile
from company.rates import with_rates
from loader.loaded import Loaded
from tests.loader.box import Box, make_box
from warehouse.errors import TowerError

ACCOUNTS = """account_id,account_name,segment,industry,country,region,acquisition_channel,status,created_at
a-1,One,SMB,Software,DE,Europe,Events,customer,2026-01-05 10:00:00
"""
SPEND = "spend_id,spend_date,channel,campaign,amount,impressions,clicks,leads,currency\n"
PRODUCTS = """product_id,product_name,category,tier,list_price,billing_unit,unit_cost,is_active
p-1,Team,plan,Team,10,seat,1,true
"""
SUBSCRIPTIONS = """subscription_id,account_id,product_id,status,started_at,ended_at,trial_started_at,trial_ended_at,\
cancelled_at,cancel_reason
s-1,a-1,p-1,active,2026-01-05 10:00:00,,,,,
s-2,a-1,p-1,active,2026-01-06 10:00:00,,,,,
"""
CHANGES = """change_id,subscription_id,effective_at,product_id,quantity,unit_price,discount_pct,billing_interval,\
change_type,currency
c-1,s-1,2026-01-05 10:00:00,p-1,5,10,0,monthly,start,EUR
c-2,s-2,2026-01-06 10:00:00,p-1,5,900,0,monthly,start,JPY
"""
EURO = "currency: {reporting: EUR}\n"


@pytest.fixture(scope="module")
def box(server: dict[str, str]) -> Box:
    """A warehouse of its own."""
    return make_box(server, "tower_currencies")


def write(folder: Path, files: dict[str, str], company: str = "") -> Path:
    """A folder with these files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(text)
    if company:
        (folder / "company.yml").write_text(company)
    return folder


def folder(tmp_path: Path, *currencies: str, company: str = "") -> Path:
    """An account, and a line of spend in each currency."""
    lines = [f"s-{n},2026-01-0{n},Events,Fair,100,1,1,1,{code}" for n, code in enumerate(currencies, start=1)]
    files = {"crm/accounts.csv": ACCOUNTS, "marketing/spend.csv": "\n".join([SPEND.strip(), *lines]) + "\n"}
    return write(tmp_path, files, company)


def ledger(tmp_path: Path, changes: str, company: str) -> Path:
    """An account with two subscriptions and their changes."""
    files = {
        "crm/accounts.csv": ACCOUNTS,
        "billing/products.csv": PRODUCTS,
        "billing/subscriptions.csv": SUBSCRIPTIONS,
        "billing/subscription_changes.csv": changes,
    }
    return write(tmp_path, files, company)


def settings(box: Box) -> tuple[str | None, ...]:
    """Reporting currency, symbol and decimals as they were loaded."""
    query = "select reporting_currency, currency_symbol, currency_decimals from raw.company_settings"
    return box.rows(query)[0]


def rejected(box: Box, done: Loaded) -> list[tuple[object, ...]]:
    """What was rejected of a load, and why."""
    columns = "source_table, line, rule, column_name, message"
    return box.rows(f"select {columns} from ops.rejected_rows where load_run_id = {done.run} order by 1, 2")


def test_the_currency_of_most_amounts_is_learned_in_any_case(box: Box, tmp_path: Path) -> None:
    box.load(folder(tmp_path, "sek", "SEK", ""))
    assert settings(box) == ("SEK", "kr", 2)


def test_where_no_amount_says_its_currency_none_is_known(box: Box, tmp_path: Path) -> None:
    box.load(folder(tmp_path, "", ""))
    assert settings(box) == (None, None, None)


def test_where_the_currency_is_learned_an_amount_without_a_rate_refuses_the_load(box: Box, tmp_path: Path) -> None:
    box.load(folder(tmp_path, "EUR"))
    with pytest.raises(
        TowerError, match=r"JPY \(1 in marketing\.spend\).*most amounts are in USD.*Nothing was changed"
    ):
        box.load(folder(tmp_path, "USD", "USD", "jpy"))
    assert settings(box) == ("EUR", "€", 2)


def test_a_row_in_a_currency_without_a_rate_is_rejected_by_name(box: Box, tmp_path: Path) -> None:
    done = box.load(folder(tmp_path, "EUR", "jpy", "", "SEK", company=EURO), max_rejects=0.5)
    why = "JPY has no rate; say in company.yml what one is worth: currency: {reporting: EUR, rates: {JPY: …}}"
    assert rejected(box, done) == [
        ("marketing.spend", 3, "currency", "currency", why),
        ("marketing.spend", 5, "currency", "currency", why.replace("JPY", "SEK")),
    ]
    assert (done.read, done.rejected, box.count("marketing_spend")) == (5, 2, 2)


def test_where_most_rows_would_go_the_load_is_refused_and_says_what_to_type(box: Box, tmp_path: Path) -> None:
    box.load(folder(tmp_path, "EUR"))
    done = box.load(folder(tmp_path, "USD", "USD", company="currency: {reporting: GBP, rates: {EUR: 0.85}}\n"))
    assert (done.run, settings(box)) == (0, ("EUR", "€", 2))
    assert [(problem.rows, problem.value) for problem in done.problems] == [(2, "USD"), (0, "USD")]
    assert "currency: {reporting: GBP, rates: {USD: …}}" in done.problems[0].message
    company = "currency: {reporting: GBP, rates: {EUR: 0.85, USD: 0.79}}\n"
    done = box.load(folder(tmp_path, "USD", "eur", company=company))
    assert (done.rejected, settings(box)) == (0, ("GBP", "£", 2))


def test_a_row_without_an_amount_may_be_in_what_it_will(box: Box, tmp_path: Path) -> None:
    done = box.load(ledger(tmp_path, CHANGES.replace("900", ""), EURO))
    assert (done.rejected, box.count("billing_subscription_changes")) == (0, 2)


@pytest.mark.parametrize("mode", ["merge", "append"])
def test_a_rate_brings_the_rejected_rows_back(box: Box, tmp_path: Path, mode: str) -> None:
    box.load(folder(tmp_path, "EUR", "JPY", company=EURO), max_rejects=0.5)
    again = box.load(tmp_path, mode=mode, max_rejects=1)
    assert (again.run, len(again.skipped)) == (0, 2)
    (tmp_path / "company.yml").write_text("currency: {reporting: EUR, rates: {JPY: 0.006}}\n")
    done = box.load(tmp_path, mode=mode, max_rejects=1)
    assert (list(done.skipped), box.count("marketing_spend")) == (["crm/accounts.csv"], 2)


def test_what_is_merged_without_a_profile_knows_the_rates_of_the_last_load(box: Box, tmp_path: Path) -> None:
    company = "currency: {reporting: EUR, rates: {SEK: 0.088}}\n"
    box.load(folder(tmp_path / "first", "EUR", "SEK", company=company))
    drop = folder(tmp_path / "drop", "SEK", "EUR", "NOK")
    done = box.load(drop, mode="merge", max_rejects=0.5)
    assert [row[4].split(";")[0] for row in rejected(box, done)] == ["NOK has no rate"]
    assert box.rows("select currency from raw.marketing_spend order by spend_id") == [("SEK",), ("EUR",)]


def test_a_subscription_without_any_of_its_prices_only_lacks(box: Box, tmp_path: Path) -> None:
    done = box.load(ledger(tmp_path, CHANGES, EURO), max_rejects=0.5)
    assert [row[1] for row in rejected(box, done)] == [3]
    assert any("active without any price: 1 row (s-2" in sentence for sentence in done.contradicted)


def test_a_ledger_is_not_torn(box: Box, tmp_path: Path) -> None:
    changes = CHANGES + "c-3,s-1,2026-02-05 10:00:00,p-1,5,900,0,monthly,price_change,JPY\n"
    with pytest.raises(TowerError, match=r"subscription s-1 are in JPY.*price of before.*rates: \{JPY: …\}"):
        box.load(ledger(tmp_path, changes, EURO), max_rejects=1)
    both = "currency: {reporting: EUR, rates: {JPY: 0.006}}\n"
    assert box.load(ledger(tmp_path, changes, both)).rejected == 0


def test_rates_may_be_a_file_among_the_data(box: Box, tmp_path: Path) -> None:
    company = "currency: {reporting: EUR, rates: {GBP: 1.17}}\n"
    made = folder(tmp_path, "EUR", "SEK", "GBP", "NOK", company=company)
    (made / "fx_rates.csv").write_text(
        "Month;Currency;Rate\n2026-01;sek;0,088\n2026-02;SEK;0,09\n2026-01-15;NOK;0,085\n"
    )
    done = box.load(made)
    assert (done.rejected, done.unused, box.count("marketing_spend")) == (0, (), 4)
    rates = "select currency, valid_from::text, rate::float from raw.company_fx_rates where rate <> 1 order by 1, 2"
    known = [("GBP", "1900-01-01", 1.17), ("NOK", "2026-01-15", 0.085), ("SEK", "2026-01-01", 0.088)]
    assert box.rows(rates) == [*known, ("SEK", "2026-02-01", 0.09)]
    drop = folder(tmp_path / "drop", "SEK", "JPY", company=company)
    (drop / "billing").mkdir()
    (drop / "billing/fx_rates.csv").write_text("day,currency,rate\n2026-02-01,SEK,0.091\n2026-02-01,JPY,0.006\n")
    assert box.load(drop, mode="merge").rejected == 0
    assert box.rows(rates) == [known[0], ("JPY", "2026-02-01", 0.006), *known[1:], ("SEK", "2026-02-01", 0.091)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("month,code\n2026-01,SEK\n", ":1: needs the columns month (or day), currency and rate; rate is missing"),
        ("month,currency,rate\n2026-01,SEKK,0.1\n", ":2: 'SEKK' is no currency code such as SEK"),
        ("month,currency,rate\n\n2026-01,SEK,zero\n", ":3: the rate of SEK is no number: 'zero'"),
        ("month,currency,rate\n2026-01,SEK,0\n", ":2: the rate of SEK must be above 0"),
        ("month,currency,rate\nJan,SEK,0.1\n", ":2: a month such as 2026-08 or a day such as 2026-08-15, not 'Jan'"),
        ("month,currency,rate\n2026-01,EUR,2\n", ":2: EUR is the reporting currency, so that its rate is 1"),
        ("month,currency,rate\n2026-01,SEK,1\n2026-01-01,SEK,2\n", ":3: a second rate of SEK from the same day"),
        ("month,currency,rate\n2026-01\n", ":2: 3 columns are needed"),
    ],
)
def test_a_mistake_in_the_file_of_rates_has_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "fx_rates.csv").write_text(text)
    with pytest.raises(TowerError) as error:
        with_rates(Profile(currency=Currency("EUR")), tmp_path)
    assert said in str(error.value)


def test_rates_in_a_file_need_a_currency_that_they_convert_to(tmp_path: Path) -> None:
    (tmp_path / "fx_rates.csv").write_text("month,currency,rate\n2026-01,SEK,0.1\n")
    with pytest.raises(TowerError, match=r"say in company\.yml: currency: \{reporting: …\}"):
        with_rates(None, tmp_path)
