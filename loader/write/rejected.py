"""The rejected rows in ops, with their raw text; and given back as files to mend."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from loader.check.reading import Checked
from loader.files.records import raw_texts
from loader.files.relation import Relation
from loader.sql import identifier, run, storable
from warehouse.errors import TowerError
from warehouse.spreadsheets import harmless

MOST_OF_A_REFUSED_FILE = 10_000  # rejected rows kept of each file of a load that was refused


def write_rejects(
    cursor: Any, db: duckdb.DuckDBPyConnection, load: int, checked: list[Checked], most: int | None = None
) -> None:
    """Copy the rejected rows with their raw text into ops.rejected_rows; at most `most` of each file."""
    for file in checked:
        if file.bad:
            rows = _rejects(db, load, file, most)
            cursor.copy_expert("copy ops.rejected_rows from stdin (format csv)", Written(rows), size=1 << 16)


def _rejects(db: duckdb.DuckDBPyConnection, load: int, file: Checked, most: int | None) -> Iterator[list[list[Any]]]:
    """The rejected rows of a file, some thousands at a time."""
    assert file.reading
    limit = f"limit {most}" if most else ""
    lines = f"select _line from {file.bad} order by _line {limit}"
    texts = _texts(db, file.reading.relation, lines, file.one_line)
    cursor = run(db.cursor(), f"select _line, rule, column_name, message from {file.bad} order by _line {limit}")
    start = [str(load), file.outcome.table.key, storable(file.outcome.file)]
    while rows := cursor.fetchmany(10_000):
        yield [
            [*start, line, rule, storable(str(column)), storable(str(message)), storable(next(texts, ""))]
            for line, rule, column, message in rows
        ]


def _texts(db: duckdb.DuckDBPyConnection, relation: Relation, lines: str, one_line: bool) -> Iterator[str]:
    """The raw text of the rows that begin on the lines which the query `lines` gives, ascending.

    `one_line`: every row of the file is one line.
    """
    if relation.text_facts:
        yield from raw_texts(relation.text_facts, _each(db, lines), one_line)
        return
    values = ", ".join(
        f"""coalesce('"' || replace({identifier(name)}, '"', '""') || '"', '')""" for name in relation.columns
    )
    query = f"select concat_ws(',', {values}) from ({relation.sql}) where _line in ({lines}) order by _line"
    yield from _each(db, query)


def _each(db: duckdb.DuckDBPyConnection, query: str) -> Iterator[Any]:
    """The first column of a query, in pieces."""
    cursor = db.cursor()
    run(cursor, query)
    while rows := cursor.fetchmany(10_000):
        for row in rows:
            yield row[0]
    cursor.close()


class Written:
    """Rows as a CSV stream for COPY."""

    def __init__(self, rows: Iterator[list[list[Any]]]) -> None:
        self.rows = rows

    def read(self, size: int = -1) -> str:
        """The next piece; it may be longer than asked for."""
        sink = io.StringIO()
        csv.writer(sink, quoting=csv.QUOTE_ALL).writerows(next(self.rows, []))
        return sink.getvalue()


def export_rejects(connection: Any, run: int | None, out: Path) -> dict[str, int]:
    """Write a load's rejected rows as they were, below the header that they had; returns file: rows.

    `run` None is the last load with rejected rows. reasons.csv says why, line by line. Raises TowerError without any.
    """
    with connection.cursor() as cursor:
        if run is None:
            cursor.execute("select max(load_run_id) from ops.rejected_rows")
            run = cursor.fetchone()[0]
        cursor.execute(
            "select file, max(header) from ops.load_files where load_run_id = %s and rows_rejected > 0 group by 1",
            (run,),
        )
        files = cursor.fetchall()
        if not files:
            raise TowerError(_why_none(cursor, run))
        written = {}
        out.mkdir(parents=True, exist_ok=True)
        with (out / "reasons.csv").open("w", encoding="utf-8", newline="") as reasons:
            why = csv.writer(reasons)
            why.writerow(["file", "line", "rule", "column", "message"])
            for file, header in sorted(files):
                target = (out / file.removesuffix(".gz")).with_suffix(".csv")
                if not target.resolve().is_relative_to(out.resolve()):
                    raise TowerError(f"the file name {file!r} leads out of {out}")
                target.parent.mkdir(parents=True, exist_ok=True)
                cursor.execute(
                    "select line, rule, column_name, message, raw_text from ops.rejected_rows "
                    "where load_run_id = %s and file = %s order by line",
                    (run, file),
                )
                with target.open("w", encoding="utf-8", newline="") as stream:
                    stream.write(header + "\n")
                    for line, rule, column, message, text in cursor:
                        stream.write(text + "\n")
                        why.writerow([harmless(file), line, rule, column, harmless(message)])
                written[target.relative_to(out).as_posix()] = cursor.rowcount
    return written


def _why_none(cursor: Any, run: int | None) -> str:
    """Why a load has no rejected rows: it is not there, or all of its rows were good."""
    if run is None:
        return "no load has rejected rows"
    cursor.execute("select count(*) filter (where load_run_id = %s), max(load_run_id) from ops.load_runs", (run,))
    there, last = cursor.fetchone()
    if there:
        return f"load {run} has no rejected rows"
    return f"there is no load {run}; " + (f"the last is load {last}" if last else "nothing is loaded yet")
