"""The company's profile in raw.company_*: each load writes it with the data, in the same transaction."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psycopg2 import sql
from psycopg2.extras import execute_values

from company.contract import Table
from company.profile import Profile
from company.tables import COLUMNS, company_tables
from loader.loaded import Options
from loader.write.currencies import find_currencies, settle_currency
from loader.write.making import make_table
from warehouse.errors import TowerError

NAME = "company.yml"
# What is merged knows the rates of earlier loads that convert to the same currency: a drop may hold a file of rates.
KEEP_RATES = """
    insert into raw.company_fx_rates
    select currency, valid_from, rate from earlier_rates inner join raw.company_settings using (reporting_currency)
    where (currency, valid_from) not in (select currency, valid_from from raw.company_fx_rates)
"""


def find_company(folder: Path, given: Path | None, project: Path) -> Path | None:
    """The profile that counts: COMPANY_FILE, else the one beside the data, else the project's, else none.

    Raises TowerError when the given one is not there.
    """
    if given and not given.is_file():
        raise TowerError(f"COMPANY_FILE: there is no file {given}")
    return given or next((path for path in (folder / NAME, project / NAME) if path.is_file()), None)


def timezone_of(connection: Any | None, options: Options) -> str:
    """The zone whose days count: the profile's, else for what is merged the one that the last load said."""
    if options.profile or options.mode == "replace" or connection is None:
        return (options.profile or Profile()).calendar.timezone
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('raw.company_settings') is not null")
        if cursor.fetchone()[0]:
            cursor.execute("select timezone from raw.company_settings")
        row = cursor.fetchone()
    return str(row[0]) if row else Profile().calendar.timezone


def write_company(cursor: Any, options: Options) -> str | None:
    """Replace what is known of the company; what is merged without a profile keeps the last one. Returns the name."""
    for table, columns in COLUMNS.items():
        make_table(cursor, table, columns)
    keeps = options.profile is None and options.mode != "replace"
    if not (keeps and _names(cursor)):
        if options.mode != "replace":
            cursor.execute(
                "create temp table earlier_rates on commit drop as "
                "select fx.*, reporting_currency from raw.company_fx_rates as fx cross join raw.company_settings"
            )
        for table, rows in company_tables(options.profile or Profile(), options.gross_margin).items():
            name = sql.Identifier("raw", table)
            cursor.execute(sql.SQL("truncate {}").format(name))
            query = sql.SQL("insert into {} values %s").format(name)
            execute_values(cursor, query, [tuple(row.values()) for row in rows])
        if options.mode != "replace":
            cursor.execute(KEEP_RATES)
    return _names(cursor)[0]


def is_company_new(cursor: Any, tables: list[Table], options: Options) -> bool:
    """Whether the profile or its rates say something else than the last load did; changes nothing.

    Raises TowerError for amounts that would have no rate.
    """
    before = _content(cursor)
    cursor.execute("savepoint company")
    write_company(cursor, options)
    settle_currency(cursor, find_currencies(cursor, tables))
    after = _content(cursor)
    cursor.execute("rollback to savepoint company")
    return before != after


def _content(cursor: Any) -> list[list[tuple[Any, ...]]]:
    """The rows of all of the company's tables."""
    found = []
    for table, columns in COLUMNS.items():
        make_table(cursor, table, columns)
        cursor.execute(sql.SQL("select * from {} as t order by cast(t.* as text)").format(sql.Identifier("raw", table)))
        found.append(cursor.fetchall())
    return found


def _names(cursor: Any) -> list[str | None]:
    cursor.execute("select company_name from raw.company_settings")
    return [row[0] for row in cursor.fetchall()]
