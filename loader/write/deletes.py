"""<table>.deleted.csv in a drop: one column with the keys of the rows that are gone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
from psycopg2 import sql

from company.contract import Table
from loader.check import rejects
from loader.check.outcome import Outcome, Status
from loader.check.reading import Checked, Reading, of_file, refused
from loader.files.folder import FolderSource
from loader.files.relation import Relation, Trouble
from loader.sql import first, identifier, run
from loader.write.copying import Exported, copy_rows


def delete_rows(cursor: Any, db: duckdb.DuckDBPyConnection, tables: list[Table], source: FolderSource) -> list[Checked]:
    """Take the keys out, children first; a key that others still refer to is rejected."""
    done = []
    for table in reversed(tables):
        for path in source.deleted[table.key]:
            relation = _keys(db, table, source, path)
            done.append(refused(relation) if relation.trouble else _delete(cursor, db, tables, table, relation))
    return done


def _keys(db: duckdb.DuckDBPyConnection, table: Table, source: FolderSource, path: Path) -> Relation:
    """The file as a relation with the key only, read with care."""
    key = table.column(table.primary_key)
    relation = source.relation(db, replace(table, columns=(key,)), path)
    if relation.facts and relation.facts.is_parquet:
        return replace(relation, trouble=(*relation.trouble, Trouble("", "file", "keys to delete must come as CSV")))
    return relation if relation.trouble else source.carefully(db, relation)


def _delete(
    cursor: Any, db: duckdb.DuckDBPyConnection, tables: list[Table], table: Table, relation: Relation
) -> Checked:
    bad, key = rejects.new_table(db, table), table.primary_key
    keys = f"(select _line, {identifier(key)} as k from ({relation.sql}))"
    if relation.refused:
        rejects.put_unreadable(db, bad, relation.refused)
    run(
        db,
        f"insert into {bad} (_line, rule, column_name, message, value) "
        f"select _line, 'not_null', ?, 'empty', null from {keys} where k is null union all "
        "select _line, 'duplicate', ?, 'the key stands in an earlier line of this file', k from (select *, "
        f"row_number() over (partition by k order by _line) as seen from {keys}) where seen > 1 and k is not null",
        [key, key],
    )
    already = first(db, f"select count(*) from {bad}")[0]
    cursor.execute("create temp table gone (_line bigint, k varchar) on commit drop")
    rows = Exported(db.cursor(), f"select * from {keys} where _line not in (select _line from {bad})")
    copied = copy_rows(cursor, table, ["_line", "k"], rows, sql.Identifier("gone"))
    rows.close()
    _keep_referred(cursor, db, tables, table, bad)
    query = sql.SQL("delete from {} where {} in (select k from gone)")
    cursor.execute(query.format(sql.Identifier("raw", table.relation), sql.Identifier(key)))
    outcome = Outcome(
        table,
        relation.file,
        Status.DELETED,
        rows=already + copied,
        rejected=first(db, f"select count(*) from {bad}")[0],
        deleted=cursor.rowcount,
        problems=rejects.examples(db, bad, relation.file),
    )
    cursor.execute("drop table gone")
    return Checked(of_file(outcome, relation), Reading(relation), bad)


def _keep_referred(cursor: Any, db: duckdb.DuckDBPyConnection, tables: list[Table], table: Table, bad: str) -> None:
    """Reject the keys that rows of other tables still refer to."""
    for child in tables:
        for column in child.columns:
            if column.references and column.references[:2] == (table.source, table.name):
                query = sql.SQL(
                    "delete from gone using (select distinct {} as c from {}) u where k = c returning _line, k"
                )
                cursor.execute(query.format(sql.Identifier(column.name), sql.Identifier("raw", child.relation)))
                for line, value in cursor.fetchall():
                    message = f"{child.key} still refers to it"
                    values = [line, table.primary_key, message, value]
                    run(db, f"insert into {bad} values (?, 'relationships', ?, ?, ?, null)", values)
