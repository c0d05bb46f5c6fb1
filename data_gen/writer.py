"""CSV files in the shape of the raw contract, written to a new folder that replaces the old one at the end."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from data_gen.arrays import NONE
from data_gen.clock import to_utc
from warehouse.errors import TowerError

TRUTH = "truth"  # the folder of what only the maker knows
FREE_TEXT = {
    "feedback_text",
    "subject",
    "description",
    "release_notes",
    "account_name",
    "deal_name",
    "first_name",
    "last_name",
}


def ids(prefix: str, numbers: Any, width: int = 6) -> pa.Array:
    """Keys such as A-000042; the value NONE gives null."""
    values = np.asarray(numbers, dtype=np.int64)
    text = pc.utf8_lpad(pc.cast(pa.array(values), pa.string()), width, "0")
    joined = pc.binary_join_element_wise(pa.scalar(prefix + "-"), text, "")
    return pc.if_else(pa.array(values != NONE), joined, pa.scalar(None, pa.string()))


def labels(names: Sequence[str | None], index: Any) -> pa.Array:
    """names[index], column-wise."""
    return pa.array(list(names), pa.string()).take(pa.array(np.asarray(index, dtype=np.int64)))


def times(seconds: Any) -> pa.Array:
    """Seconds since 1970 as timestamps; NONE gives null."""
    values = np.asarray(seconds, dtype=np.int64)
    return pa.array(values.astype("datetime64[s]"), mask=values == NONE)


def dates(seconds: Any) -> pa.Array:
    """Seconds since 1970 as dates; NONE gives null."""
    values = np.asarray(seconds, dtype=np.int64)
    return pa.array(values.astype("datetime64[s]").astype("datetime64[D]"), mask=values == NONE)


def money(cents: Any, missing: Any = None, places: int = 2) -> pa.Array:
    """Integer cents as exact decimals with two places, or other units with so many."""
    values = np.asarray(cents, dtype=np.int64)
    words = np.stack([values, values >> 63], axis=1)
    array = pa.Array.from_buffers(
        pa.decimal128(18, places), len(values), [None, pa.py_buffer(np.ascontiguousarray(words))]
    )
    return array if missing is None else pc.if_else(pa.array(~missing), array, pa.scalar(None, array.type))


def whole(values: Any, missing: Any = None) -> pa.Array:
    """Integers, null where `missing`."""
    return pa.array(np.asarray(values, dtype=np.int64), mask=missing)


def flags(values: Any) -> pa.Array:
    """Booleans."""
    return pa.array(np.asarray(values, dtype=bool))


@dataclass(frozen=True)
class Format:
    """What the files hold: the columns of each table, or None for all; and the time zone of the moments given."""

    columns: Mapping[str, frozenset[str]] | None = None
    timezone: str = "UTC"

    def select(self, name: str, columns: Mapping[str, pa.Array]) -> dict[str, pa.Array]:
        """Of a table's columns those that its file has; none where there is no such file."""
        if self.columns is None or name.startswith(f"{TRUTH}/"):
            return dict(columns)
        wanted = self.columns.get(name, frozenset())
        return {column: values for column, values in columns.items() if column in wanted}

    def instants(self, table: pa.Table) -> pa.Table:
        """The table with its moments in UTC."""
        if self.timezone == "UTC":
            return table
        for place, column in enumerate(table.schema):
            if pa.types.is_timestamp(column.type):
                seconds = table[column.name].combine_chunks().cast(pa.int64())
                utc = to_utc(seconds.fill_null(0).to_numpy(zero_copy_only=False), self.timezone)
                moments = pa.array(utc.astype("datetime64[s]"), mask=seconds.is_null().to_numpy(zero_copy_only=False))
                table = table.set_column(place, column.name, moments)
        return table


class Folder:
    """A new folder beside the target; it takes the target's place when everything was written."""

    def __init__(self, target: Path, form: Format | None = None) -> None:
        self.target, self.form = target.resolve(), form or Format()
        parent = self.target.parent
        # a mount point is its own home: its parent may lie on another disk, or be closed
        is_closed = self.target.is_mount() or (self.target.is_dir() and not os.access(parent, os.W_OK))
        home = self.target if is_closed else parent
        self.work, self.old = (home / f".{self.target.name}.{part}" for part in ("new", "old"))
        self.rows = 0

    def __enter__(self) -> Folder:
        if self.target.exists() and not self.target.is_dir():
            raise TowerError(f"{self.target} is a file, where a folder should be; move it away or name another")
        shutil.rmtree(self.work, ignore_errors=True)
        self._make()
        return self

    def _make(self) -> None:
        try:
            self.work.mkdir(parents=True)
        except FileNotFoundError as error:
            raise TowerError(f"cannot make the folder {self.target}; is its disk mounted?") from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            if isinstance(error, OSError) and not error.filename:
                error.filename = str(self.target)  # for the one line that is said of it
            shutil.rmtree(self.work, ignore_errors=True)
            return
        shutil.rmtree(self.old, ignore_errors=True)
        try:
            if self.work.parent == self.target:
                self._exchange_contents()
            else:
                self._exchange()
        except OSError as failure:
            if failure.errno not in (errno.EBUSY, errno.EXDEV):
                raise
            self._exchange_contents()  # a folder of the same disk that is mounted here, as containers do
        shutil.rmtree(self.old, ignore_errors=True)

    def _exchange(self) -> None:
        """Take the target's place."""
        if self.target.exists():
            self.target.rename(self.old)
        self.work.rename(self.target)

    def _exchange_contents(self) -> None:
        """Put the new files into the target itself, which cannot be moved."""
        self.old.mkdir()
        for source, place in ((self.target, self.old), (self.work, self.target)):
            for path in [*source.iterdir()]:
                if path not in (self.work, self.old) and path.name != "lost+found":
                    shutil.move(path, place / path.name)
        self.work.rmdir()

    def write(self, name: str, columns: Mapping[str, pa.Array], keep: Any = None) -> None:
        """Write one table, such as crm/accounts, at once; of its rows those to keep."""
        table = pa.table(self.form.select(name, columns))
        if not table.num_columns:
            return
        with self.stream(name, table.schema) as stream:
            stream.write(table if keep is None else table.filter(pa.array(keep)))

    def write_text(self, name: str, text: str) -> None:
        """Write a file that is no table."""
        (self.work / name).write_text(text, encoding="utf-8")

    def stream(self, name: str, schema: pa.Schema) -> Stream:
        """A file that is written piece by piece."""
        path = self.work / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        return Stream(self, path, schema)


class Stream:
    """One CSV file; pieces are appended."""

    def __init__(self, folder: Folder, path: Path, schema: pa.Schema) -> None:
        self.folder = folder
        style = "needed" if FREE_TEXT & set(schema.names) else "none"
        path.write_text(",".join(schema.names) + "\n", encoding="utf-8")
        self.sink = path.open("ab")
        self.writer = pacsv.CSVWriter(
            self.sink, schema, write_options=pacsv.WriteOptions(include_header=False, quoting_style=style)
        )

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self.writer.close()
        self.sink.close()

    def write(self, table: pa.Table) -> None:
        """Append rows."""
        self.writer.write_table(self.folder.form.instants(table))
        self.folder.rows += table.num_rows
