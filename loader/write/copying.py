"""What COPY reads from: batches of rows as they are checked, or the rows of a DuckDB query."""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from queue import Full, Queue
from typing import Any

import duckdb
import numpy as np
import psycopg2
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from psycopg2 import sql

from company.contract import Table
from loader.sql import single

AHEAD = 2  # batches that wait for PostgreSQL
# tab, newline, nothing; pa.array would import pandas, which takes longer than many a file
MARKS = pa.StringArray.from_buffers(3, pa.py_buffer(np.array([0, 1, 2, 2], np.int32)), pa.py_buffer(b"\t\n"))
BARE = pacsv.WriteOptions(include_header=False, delimiter="\t", quoting_style="none")


class Cancelled(Exception):
    """The rows that were copied are not wanted."""


class Copying:
    """A COPY into a table of raw in a thread of its own, fed with batches: reading and writing overlap.

    `frozen` empties the table first. Between `put` and `finish` or `cancel` the cursor belongs to it.
    """

    def __init__(self, cursor: Any, table: Table, columns: list[str], frozen: bool) -> None:
        self.cursor = cursor
        cursor.execute("savepoint copying")
        if frozen:
            cursor.execute(sql.SQL("truncate {}").format(sql.Identifier("raw", table.relation)))
        self.pieces: Queue[bytes | None] = Queue(AHEAD)
        self.pool = ThreadPoolExecutor(1)
        self.job = self.pool.submit(copy_rows, cursor, table, columns, self, frozen=frozen)

    def put(self, batch: pa.RecordBatch) -> None:
        """Hand over a batch; waits while PostgreSQL is behind. Raises psycopg2.Error when COPY has failed."""
        if batch.num_rows:
            self._put(encoded(batch))

    def _put(self, piece: bytes | None) -> None:
        while True:
            if self.job.done():
                self.job.result()
                return
            with suppress(Full):
                self.pieces.put(piece, timeout=0.5)
                return

    def read(self, size: int = -1) -> bytes:
        """The next piece, for COPY; it may be longer than asked for."""
        piece = self.pieces.get()
        if piece is None:
            raise Cancelled
        return piece

    def finish(self) -> int:
        """End the COPY; returns the rows. Raises psycopg2.Error when it has failed."""
        self._put(b"")
        try:
            return self.job.result()
        finally:
            self.pool.shutdown()

    def cancel(self) -> None:
        """Undo it: the table is as it was before."""
        with suppress(Cancelled, psycopg2.Error):
            self._put(None)
            self.job.result()
        self.pool.shutdown()
        self.cursor.execute("rollback to savepoint copying")


class Exported:
    """The rows of a DuckDB query for COPY."""

    def __init__(self, db: duckdb.DuckDBPyConnection, query: str) -> None:
        self.db = db
        reader: Any = db.sql(single(db, query)).to_arrow_reader(50_000)
        self.batches: Iterator[pa.RecordBatch] = iter(reader)

    def read(self, size: int = -1) -> bytes:
        """The next piece; it may be longer than asked for."""
        return next((piece for batch in self.batches if (piece := encoded(batch))), b"")

    def close(self) -> None:
        """Let go of the query."""
        self.db.close()


def encoded(batch: pa.RecordBatch) -> bytes:
    """The batch in PostgreSQL's text format, which it reads faster than CSV; nothing stands for null."""
    sink = io.BytesIO()
    with suppress(pa.ArrowInvalid):  # a value holds a tab, a quote or a newline
        pacsv.write_csv(batch, sink, BARE)
        if b"\\" not in (text := sink.getvalue()):
            return text
    columns = [pc.cast(column, pa.string()) for column in batch.columns]
    for mark, escape in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r")):
        columns = [
            pc.replace_substring(column, mark, escape) if mark.encode() in texts(column) else column
            for column in columns
        ]
    tab, newline, nothing = MARKS
    lines = pc.binary_join_element_wise(*columns, tab, null_handling="replace", null_replacement="")
    return texts(pc.binary_join_element_wise(lines, nothing, newline))


def texts(column: pa.StringArray) -> bytes:
    """All texts of a column, one after the other."""
    _, places, data = column.buffers()
    if not data:
        return b""
    ends = np.frombuffer(places, np.int32, len(column) + 1, column.offset * 4)
    return bytes(memoryview(data)[ends[0] : ends[-1]])


def copy_rows(
    cursor: Any,
    table: Table,
    columns: list[str],
    stream: Any,
    target: sql.Identifier | None = None,
    frozen: bool = False,
) -> int:
    """Copy a stream of what is `encoded` into a table, raw's own by default; returns the rows."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    statement = sql.SQL(f"copy {{}} ({{}}) from stdin (null ''{', freeze true' if frozen else ''})")
    where = target or sql.Identifier("raw", table.relation)
    cursor.copy_expert(statement.format(where, names), stream, size=1 << 20)
    return int(cursor.rowcount)
