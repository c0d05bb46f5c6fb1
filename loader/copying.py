"""What COPY reads from: a file as it is, or the rows of a DuckDB query."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import duckdb
import pyarrow as pa
import pyarrow.csv as pacsv
from psycopg2 import sql

from loader.contract import Table


class Given(Exception):
    """The copying of a table is given up: the check has found that its file needs more."""


class Stream(Protocol):
    """What COPY reads from and lets go of."""

    def read(self, size: int = -1) -> bytes:
        """The next piece."""

    def close(self) -> None:
        """Let go of it."""


class Watched:
    """A stream for COPY that stops as soon as the copying is of no use."""

    def __init__(self, stream: Stream, is_over: Callable[[], bool]) -> None:
        self.stream, self.is_over = stream, is_over

    def read(self, size: int = -1) -> bytes:
        """The next piece."""
        if self.is_over():
            raise Given
        return self.stream.read(size)


class Exported:
    """The rows of a DuckDB query as CSV for COPY: text quoted, nothing for null."""

    def __init__(self, db: duckdb.DuckDBPyConnection, query: str) -> None:
        self.db = db
        reader: Any = db.sql(query).to_arrow_reader(50_000)
        self.batches: Iterator[pa.RecordBatch] = iter(reader)
        self.rest = b""

    def read(self, size: int = 1 << 20) -> bytes:
        """The next piece."""
        while len(self.rest) < size:
            batch = next(self.batches, None)
            if batch is None:
                break
            sink = io.BytesIO()
            pacsv.write_csv(batch, sink, pacsv.WriteOptions(include_header=False, quoting_style="needed"))
            self.rest += sink.getvalue()
        piece, self.rest = self.rest[:size], self.rest[size:]
        return piece

    def close(self) -> None:
        """Let go of the query."""
        self.db.close()


def copy_csv(
    cursor: Any,
    table: Table,
    columns: list[str],
    stream: Any,
    target: sql.Identifier | None = None,
    frozen: bool = False,
    header: bool = True,
    lenient: bool = False,
) -> int:
    """Copy a stream into a table, raw's own by default; returns the rows. `lenient` leaves out what is unreadable."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    choices = [f"format csv, header {str(header).lower()}", *(["freeze true"] if frozen else [])]
    choices += ["on_error ignore"] if lenient and cursor.connection.server_version >= 170_000 else []
    if header:
        choices.append("force_null ({})")
    statement = sql.SQL("copy {} ({}) from stdin (" + ", ".join(choices) + ")")
    where = target or sql.Identifier("raw", table.relation)
    cursor.copy_expert(statement.format(where, names, *([names] if header else [])), stream, size=1 << 20)
    return int(cursor.rowcount)
