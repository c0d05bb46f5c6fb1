"""Which closed months moved between two publications, and the accounts behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from psycopg2 import sql

from metrics.catalogue import all_metrics, get_metric
from metrics.lists import behind
from metrics.restated.kept import batches, keep, monthly
from warehouse.connections import owner_connection
from warehouse.reading import Reader

# what is less than this cannot be seen, by a metric's format
UNITS = {"money": 0.5, "count": 0.5, "percent": 0.0005, "days": 0.5, "hours": 0.05, "months": 0.05}
UNIT = 0.005
NAMED = 3  # accounts
MONTHS = 12  # that are looked into, the newest first
LATE = {  # what has become of an account's month: what is said of one and of several
    "new": ("late new customer", "late new customers"),
    "reactivation": ("late return", "late returns"),
    "expansion": ("late expansion", "late expansions"),
    "contraction": ("late contraction", "late contractions"),
    "churn": ("late cancellation", "late cancellations"),
    "none": ("movement taken back", "movements taken back"),
    "gone": ("account taken back", "accounts taken back"),
}
COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
MOVED = """
    with old as (select *, coalesce(segment, '') as part from ops.publication_kpis where publication_id = %(before)s),
    new as (select *, coalesce(segment, '') as part from ops.publication_kpis where publication_id = %(after)s),
    months as (select month from old intersect select month from new)
    select metric, month, coalesce(old.segment, new.segment), old.value, new.value
    from old full join new using (metric, month, part)
    where old.value is distinct from new.value and month in (select month from months)
    order by month desc, metric, 3 nulls first
"""
# the first month in which an account's MRR differs, up to each month in which it does: what it is there now
CAUSES = """
    select account_id, revenue_month, case when new.account_id is null then 'gone' else new.movement_type end
    from {}.fct_revenue_monthly as old
    full join {}.fct_revenue_monthly as new using (account_id, revenue_month)
    where old.movement_type is distinct from new.movement_type
        or old.ending_mrr - old.starting_mrr is distinct from new.ending_mrr - new.starting_mrr
    order by revenue_month
"""


@dataclass(frozen=True)
class Restatement:
    """A closed month's value that is another than before; `segment` None is all of them."""

    metric: str
    month: date
    segment: str | None
    before: float | None
    after: float | None
    accounts: int = 0
    reason: str = ""


def restate() -> list[Restatement]:
    """Keep the values of what is shown and of what it continues, and note what moved from there to here."""
    with owner_connection() as connection, connection, connection.cursor() as cursor:
        cursor.execute("select publication_id, continues from ops.publications natural join ops.shown")
        found = cursor.fetchone()
        if not found or found[1] is None:
            return []
        after, before = found
        cursor.execute("select kept from ops.publications where publication_id = %s", (before,))
        for publication in [after, *([before] if cursor.fetchone()[0] else [])]:
            keep(cursor, publication)
        cursor.execute("delete from ops.restatements where publication_id = %s", (after,))
        restatements = explained(cursor, moved(cursor, before, after), before, after)
        for one in restatements:
            row = (after, one.metric, one.month, one.segment, one.before, one.after, one.accounts, one.reason)
            cursor.execute("insert into ops.restatements values (%s, %s, %s, %s, %s, %s, %s, %s)", row)
        return restatements


def moved(cursor: Any, before: int, after: int) -> list[Restatement]:
    """The values that differ by what can be seen, the newest months first."""
    cursor.execute(MOVED, {"before": before, "after": after})
    known = {metric.name: UNITS.get(metric.format, UNIT) for metric in monthly()}
    found = (Restatement(*row) for row in cursor.fetchall())
    return [one for one in found if one.metric in known and _is_seen(one, known[one.metric])]


def _is_seen(one: Restatement, unit: float) -> bool:
    return one.before is None or one.after is None or abs(one.after - one.before) >= unit


