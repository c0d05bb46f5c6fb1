"""One currency for all amounts: declared or learned, and no amount without a rate is ever added."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.loader.box import Box, make_box
from warehouse.errors import TowerError

HEAD = "account_id,account_name,segment,industry,country,region,acquisition_channel,status,created_at\n"
ACCOUNT = HEAD + "a-1,One,SMB,Software,DE,Europe,Events,customer,2026-01-05 10:00:00\n"
SPEND = "spend_id,spend_date,channel,campaign,amount,impressions,clicks,leads,currency\n"


@pytest.fixture(scope="module")
def box(server: dict[str, str]) -> Box:
    """A warehouse of its own."""
    return make_box(server, "tower_currencies")


def folder(tmp_path: Path, *currencies: str, company: str = "") -> Path:
    """An account, and a line of spend in each currency."""
    lines = [f"s-{n},2026-01-0{n},Events,Fair,100,1,1,1,{code}" for n, code in enumerate(currencies, start=1)]
    files = {"crm/accounts.csv": ACCOUNT, "marketing/spend.csv": "\n".join([SPEND.strip(), *lines]) + "\n"}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    if company:
        (tmp_path / "company.yml").write_text(company)
    return tmp_path


def settings(box: Box) -> tuple[str | None, ...]:
    """Reporting currency, symbol and decimals as they were loaded."""
    query = "select reporting_currency, currency_symbol, currency_decimals from raw.company_settings"
    return box.rows(query)[0]


def test_the_currency_of_most_amounts_is_learned_in_any_case(box: Box, tmp_path: Path) -> None:
    box.load(folder(tmp_path, "sek", "SEK", ""))
    assert settings(box) == ("SEK", "kr", 2)


def test_where_no_amount_says_its_currency_none_is_known(box: Box, tmp_path: Path) -> None:
    box.load(folder(tmp_path, "", ""))
    assert settings(box) == (None, None, None)


def test_an_amount_without_a_rate_is_refused_by_name_and_nothing_changes(box: Box, tmp_path: Path) -> None:
    box.load(folder(tmp_path, "EUR"))
    with pytest.raises(
        TowerError, match=r"JPY \(1 in marketing\.spend\).*most amounts are in USD.*Nothing was changed"
    ):
        box.load(folder(tmp_path, "USD", "USD", "jpy"))
    assert settings(box) == ("EUR", "€", 2)


def test_a_declared_currency_needs_a_rate_for_every_other_one(box: Box, tmp_path: Path) -> None:
    with pytest.raises(TowerError, match="reports in GBP"):
        box.load(folder(tmp_path, "USD", "USD", company="currency: {reporting: GBP, rates: {EUR: 0.85}}\n"))
    done = box.load(
        folder(tmp_path, "USD", "eur", company="currency: {reporting: GBP, rates: {EUR: 0.85, USD: 0.79}}\n")
    )
    assert (done.rejected, settings(box)) == (0, ("GBP", "£", 2))


def test_spot_rates_are_refused_where_they_would_be_needed(box: Box, tmp_path: Path) -> None:
    company = "currency: {reporting: USD, fx: spot, rates: {EUR: 1.1}}\n"
    box.load(folder(tmp_path, "USD", company=company))
    with pytest.raises(TowerError, match="spot cannot convert EUR"):
        box.load(folder(tmp_path, "USD", "EUR", company=company))
