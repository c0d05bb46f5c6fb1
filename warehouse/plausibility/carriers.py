"""Who carries a difference between the candidate and what is shown: accounts by amount, files by rows."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from psycopg2 import sql

from warehouse.publication import CANDIDATE

MOST = 3  # that are named
PROJECT = "gtm_control_tower"


def accounts(cursor: Any, shown: str, mart: str, value: str, month: date | None = None) -> tuple[str, ...]:
    """The accounts whose value (a column, or an expression of ours) differs most, with by how much."""
    where = sql.SQL("" if month is None else "where revenue_month = %(month)s")
    sides = [
        sql.SQL("select account_id, {} as value from {} {}").format(sql.SQL(value), sql.Identifier(schema, mart), where)
        for schema in (shown, CANDIDATE)
    ]
    cursor.execute(
        sql.SQL(
            "select left(coalesce(new.account_name, old.account_name, account_id), 60), "
            "coalesce(candidate.value, 0) - coalesce(shown.value, 0) as moved "
            "from ({}) as shown full join ({}) as candidate using (account_id) "
            "left join {} as old using (account_id) left join {} as new using (account_id) "
            "where coalesce(candidate.value, 0) <> coalesce(shown.value, 0) "
            "order by abs(coalesce(candidate.value, 0) - coalesce(shown.value, 0)) desc, account_id limit %(most)s"
        ).format(*sides, sql.Identifier(shown, "dim_account"), sql.Identifier(CANDIDATE, "dim_account")),
        {"month": month, "most": MOST},
    )
    return tuple(f"{name} " + f"{moved:+,.0f}".replace("-", "−") for name, moved in cursor.fetchall())


def files(cursor: Any, shown: str, target: Path, mart: str, column: str = "") -> tuple[str, ...]:
    """The files of the candidate's load that a mart rests on: those with the column first, then by rows that differ."""
    cursor.execute(
        "with loads as (select (select load_run_id from ops.builds order by build_id desc limit 1) as now, "
        "(select load_run_id from ops.publications where 'marts_' || publication_id = %s) as before) "
        "select files.file, files.rows_loaded, earlier.rows "
        "from ops.load_files as files inner join loads on files.load_run_id = loads.now "
        "cross join lateral (select sum(rows_loaded) as rows from ops.load_files as earlier "
        "where earlier.load_run_id = loads.before and earlier.source_table = files.source_table) as earlier "
        "where files.source_table = any(%s) and files.status = 'loaded' "
        "order by %s = any(string_to_array(files.header, files.delimiter)) desc, "
        "abs(files.rows_loaded - coalesce(earlier.rows, 0)) desc, files.file limit %s",
        (shown, _tables(target, mart), column, MOST),
    )
    return tuple(
        f"{file} ({rows:,} rows{'' if before in (None, rows) else f', {before:,} before'})"
        for file, rows, before in cursor.fetchall()
    )


def _tables(target: Path, mart: str) -> list[str]:
    """The tables of the contract that a mart is built of, by what dbt knows of it; none where that is gone."""
    manifest = target / "manifest.json"
    parents = json.loads(manifest.read_text(encoding="utf-8"))["parent_map"] if manifest.exists() else {}
    seen, todo = set(), [f"model.{PROJECT}.{mart}"]
    while todo:
        node = todo.pop()
        if node not in seen:
            seen.add(node)
            todo += parents.get(node, [])
    return sorted(".".join(node.split(".")[2:]) for node in seen if node.startswith("source."))
