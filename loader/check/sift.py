"""One pass over the rows of a file: those that break a rule are set aside, the others counted and handed on."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from queue import Empty, Queue
from threading import Event
from typing import IO, Any, cast

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from company.contract import Column
from loader.check.outcome import Days
from loader.check.reading import Reading
from loader.check.today import Today
from loader.check.values import cast_of, held, written
from loader.files.relation import Rule
from loader.sql import identifier, run, single

BATCH = 50_000  # rows
HELD, PARTS = 4_000_000, 64  # hashes in memory, and files for more


@dataclass
class Sifted:
    """What the pass found. The tables are DuckDB's; one that would have no rows is not made, and its name empty."""

    rows: int = 0
    bad: int = 0
    surplus: int = 0  # good rows beyond the first of their key
    aside: str = ""  # rows that are bad or odd as they stand in the file, with _line and _bad
    keys: str = ""  # the keys of the good rows, when they are kept: k
    days: dict[str, Days] = field(default_factory=dict)


def sift(
    db: duckdb.DuckDBPyConnection,
    reading: Reading,
    rules: list[Rule],
    odd: list[str],
    keeps_keys: bool,
    name: str,
    today: Today,
    hand_on: Callable[[pa.RecordBatch], None],
) -> Sifted:
    """Read every row once. Those that break a rule go aside; `odd` are conditions for rows that hold and go there too.

    Days after `today` have not happened: they are counted only. `hand_on` gets the good rows in the file's order, as
    text that PostgreSQL reads as DuckDB did. Raises duckdb.Error when the file cannot be read.
    """
    columns, markers, key = reading.columns, reading.relation.markers, reading.key
    dated = [column for column in columns if column.is_dated]
    ends = {column.name: Days() for column in dated}
    wanted = [*reading.relation.columns, *(f"{name} day" for name in ends), *(["_hash", "_key"] if key else [])]
    raws = ", ".join(f"{_raw(c)} as {identifier(c.name)}" if cast_of(c) else identifier(c.name) for c in columns)
    found = Sifted()
    with (
        db.cursor() as source,
        db.cursor() as target,
        Hashes() as hashes,
        closing(ahead(_batches(source, _query(reading, rules, odd, keeps_keys)))) as batches,
    ):
        aside = Kept(target, identifier(f"aside {name}"), f"_line, _bad{markers}, {raws}")
        keys = Kept(target, identifier(f"new keys {name}"), "_key as k")
        for batch in batches:
            found.rows += batch.num_rows
            good = _good_rows(batch, wanted, found, aside)
            if key:  # equal values have equal hashes: as many hashes as values prove that no value stands twice
                hashes.add(np.from_dlpack(good.column("_hash")))
            if key and keeps_keys:
                keys.add(good.select(["_key"]))
            for column in dated:
                ends[column.name] = _widened(ends[column.name], good.column(f"{column.name} day"), column, today)
            hand_on(good.select(reading.relation.columns))
        found.aside, found.keys, found.surplus = aside.flush(), keys.flush(), hashes.surplus()
    found.days = ends
    return found


def _query(reading: Reading, rules: list[Rule], odd: list[str], keeps_keys: bool) -> str:
    """Every row with whether it is bad or odd, its columns as they go on, and what else is asked of it."""
    columns, key = reading.columns, reading.key
    picked = [f"{written(column)} as {identifier(column.name)}" for column in columns]
    picked += [f"case when _bad or _odd then {identifier(c.name)} end as {_raw(c)}" for c in columns if cast_of(c)]
    picked += [f"{held(column)} as {identifier(column.name + ' day')}" for column in columns if column.is_dated]
    picked += [f"hash({key}) as _hash, {key if keeps_keys else 'null'} as _key"] if key else []
    flags = f"{_any([rule.condition for rule in rules])} as _bad, {_any(odd)} as _odd"
    rows = f"(select *, {flags} from {reading.rows()})"
    return f"select _line, _bad, _odd{reading.relation.markers}, {', '.join(picked)} from {rows}"


def _batches(db: duckdb.DuckDBPyConnection, query: str) -> Iterable[pa.RecordBatch]:
    reader: Any = db.sql(single(db, query)).to_arrow_reader(BATCH)
    return cast(Iterable[pa.RecordBatch], reader)


