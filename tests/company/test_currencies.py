"""Minor units and symbols of currencies."""

from __future__ import annotations

from decimal import Decimal

import pytest

from company.currencies import DECIMALS, STRIPE_DECIMALS, SYMBOLS, from_minor_units, from_stripe, symbol


@pytest.mark.parametrize(
    ("minor", "code", "whole"),
    [
        ("5000", "USD", "50.00"),
        ("5000", "JPY", "5000"),
        ("5000", "KRW", "5000"),
        ("5000", "KWD", "5.000"),
        ("5000", "CLF", "0.5000"),
        ("5000", "ISK", "5000"),
        ("5000", "MGA", "50.00"),
        ("-1250", "EUR", "-12.50"),
        ("0.4", "USD", "0.004"),
    ],
)
def test_minor_units_are_those_of_iso_4217(minor: str, code: str, whole: str) -> None:
    assert from_minor_units(Decimal(minor), code) == Decimal(whole)


@pytest.mark.parametrize(
    ("minor", "code", "whole"),
    [
        ("5000", "USD", "50.00"),
        ("5000", "JPY", "5000"),
        ("5000", "BHD", "5.000"),
        ("500", "ISK", "5.00"),
        ("500", "UGX", "5.00"),
        ("500", "MGA", "500"),
    ],
)
def test_stripe_counts_some_currencies_in_its_own_way(minor: str, code: str, whole: str) -> None:
    assert from_stripe(Decimal(minor), code) == Decimal(whole)


def test_a_code_that_is_none_is_never_taken_for_one_with_cents() -> None:
    with pytest.raises(KeyError):
        from_stripe(Decimal(100), "BTC")
    with pytest.raises(KeyError):
        from_minor_units(Decimal(100), "usd")


def test_a_currency_without_a_well_known_symbol_is_shown_by_its_code() -> None:
    assert (symbol("EUR"), symbol("SEK"), symbol("CHF")) == ("€", "kr", "CHF")


def test_every_symbol_and_special_case_is_of_a_currency() -> None:
    assert {*SYMBOLS, *STRIPE_DECIMALS} <= DECIMALS.keys()
    assert all(len(code) == 3 and code.isupper() for code in DECIMALS)
