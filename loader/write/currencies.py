"""One currency for all amounts: which it is, and that every other has a rate. Nothing is added across currencies.

Where the reporting currency is known before the load, the check rejects the rows that have no rate; where it is learned
from the load, `settle_currency` refuses them together.
"""

from __future__ import annotations

from typing import Any

import duckdb
from psycopg2 import sql

from company.contract import Table
from company.currencies import DECIMALS, symbol
from company.profile import Profile
from loader.check.rated import WITHOUT_RATE, Rated
from loader.check.reading import Checked
from loader.loaded import Options
from loader.sql import literal, run
from warehouse.errors import TowerError

LEDGER = "billing.subscription_changes"
Found = dict[str, dict[str, int]]  # code in capitals to table to rows


def rated_of(connection: Any | None, options: Options) -> Rated | None:
    """The currencies with a rate: the profile's, for what is merged those of earlier loads too; None if learned."""
    before = rated_before(connection) if connection and options.mode != "replace" else None
    if options.profile is None and before:
        return before
    currency = (options.profile or Profile()).currency
    codes = frozenset({str(currency.reporting), *(rate.currency for rate in currency.rates)})
    if before and before.reporting == currency.reporting:
        codes |= before.codes
    return Rated(currency.reporting, codes) if currency.reporting else None


def rated_before(connection: Any) -> Rated | None:
    """The currencies with a rate as of the last load, whether it was told its reporting currency or learned it."""
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('raw.company_settings') is not null")
        if not cursor.fetchone()[0]:
            return None
        cursor.execute(
            "select reporting_currency, array(select currency from raw.company_fx_rates) from raw.company_settings"
        )
        row = cursor.fetchone()
    return Rated(row[0], frozenset({row[0], *row[1]})) if row and row[0] else None


def refuse_torn_ledgers(cursor: Any, db: duckdb.DuckDBPyConnection, checked: list[Checked]) -> None:
    """Raise TowerError for a subscription of whose changes some were rejected for their currency and some hold.

    Its earlier price would go on for ever: a number that is wrong, where without any of its changes it only lacks.
    """
    for file in (file for file in checked if file.outcome.table.key == LEDGER):
        lost = _lost_changes(db, file)
        query = "select min(subscription_id) from raw.billing_subscription_changes where subscription_id = any(%s)"
        cursor.execute(query, (list(lost),))
        if torn := cursor.fetchone()[0]:
            raise TowerError(
                f"{file.outcome.file}: some changes of subscription {torn} are in {lost[torn]}, which has no rate, and "
                f"its MRR would keep the price of before; say in company.yml: currency: rates: {{{lost[torn]}: …}}. "
                "Nothing was changed"
            )


def _lost_changes(db: duckdb.DuckDBPyConnection, file: Checked) -> dict[str, str]:
    """The subscriptions with changes that were rejected for their currency, each with such a currency."""
    if not file.bad:
        return {}
    assert file.reading
    lines = run(db, f"select _line from {file.bad} where rule = {literal(WITHOUT_RATE)}").fetchall()
    if not lines:
        return {}
    query = f"select subscription_id, upper(currency) from {file.reading.rows()} where _line in (select unnest(?))"
    return dict(run(db, query, [[line for (line,) in lines]]).fetchall())


def settle_currency(cursor: Any, found: Found) -> str | None:
    """The reporting currency: company.yml's, else the one that most amounts are in; None where none says its own.

    Raises TowerError for amounts in a currency without a rate.
    """
    cursor.execute("select reporting_currency from raw.company_settings")
    (declared,) = cursor.fetchone()
    reporting = declared or _most(found)
    if reporting is None:
        return None
    cursor.execute("select distinct currency from raw.company_fx_rates")
    known = {reporting, *(row[0] for row in cursor.fetchall())}
    others = {code: places for code, places in found.items() if code != reporting}
    if unknown := {code: places for code, places in others.items() if code not in known}:
        raise TowerError(_without_rate(unknown, reporting, bool(declared)))
    if not declared:
        cursor.execute(
            "update raw.company_settings set reporting_currency = %s, currency_symbol = %s, currency_decimals = %s",
            (reporting, symbol(reporting), DECIMALS.get(reporting, 2)),
        )
    return str(reporting)


def find_currencies(cursor: Any, tables: list[Table]) -> Found:
    """The currencies that amounts are in."""
    found: Found = {}
    for table, column in ((one, column) for one in tables for column in one.columns if column.currency_of):
        name, amounts = sql.Identifier("raw", table.relation), map(sql.Identifier, column.currency_of)
        query = (
            "select upper({0}), count(*) from {1} where {0} is not null and num_nonnulls({2}) > 0 group by 1 order by 1"
        )
        cursor.execute(sql.SQL(query).format(sql.Identifier(column.name), name, sql.SQL(", ").join(amounts)))
        for code, rows in cursor.fetchall():
            found.setdefault(code, {})[table.key] = rows
    return found


def _most(found: Found) -> str | None:
    """The currency of most rows; of two that are level the first by the alphabet."""
    return min(found, key=lambda code: (-sum(found[code].values()), code), default=None)


def _without_rate(unknown: Found, reporting: str, is_declared: bool) -> str:
    """Which amounts cannot be added, and what to type."""
    rates = ", ".join(f"{code}: …" for code in sorted(unknown))
    said = "company.yml reports in" if is_declared else "most amounts are in"
    return (
        f"amounts in a currency without a rate: {_listed(unknown)}; {said} {reporting}. Say in company.yml what one "
        f"unit is worth: currency: {{reporting: {reporting}, rates: {{{rates}}}}}. Nothing was changed"
    )


def _listed(currencies: Found) -> str:
    return "; ".join(
        f"{code} ({', '.join(f'{rows:,} in {table}' for table, rows in places.items())})"
        for code, places in sorted(currencies.items())
    )
