"""The checks: each yields what is further from what is shown than its bound allows, the worst of each kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from psycopg2 import sql

from warehouse.plausibility import carriers
from warehouse.plausibility.findings import Finding
from warehouse.plausibility.sides import FEW, MOVEMENTS, Pair
from warehouse.publication import CANDIDATE

LEAST_ROWS = 100  # of fewer, a share says little
A_WEEK = 0.25  # months
LEAST_MONTHS = 3  # of history, before a new month is compared with the largest
SMALL, LARGE = 0.02, 0.10  # of MRR: what a movement must differ by in a closed and in a new month


def today(pair: Pair) -> Iterator[Finding]:
    """MRR and customers on the as-of date."""
    for check, what, unit in (("mrr", "MRR today", "money"), ("customers", "Customers today", "count")):
        before, after = (float(side.facts[check]) for side in (pair.shown, pair.candidate))
        if (unit == "count" or pair.is_same_money) and pair.is_far(check, before, after, pair.shown.facts["customers"]):
            value = "current_mrr" if unit == "money" else "cast(is_active_customer as integer)"
            accounts = carriers.accounts(pair.cursor, pair.shown.schema, "dim_account", value)
            yield Finding(check, what, before, after, f"{pair.bounds[check]:.0%} a month", accounts, unit)


def closed_months(pair: Pair) -> Iterator[Finding]:
    """MRR and customers at the end of months that were complete in both."""
    bound = pair.bounds["closed_months"]
    for column, name, unit in (("ending_mrr", "MRR", "money"), ("ending_customers", "Customers", "count")):
        found = []
        for month, before in pair.shown.months.items() if bound is not None else ():
            customers, value = before["ending_customers"], before[column]
            if customers and value and _both_closed(pair, month) and (unit == "count" or pair.is_same_money):
                share = abs(pair.candidate.months.get(month, {}).get(column, 0.0) - value) / value
                if share > max(bound or 0.0, FEW / customers):
                    found.append((share, month))
        if found:
            _, month = max(found)
            yield _of_month(
                pair, "closed_months", f"{name} at the end of", month, column, f"{bound:.0%}", len(found), unit
            )


def movements(pair: Pair) -> Iterator[Finding]:
    """Movements of months that were complete in both, and of new ones beside the largest of the twelve before."""
    most = pair.bounds["movements"]
    if most is None or not pair.is_same_money:
        return
    before = sorted(month for month in pair.shown.months if pair.shown.closed(month))
    first = max(side.facts["first_month"] for side in (pair.shown, pair.candidate))
    for column, name in MOVEMENTS.items():
        found = []
        for month, values in pair.candidate.months.items():
            is_closed = _both_closed(pair, month) and month > first and month in pair.shown.months
            is_new = len(before) >= LEAST_MONTHS and month > before[-1] and not pair.shown.closed(month)
            if is_closed or is_new:
                year = [month] if is_closed else before[-12:]
                least = _least(pair.shown.months[year[-1]], SMALL if is_closed else LARGE)
                was, value = max(pair.shown.months[known][column] for known in year), values[column]
                low, high = sorted((was, value)) if is_closed else (was, value)
                if high > most * low and high - low > least:
                    found.append((high - low, month, was))
        if found:
            _, month, was = max(found)
            finding = _of_month(pair, "movements", f"{name} of", month, column, f"×{most:g}", len(found), "money")
            yield finding if _both_closed(pair, month) else _beside(finding, was)


def _beside(finding: Finding, largest: float) -> Finding:
    """A finding of a month that is new, beside the largest before."""
    what = f"{finding.what}, beside the largest of the year before"
    return Finding(
        finding.check, what, largest, finding.candidate, finding.bound, finding.carried_by, "money", finding.also
    )


def _least(month: Mapping[str, float], share: float) -> float:
    """By how much money a movement must differ to be looked at: a share of MRR, and more than a few customers'."""
    return max(share * month["ending_mrr"], FEW * month["ending_mrr"] / max(month["ending_customers"], 1))


def _both_closed(pair: Pair, month: date) -> bool:
    return pair.shown.closed(month) and pair.candidate.closed(month)