def _good_rows(batch: pa.RecordBatch, wanted: list[str], found: Sifted, aside: Kept) -> pa.RecordBatch:
    """The batch without its bad rows, which are counted and put aside with the odd ones."""
    bad = batch.column("_bad")
    suspect = pc.or_(bad, batch.column("_odd"))
    if suspect.true_count:
        aside.add(batch.filter(suspect))
    if not bad.true_count:
        return batch.select(wanted)
    found.bad += bad.true_count
    return batch.select(wanted).filter(pc.invert(bad))


def _raw(column: Column) -> str:
    """The name of a column's text as it stands in the file, of rows that go aside."""
    return identifier(f"{column.name} raw")


def _widened(days: Days, more: pa.Array, column: Column, today: Today) -> Days:
    """The span with the days of more values of a column."""
    low, high = pc.min_max(more).as_py().values()
    if high is None:
        return days
    later, after = days.later, today.first_later(column)
    if high >= after:
        is_later = pc.greater_equal(more, pa.scalar(after, more.type))
        later += is_later.true_count
        low, high = pc.min_max(more.filter(pc.invert(is_later))).as_py().values()
    known = [day for day in (days.first, days.last, today.day_of(low), today.day_of(high)) if day is not None]
    return Days(min(known, default=None), max(known, default=None), later)


class Kept:
    """Rows that go into a DuckDB table, many at a time."""

    def __init__(self, db: duckdb.DuckDBPyConnection, table: str, columns: str) -> None:
        self.db, self.table, self.columns, self.is_made = db, table, columns, False
        self.batches: list[pa.RecordBatch] = []

    def add(self, batch: pa.RecordBatch) -> None:
        """Put some away."""
        self.batches.append(batch)
        if sum(batch.num_rows for batch in self.batches) >= BATCH:
            self.flush()

    def flush(self) -> str:
        """Write them; returns the table's name, empty when there never was a row."""
        if self.batches:
            into = f"insert into {self.table}" if self.is_made else f"create table {self.table} as"
            self.db.register("kept", pa.Table.from_batches(self.batches))
            run(self.db, f"{into} select {self.columns} from kept")
            self.db.unregister("kept")
            self.is_made = True
            self.batches.clear()
        return self.table if self.is_made else ""


class Hashes:
    """Counts equal hashes of 64 bits in bounded memory: many are put into files by their first bits."""

    def __init__(self) -> None:
        self.held: list[np.ndarray] = []
        self.files: list[IO[bytes]] = []

    def __enter__(self) -> Hashes:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self.files:
            file.close()

    def add(self, hashes: np.ndarray) -> None:
        """Put some away; they are copied, since they hold the whole batch."""
        self.held.append(hashes.copy())
        if sum(map(len, self.held)) > HELD:
            self._spill()

    def _spill(self) -> None:
        self.files = self.files or [tempfile.TemporaryFile() for _ in range(PARTS)]  # noqa: SIM115 - __exit__ closes
        hashes = np.sort(np.concatenate(self.held))
        edges = np.arange(1, PARTS, dtype=np.uint64) * np.uint64(2**64 // PARTS)
        for file, part in zip(self.files, np.split(hashes, np.searchsorted(hashes, edges)), strict=True):
            file.write(part.tobytes())
        self.held.clear()

    def surplus(self) -> int:
        """How many there are beyond the first of each value."""
        if not self.files:
            return _equal(np.concatenate(self.held)) if self.held else 0
        if self.held:
            self._spill()
        count = 0
        for file in self.files:
            file.seek(0)
            count += _equal(np.frombuffer(file.read(), np.uint64))
        return count


def _equal(hashes: np.ndarray) -> int:
    hashes = np.sort(hashes)
    return int((hashes[1:] == hashes[:-1]).sum())


def ahead(batches: Iterable[pa.RecordBatch]) -> Generator[pa.RecordBatch]:
    """The batches, read in a thread of their own while the last one is worked on."""
    waiting: Queue[pa.RecordBatch | None] = Queue(2)
    is_over = Event()

    def read() -> None:
        try:
            for batch in batches:
                waiting.put(batch)
                if is_over.is_set():
                    return
        finally:
            waiting.put(None)

    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(read)
        try:
            while (batch := waiting.get()) is not None:
                yield batch
        finally:
            is_over.set()
            while not job.done():  # room for what it still has in hand
                with suppress(Empty):
                    waiting.get(timeout=0.1)
        job.result()


def _any(conditions: list[str]) -> str:
    """Whether one of the conditions is true; the later ones are not tried then."""
    cases = " ".join(f"when {condition} then true" for condition in conditions)
    return f"case {cases} else false end" if cases else "false"
