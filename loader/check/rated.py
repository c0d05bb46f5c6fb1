"""Which currencies have a rate, and the rule that every amount is in one of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import duckdb

from company.contract import Table
from loader.files.relation import Rule
from loader.sql import identifier, literal, literals, run

WITHOUT_RATE = "currency"  # the rule's name


@dataclass(frozen=True)
class Rated:
    """The reporting currency and every one that has a rate, in capitals."""

    reporting: str
    codes: frozenset[str]


def rules_of_currency(table: Table, present: Collection[str], rated: Rated) -> list[Rule]:
    """No amount in a currency without a rate; a row without any amount may be in what it will."""
    rules = []
    for column in table.columns:
        amounts = [identifier(name) for name in column.currency_of if name in present]
        if amounts and column.name in present:
            code, is_said = f"upper({identifier(column.name)})", " or ".join(f"{one} is not null" for one in amounts)
            condition = f"{code} not in ({literals(sorted(rated.codes))}) and ({is_said})"
            rules.append(Rule(column.name, WITHOUT_RATE, condition, "an amount in a currency without a rate", code))
    return rules


def say_currencies(db: duckdb.DuckDBPyConnection, bad: str, rated: Rated) -> None:
    """Name the currency that the rejected rows have no rate for, and where its rate belongs."""
    entry = f": currency: {{reporting: {rated.reporting}, rates: {{"
    said = f"value || ' has no rate; say in company.yml what one is worth' || {literal(entry)} || value || ': …}}}}'"
    run(db, f"update {bad} set message = {said} where rule = {literal(WITHOUT_RATE)}")
