"""What is shown and the candidate, side by side, as far as both can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from psycopg2 import sql

from warehouse.plausibility.bounds import COUNTS, SHARES

MOVEMENTS = {
    "new_mrr": "New MRR",
    "reactivation_mrr": "Reactivated MRR",
    "expansion_mrr": "Expansion MRR",
    "contraction_mrr": "Contraction MRR",
    "churned_mrr": "Churned MRR",
}
FEW = 2  # customers who may always come or go


@dataclass(frozen=True)
class Side:
    """What one of the two says of itself, and by month its sums; the schema holds its marts."""

    schema: str
    facts: Mapping[str, Any]
    months: Mapping[date, Mapping[str, float]]

    def closed(self, month: date) -> bool:
        """Whether a month lies in the window and is complete."""
        first, last = self.facts["first_month"], self.facts["last_complete_month"]
        return bool(first and last and first <= month <= last)


@dataclass(frozen=True)
class Pair:
    """What is shown and the candidate, with the bounds that hold; `target` is where dbt writes its artefacts."""

    cursor: Any
    shown: Side
    candidate: Side
    bounds: Mapping[str, float | None]
    target: Path
    is_same_sql: bool = True  # both were built by the same models

    @property
    def passed(self) -> float:
        """Months from the one as-of date to the other, below 0 for back."""
        return float((self.candidate.facts["as_of_date"] - self.shown.facts["as_of_date"]).days) / 30.4

    @property
    def is_same_money(self) -> bool:
        """Whether amounts can be compared: the company counts them as before."""
        said = ("reporting_currency", "fx_method", "usage_in_mrr")
        return all(self.shown.facts[name] == self.candidate.facts[name] for name in said)

    def is_far(self, check: str, before: float, after: float, customers: float) -> bool:
        """Whether a value of today fell or grew by more than its check allows for the time that has passed."""
        share = self.bounds[check]
        if share is None or share >= 1 or before <= 0 or abs(after - before) * customers <= FEW * before:
            return False
        factor, passed = 1 / (1 - share), self.passed
        return after > before * factor ** (1 + max(passed, 0)) or after < before / factor ** (1 + max(-passed, 0))


def exists(cursor: Any, schema: str, mart: str) -> bool:
    """Whether a table is there."""
    cursor.execute("select to_regclass(%s) is not null", (f"{schema}.{mart}",))
    return bool(cursor.fetchone()[0])


def read_bounds(cursor: Any) -> dict[str, float | None]:
    """The usual bounds, and what company.yml says instead."""
    bounds: dict[str, float | None] = {**SHARES, **COUNTS}
    if exists(cursor, "raw", "company_plausibility"):
        cursor.execute("select check_name, cast(most as double precision) from raw.company_plausibility")
        bounds |= dict(cursor.fetchall())
    return bounds


def read_side(cursor: Any, schema: str) -> Side:
    """What the marts of a schema say."""
    of = sql.Identifier(schema)
    cursor.execute(
        sql.SQL(
            "select tower.as_of_date, tower.first_month, tower.last_complete_month, company_name, reporting_currency, "
            "fx_method, usage_in_mrr, "
            "(select cast(coalesce(sum(current_mrr), 0) as double precision) from {0}.dim_account) as mrr, "
            "(select count(*) from {0}.dim_account where is_active_customer) as customers "
            "from {0}.dim_tower as tower cross join {0}.dim_company"
        ).format(of)
    )
    facts = dict(zip([column[0] for column in cursor.description], cursor.fetchone(), strict=True))
    names = ("ending_mrr", "ending_customers", "starting_mrr", *MOVEMENTS)
    sums = sql.SQL(", ").join(
        sql.SQL("cast(coalesce(sum({}), 0) as double precision)").format(sql.Identifier(name)) for name in names
    )
    cursor.execute(sql.SQL("select revenue_month, {} from {}.fct_revenue_monthly group by 1").format(sums, of))
    months = {month: dict(zip(names, map(float, values), strict=True)) for month, *values in cursor.fetchall()}
    return Side(schema, facts, months)
