"""What COPY reads from: a file as it is, a file without some lines, or the rows of a DuckDB query."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import IO, Any

import duckdb
import pyarrow as pa
import pyarrow.csv as pacsv
from psycopg2 import sql

from loader.contract import Table


class Given(Exception):
    """The copying of a table is given up: the check has found that its file needs more."""


class Watched:
    """A file for COPY that stops as soon as the copying is of no use."""

    def __init__(self, stream: IO[bytes], is_over: Callable[[], bool]) -> None:
        self.stream, self.is_over = stream, is_over

    def read(self, size: int = -1) -> bytes:
        """The next piece."""
        if self.is_over():
            raise Given
        return self.stream.read(size)


class Without:
    """A text file for COPY without some of its lines, which come in ascending order."""

    def __init__(self, stream: IO[bytes], lines: duckdb.DuckDBPyConnection) -> None:
        self.stream, self.lines, self.waiting = stream, lines, list[int]()
        self.line, self.rest = 1, b""

    def _next_bad(self) -> int:
        if not self.waiting:
            self.waiting = [row[0] for row in self.lines.fetchmany(10_000)][::-1] or [-1]
        return self.waiting[-1]

    def read(self, size: int = 1 << 20) -> bytes:
        """The next piece of whole lines."""
        while True:
            piece = self.rest + self.stream.read(max(size, 1 << 16))
            if not piece:
                return b""
            end = piece.rfind(b"\n") + 1
            if not end and len(piece) > len(self.rest):
                self.rest = piece
                continue
            end = end if len(piece) > len(self.rest) else len(piece)
            piece, self.rest = piece[:end], piece[end:]
            if kept := self._keep(piece):
                return kept

    def _keep(self, piece: bytes) -> bytes:
        last = self.line + piece.count(b"\n") + (not piece.endswith(b"\n")) - 1
        bad = self._next_bad()
        if bad == -1 or bad > last:
            self.line = last + 1
            return piece
        lines = piece.splitlines(keepends=True)
        drop = set()
        while self._next_bad() != -1 and self._next_bad() <= last:
            drop.add(self.waiting.pop() - self.line)
        self.line = last + 1
        return b"".join(line for place, line in enumerate(lines) if place not in drop)


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
) -> int:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    choices = [f"format csv, header {str(header).lower()}", *(["freeze true"] if frozen else [])]
    if header:
        choices.append("force_null ({})")
    statement = sql.SQL("copy {} ({}) from stdin (" + ", ".join(choices) + ")")
    where = target or sql.Identifier("raw", table.relation)
    cursor.copy_expert(statement.format(where, names, *([names] if header else [])), stream, size=1 << 20)
    return int(cursor.rowcount)
