"""One currency for all amounts: which it is, and that every other has a rate. Nothing is added across currencies."""

from __future__ import annotations

from typing import Any

from psycopg2 import sql

from company.contract import Table
from company.currencies import DECIMALS, symbol
from warehouse.errors import TowerError

CURRENCY = "currency"


def settle_currency(cursor: Any, tables: list[Table]) -> str | None:
    """The reporting currency: company.yml's, else the one that most amounts are in; None where none says its own.

    Raises TowerError for amounts in a currency without a rate, or that only spot rates could convert.
    """
    found = _found(cursor, tables)
    cursor.execute("select reporting_currency, fx_method from raw.company_settings")
    declared, method = cursor.fetchone()
    reporting = declared or _most(found)
    if reporting is None:
        return None
    cursor.execute("select distinct currency from raw.company_fx_rates")
    known = {reporting, *(row[0] for row in cursor.fetchall())}
    others = {code: places for code, places in found.items() if code != reporting}
    if unknown := {code: places for code, places in others.items() if code not in known}:
        raise TowerError(_without_rate(unknown, reporting, bool(declared)))
    if others and method != "constant":
        raise TowerError(
            f"company.yml: currency.fx: {method} cannot convert {_listed(others)} yet; "
            "use constant, the plan rate of the present fiscal year. Nothing was changed"
        )
    if not declared:
        cursor.execute(
            "update raw.company_settings set reporting_currency = %s, currency_symbol = %s, currency_decimals = %s",
            (reporting, symbol(reporting), DECIMALS.get(reporting, 2)),
        )
    return str(reporting)


def _found(cursor: Any, tables: list[Table]) -> dict[str, dict[str, int]]:
    """The currencies that amounts say: code in capitals to table to rows."""
    found: dict[str, dict[str, int]] = {}
    for table in tables:
        if not any(column.name == CURRENCY for column in table.columns):
            continue
        name = sql.Identifier("raw", table.relation)
        query = "select upper({0}), count(*) from {1} where {0} is not null group by 1 order by 1"
        cursor.execute(sql.SQL(query).format(sql.Identifier(CURRENCY), name))
        for code, rows in cursor.fetchall():
            found.setdefault(code, {})[table.key] = rows
    return found


def _most(found: dict[str, dict[str, int]]) -> str | None:
    """The currency of most rows; of two that are level the first by the alphabet."""
    return min(found, key=lambda code: (-sum(found[code].values()), code), default=None)


def _without_rate(unknown: dict[str, dict[str, int]], reporting: str, is_declared: bool) -> str:
    """Which amounts cannot be added, and what to type."""
    rates = ", ".join(f"{code}: …" for code in sorted(unknown))
    said = "company.yml reports in" if is_declared else "most amounts are in"
    return (
        f"amounts in a currency without a rate: {_listed(unknown)}; {said} {reporting}. Say in company.yml what one "
        f"unit is worth: currency: {{reporting: {reporting}, rates: {{{rates}}}}}. Nothing was changed"
    )


def _listed(currencies: dict[str, dict[str, int]]) -> str:
    return "; ".join(
        f"{code} ({', '.join(f'{rows:,} in {table}' for table, rows in places.items())})"
        for code, places in sorted(currencies.items())
    )