def _of_month(
    pair: Pair, check: str, name: str, month: date, column: str, bound: str, found: int, unit: str
) -> Finding:
    """What a column of fct_revenue_monthly sums to in a month, on both sides."""
    before, after = (side.months.get(month, {}).get(column, 0.0) for side in (pair.shown, pair.candidate))
    accounts = carriers.accounts(pair.cursor, pair.shown.schema, "fct_revenue_monthly", column, month)
    return Finding(check, f"{name} {month:%B %Y}", before, after, bound, accounts, unit, found - 1)


def rows(pair: Pair) -> Iterator[Finding]:
    """Rows of each mart, as the server counted them when it was built."""
    if not pair.is_same_sql:
        return
    found = [row for row in _counted(pair) if pair.is_far("rows", row[1], row[2], row[1])]
    if found:
        mart, before, after = max(found, key=lambda row: abs(row[2] - row[1]) / row[1])
        files = carriers.files(pair.cursor, pair.shown.schema, pair.target, mart)
        yield Finding(
            "rows", f"Rows of {mart}", before, after, f"{pair.bounds['rows']:.0%} a month", files, also=len(found) - 1
        )


def _counted(pair: Pair) -> list[tuple[str, float, float]]:
    """Marts with their rows on both sides, where what is shown has enough of them."""
    pair.cursor.execute(
        "select shown.relname, shown.reltuples, candidate.reltuples from pg_class as shown "
        "inner join pg_class as candidate on shown.relname = candidate.relname "
        "where shown.relnamespace = to_regnamespace(%s) and candidate.relnamespace = to_regnamespace(%s) "
        "and shown.relkind = 'r' and candidate.relkind = 'r' and shown.reltuples >= %s and candidate.reltuples >= 0 "
        "order by 1",
        (pair.shown.schema, CANDIDATE, LEAST_ROWS),
    )
    return list(pair.cursor.fetchall())


def nulls(pair: Pair) -> Iterator[Finding]:
    """Columns that lack more values than before, by the server's statistics, or all of them; not going back in time.

    What speaks of the last twelve months, or of what follows, comes and goes with the months that are known.
    """
    if (bound := pair.bounds["nulls"]) is None or pair.passed < -A_WEEK or not pair.is_same_sql:
        return
    marts = [mart for mart, _, after in _counted(pair) if after >= LEAST_ROWS]
    pair.cursor.execute(
        "select tablename, attname, old.null_frac, new.null_frac from pg_stats as old "
        "inner join pg_stats as new using (tablename, attname) "
        "where old.schemaname = %s and new.schemaname = %s and tablename = any(%s) "
        "and (new.null_frac - old.null_frac > %s or new.null_frac = 1 and old.null_frac < 0.95) "
        "order by new.null_frac - old.null_frac desc, 1, 2",
        (pair.shown.schema, CANDIDATE, marts, bound * (1 + max(pair.passed, 0))),
    )
    found = pair.cursor.fetchall()
    if found and bound < 1:
        mart, column, before, after = found[0]
        files = carriers.files(pair.cursor, pair.shown.schema, pair.target, mart, column)
        what = f"Rows of {mart} without {column}"
        yield Finding("nulls", what, before, after, f"{bound * 100:.0f} points a month", files, "share", len(found) - 1)


def words(pair: Pair) -> Iterator[Finding]:
    """Words that nobody declared and that were not there."""
    if (most := pair.bounds["new_words"]) is None:
        return
    query = (
        "select kind, value, is_declared from {0}.dim_word union select 'stage', stage, is_declared from {0}.dim_stage"
    )
    found: dict[str, tuple[set[str], set[str]]] = {}
    for place, schema in enumerate((pair.shown.schema, CANDIDATE)):
        pair.cursor.execute(sql.SQL(query).format(sql.Identifier(schema)))
        for kind, value, is_declared in pair.cursor.fetchall():
            if place == 0 or not is_declared:
                found.setdefault(kind, (set(), set()))[place].add(value)
    for kind, (known, there) in sorted(found.items()):
        new = sorted(there - known)
        if known and len(new) > max(most, len(known) / 2):
            what = f"Words for {kind.replace('_', ' ')} that are not known yet"
            yield Finding("new_words", what, 0, len(new), f"{most:g}", tuple(new[:3]))


CHECKS: tuple[Callable[[Pair], Iterator[Finding]], ...] = (today, closed_months, movements, rows, nulls, words)