def explained(cursor: Any, found: Sequence[Restatement], before: int, after: int) -> list[Restatement]:
    """The same with the accounts behind, for metrics that have a list and the newest months that moved."""
    if not found:
        return []
    accounts, causes = _accounts(cursor, after), _causes(cursor, before, after)
    result: list[Restatement] = []
    for place, month in enumerate(sorted({one.month for one in found}, reverse=True)):
        those = [one for one in found if one.month == month]
        lists = _lists({one.metric for one in those}, month, before, after) if place < MONTHS else {}
        known = causes[causes["month"] <= month].drop_duplicates("account_id", keep="last").set_index("account_id")
        for one in those:
            rows = lists.get(one.metric, pd.Series(dtype=float))
            if one.segment is not None:
                rows = rows[accounts["segment"].reindex(rows.index) == one.segment]
            reason = _reason(rows, accounts["account_name"], known["cause"]) if len(rows) else ""
            result.append(Restatement(one.metric, month, one.segment, one.before, one.after, len(rows), reason))
    return result


def _lists(metrics: set[str], month: date, before: int, after: int) -> dict[str, pd.Series]:
    """By metric: by how much the part that moved most differs, by account, largest first."""
    listable = [metric for metric in monthly() if "account" in metric.keys and metric.parts]
    result = {}
    for names in batches(listable):
        if metrics & {*names}:
            sides = [
                behind(names, ("account",), None, month, month, reader=Reader(publication=number)).set_index("account")
                for number in (before, after)
            ]
            differences = _difference(*sides)
            for name in metrics & {*names}:
                result[name] = _largest(differences[list(get_metric(name).parts)])
    return result


def _difference(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """After less before, by account; what is not there is 0, and what belongs to no account is left out."""
    accounts = before.index.union(after.index).dropna()
    return after.reindex(accounts).fillna(0.0) - before.reindex(accounts).fillna(0.0)


def _largest(differences: pd.DataFrame) -> pd.Series:
    """Of the parts of a metric the one in which most accounts differ, then by the amount."""
    sizes = {name: (differences[name].abs() > UNIT) for name in differences.columns}
    part = max(sizes, key=lambda name: (sizes[name].sum(), differences[name].abs().sum()))
    rows = differences.loc[sizes[part], part]
    return rows.reindex(rows.abs().sort_values(ascending=False, kind="stable").index).rename(part)


def _reason(rows: pd.Series, names: pd.Series, causes: pd.Series) -> str:
    """Such as «three late cancellations: Acme −1,200, Beta −300, Cox −20»."""
    kinds = causes.reindex(rows.index)
    if kinds.notna().all():
        said = ", ".join(
            _counted(int(count), *LATE.get(str(kind), ("change", "changes")))
            for kind, count in kinds.value_counts().items()
        )
    else:
        said = _counted(len(rows), "account", "accounts")
    adds_up = all_metrics()[str(rows.name)].format in ("money", "count")
    amounts = [f" {value:+,.0f}".replace("-", "−") if adds_up and abs(value) > 1 else "" for value in rows.head(NAMED)]
    largest = [f"{names.get(account, account)}{amount}" for account, amount in zip(rows.index, amounts, strict=False)]
    return f"{said}: {', '.join(largest)}{' …' if len(rows) > NAMED else ''}"


def _counted(number: int, one: str, several: str) -> str:
    return f"{COUNTS[number] if number < len(COUNTS) else format(number, ',')} {one if number == 1 else several}"


def _accounts(cursor: Any, publication: int) -> pd.DataFrame:
    """Name and segment of each account."""
    query = sql.SQL("select account_id, left(coalesce(account_name, account_id), 60), segment from {}.dim_account")
    cursor.execute(query.format(sql.Identifier(f"marts_{publication}")))
    frame = pd.DataFrame(cursor.fetchall(), columns=["account_id", "account_name", "segment"])
    return frame.set_index("account_id")


def _causes(cursor: Any, before: int, after: int) -> pd.DataFrame:
    """account_id, month and cause of each account and month whose movement is another; none where a side is gone."""
    schemas = [f"marts_{number}" for number in (before, after)]
    cursor.execute(
        "select bool_and(to_regclass(name || '.fct_revenue_monthly') is not null) from unnest(%s) as name", (schemas,)
    )
    rows = []
    if cursor.fetchone()[0]:
        cursor.execute(sql.SQL(CAUSES).format(*map(sql.Identifier, schemas)))
        rows = cursor.fetchall()
    return pd.DataFrame(rows, columns=["account_id", "month", "cause"])
