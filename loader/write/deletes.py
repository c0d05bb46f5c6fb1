"""<table>.deleted.csv in a drop: one column with the keys of the rows that are gone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from psycopg2 import sql

from loader.check import rejects
from loader.check.check import Check
from loader.check.outcome import FileReport, Problem
from loader.files.folder import FolderSource, Relation
from loader.sql import identifier, run
from loader.write.copying import Exported, copy_rows


def delete_rows(cursor: Any, check: Check, source: FolderSource) -> list[FileReport]:
    """Take the keys out, children first; a key that others still refer to is rejected."""
    reports = []
    for table in reversed(check.tables):
        for path in source.deleted[table.key]:
            key = table.column(table.primary_key)
            relation = source.relation(check.db, replace(table, columns=(key,)), path)
            if relation.facts and relation.facts.is_parquet:
                relation.trouble.append(("", "file", "keys to delete must come as CSV"))
            if not relation.trouble:
                relation = source.carefully(check.db, relation)
            report = FileReport(table, relation.file, relation, is_deletion=True)
            reports.append(report)
            if relation.trouble:
                report.is_refused = True
                report.problems = [Problem(report.file, 1, c, rule, "", text) for c, rule, text in relation.trouble]
            else:
                _delete(cursor, check, report, relation)
    return reports


def _delete(cursor: Any, check: Check, report: FileReport, relation: Relation) -> None:
    db, table, bad = check.db, report.table, rejects.new_table(check.db, report)
    key, keys = table.primary_key, f"(select _line, {identifier(table.primary_key)} as k from ({relation.sql}))"
    run(
        db,
        f"insert into {bad} (_line, rule, column_name, message, value) "
        "select _line, rule, column_name, message, value from read_parquet(?) union all "
        f"select _line, 'not_null', ?, 'empty', null from {keys} where k is null union all "
        "select _line, 'duplicate', ?, 'the key stands in an earlier line of this file', k from (select *, "
        f"row_number() over (partition by k order by _line) as seen from {keys}) where seen > 1 and k is not null",
        [str(relation.refused), key, key],
    )
    already = run(db, f"select count(*) from {bad}").fetchall()[0][0]
    cursor.execute("create temp table gone (_line bigint, k varchar) on commit drop")
    rows = Exported(db.cursor(), f"select * from {keys} where _line not in (select _line from {bad})")
    report.rows = already + copy_rows(cursor, table, ["_line", "k"], rows, sql.Identifier("gone"))
    rows.close()
    for child in check.tables:
        for column in child.columns:
            if column.references and column.references[:2] == (table.source, table.name):
                query = sql.SQL(
                    "delete from gone using (select distinct {} as c from {}) u where k = c returning _line, k"
                )
                cursor.execute(query.format(sql.Identifier(column.name), sql.Identifier("raw", child.relation)))
                for line, value in cursor.fetchall():
                    message = f"{child.key} still refers to it"
                    run(
                        db, f"insert into {bad} values (?, 'relationships', ?, ?, ?, null)", [line, key, message, value]
                    )
    query = sql.SQL("delete from {} where {} in (select k from gone)")
    cursor.execute(query.format(sql.Identifier("raw", table.relation), sql.Identifier(key)))
    report.deleted = cursor.rowcount
    cursor.execute("drop table gone")
    report.rejected = run(db, f"select count(*) from {bad}").fetchall()[0][0]
    report.problems = rejects.examples(db, report)
