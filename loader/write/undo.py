"""A replacement keeps what it replaces, in the schema `before`, until the next load that succeeds: so it can be undone.

A copy named <schema>.<table> says where it goes back. With raw.* go the tables of ops that say what raw.* holds, and
the history of accounts, which a build with the wrong load has written on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg2 import sql

from loader.sql import literal
from warehouse.errors import TowerError

HISTORY = "intermediate.account_history"
KEEP = f"""
do $$
declare
    found record;
begin
    drop schema if exists before cascade;
    if exists (select from ops.load_runs where status = 'succeeded') then
        create schema before;
        for found in
            select schemaname, tablename, schemaname || '.' || tablename as name from pg_tables
            where schemaname = 'raw' or schemaname || '.' || tablename in (
                'ops.contradictions', 'ops.loaded_tables', 'ops.merged_rows', 'ops.word_spellings', {literal(HISTORY)}
            )
        loop
            execute format('create table before.%I as table %I.%I', found.name, found.schemaname, found.tablename);
        end loop;
    end if;
end
$$
"""
# name, columns and types of each copy, and those of the table that it is a copy of
KEPT = """
    with columns as (
        select attrelid, array_agg(attname || ' ' || format_type(atttypid, atttypmod) order by attnum) as columns
        from pg_attribute where attnum > 0 and not attisdropped group by attrelid
    )
    select relname, kept.columns = coalesce(now.columns, '{}')
    from pg_class inner join columns as kept on kept.attrelid = oid
    left join columns as now on now.attrelid = to_regclass(relname::text)
    where relnamespace = to_regnamespace('before') and relkind = 'r' order by relname
"""
SIZE = """
    select coalesce(sum(pg_total_relation_size(oid)), 0) from pg_class
    where relnamespace = to_regnamespace('before') and relkind = 'r'
"""


@dataclass(frozen=True)
class Run:
    """A load that succeeded."""

    number: int
    mode: str
    folder: str
    as_of: date

    def describe(self) -> str:
        """In words."""
        return f"load {self.number} ({self.folder}, as of {self.as_of})"


def keep_replaced(cursor: Any) -> None:
    """Copy what a replacement is about to replace; nothing before the first load."""
    cursor.execute(KEEP)


def forget_replaced(cursor: Any) -> None:
    """Drop the copies: another load has succeeded on top."""
    cursor.execute("drop schema if exists before cascade")


def kept_bytes(cursor: Any) -> int:
    """The room that the copies take, 0 when nothing is kept."""
    cursor.execute(SIZE)
    return int(cursor.fetchone()[0])


def undo(cursor: Any) -> tuple[Run, Run]:
    """Put back what the last load replaced; returns that load and the one in force again. The caller commits.

    Raises TowerError when nothing is kept, or the tables have other columns by now.
    """
    runs = _runs(cursor)
    cursor.execute(KEPT)
    kept = dict(cursor.fetchall())
    if not kept:
        raise TowerError(_nothing_kept(runs))
    history = kept.pop(HISTORY, None)
    if changed := [name for name, is_same in kept.items() if not is_same]:
        raise TowerError(
            f"{changed[0]} has other columns than when its rows were replaced; nothing was changed. "
            "Load the files of before again: make load-data DATA=folder"
        )
    cursor.execute("select tablename from pg_tables where schemaname = 'raw'")
    gone = {f"raw.{name}" for (name,) in cursor.fetchall()} - kept.keys()
    for name in sorted(gone):
        cursor.execute(sql.SQL("truncate {}").format(_table(name)))
    for name in kept:
        _put_back(cursor, name)
    if history:
        _put_back(cursor, HISTORY)
    else:
        _exchange_history(cursor, history is not None)
    last, earlier = runs[:2]
    cursor.execute(
        "update ops.load_runs set status = 'undone', message = %s where load_run_id = %s",
        (f"undone: load {earlier.number} is in force again", last.number),
    )
    forget_replaced(cursor)
    return last, earlier


def _runs(cursor: Any) -> list[Run]:
    """The last two loads that succeeded, the newest first."""
    cursor.execute(
        "select load_run_id, mode, source_folder, as_of_date from ops.load_runs where status = 'succeeded' "
        "order by load_run_id desc limit 2"
    )
    return [Run(*row) for row in cursor.fetchall()]


def _nothing_kept(runs: list[Run]) -> str:
    """Why there is nothing to undo, and what to do instead."""
    if not runs:
        return "nothing is loaded, so there is nothing to undo"
    last, again = runs[0], "load the right files again: make load-data DATA=folder"
    if last.mode != "replace":
        return f"load {last.number} was a {last.mode}, and only a replacement can be undone; {again}"
    if len(runs) == 1:
        return f"there is no load before load {last.number} to go back to; {again}"
    return f"what load {last.number} replaced is no longer kept: one load can be undone; {again}"


def _put_back(cursor: Any, name: str) -> None:
    cursor.execute(sql.SQL("truncate {}").format(_table(name)))
    cursor.execute(sql.SQL("insert into {} select * from {}").format(_table(name), sql.Identifier("before", name)))


def _exchange_history(cursor: Any, is_kept: bool) -> None:
    """The history of accounts as it was, also when it did not exist yet or dbt has made it anew since."""
    cursor.execute(sql.SQL("drop table if exists {} cascade").format(_table(HISTORY)))
    if is_kept:
        query = sql.SQL("create table {} as table {}")
        cursor.execute(query.format(_table(HISTORY), sql.Identifier("before", HISTORY)))


def _table(name: str) -> sql.Identifier:
    return sql.Identifier(*name.split(".", 1))
