"""What goes to PostgreSQL arrives as it was; equal keys are counted, however many there are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import psycopg2
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from company.contract import Column, Table
from loader.check import sift
from loader.write.copying import Copying, encoded
from tests.conftest import new_database

PLAIN = ["a", "E-1", "2026-01-01 10:00:00", "é", None]
ODD = ["a\tb", "a\\b", "\\N", "\\.", 'say "no"', "a,b", "line\nbreak", "car\rriage", "x\r\n", "\\t", "ends in \\", "''"]
TABLE = Table("odd", "texts", (Column("k", "varchar(255)", unique=True), Column("v", "varchar(255)")))


@pytest.fixture(scope="module")
def cursor(server: dict[str, str]) -> psycopg2.extensions.cursor:
    """A table of two texts."""
    cursor = psycopg2.connect(new_database(server, "tower_copying")).cursor()
    cursor.execute("create schema raw; create table raw.odd_texts (k text, v text)")
    return cursor


@pytest.mark.parametrize("key", ["", "\\"])
@pytest.mark.parametrize("values", [PLAIN, ODD, PLAIN + ODD, [None] * 5])
def test_every_text_arrives_as_it_was(cursor: psycopg2.extensions.cursor, key: str, values: list[str | None]) -> None:
    keys = [f"{number}{key}" for number in range(len(values))]
    batch = pa.record_batch({"k": keys, "v": pa.array(values, pa.string())})
    copying = Copying(cursor, TABLE, ["k", "v"], frozen=True)
    copying.put(batch)
    copying.put(batch.slice(1, 2))
    assert copying.finish() == len(values) + 2
    cursor.execute("select v from raw.odd_texts")
    assert [row[0] for row in cursor.fetchall()] == values + values[1:3]


def test_what_is_cancelled_leaves_the_table_as_it_was(cursor: psycopg2.extensions.cursor) -> None:
    batch = pa.record_batch({"k": ["1"], "v": ["kept"]})
    kept = Copying(cursor, TABLE, ["k", "v"], frozen=True)
    kept.put(batch)
    kept.finish()
    for frozen in (True, False):
        gone = Copying(cursor, TABLE, ["k", "v"], frozen)
        gone.put(batch)
        gone.cancel()
    cursor.execute("select * from raw.odd_texts")
    assert cursor.fetchall() == [("1", "kept")]


def test_a_value_that_the_table_refuses_is_said_and_cancelled(cursor: psycopg2.extensions.cursor) -> None:
    cursor.execute("create table raw.odd_numbers (k text, v integer)")
    copying = Copying(cursor, Table("odd", "numbers", TABLE.columns), ["k", "v"], frozen=False)
    with pytest.raises(psycopg2.DataError):
        for _ in range(100):
            copying.put(pa.record_batch({"k": ["1"], "v": ["none"]}))
        copying.finish()
    copying.cancel()
    cursor.execute("select count(*) from raw.odd_numbers")
    assert cursor.fetchone() == (0,)


def test_nothing_is_encoded_as_nothing() -> None:
    assert encoded(pa.record_batch({"k": pa.array([], pa.string())})) == b""


@settings(max_examples=30)
@given(parts=st.lists(st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 9), max_size=40), max_size=12))
@pytest.mark.parametrize("most", [0, 50, 10_000])
def test_equal_hashes_are_counted_in_memory_and_in_files(most: int, parts: list[list[int]]) -> None:
    with pytest.MonkeyPatch.context() as patch, sift.Hashes() as hashes:
        patch.setattr(sift, "HELD", most)
        for part in parts:
            hashes.add(np.array(part, np.uint64))
        every = [value for part in parts for value in part]
        assert hashes.surplus() == len(every) - len(set(every))


@pytest.mark.parametrize("stop", [lambda batches: next(batches), lambda batches: list(batches)])
def test_batches_read_ahead_come_in_order_and_may_be_left(stop: Callable[..., object]) -> None:
    given_ = [pa.record_batch({"n": [number]}) for number in range(9)]
    batches = sift.ahead(given_)
    found = stop(batches)
    assert found == (given_[0] if not isinstance(found, list) else given_)
    batches.close()  # type: ignore[attr-defined]


def test_a_failure_while_reading_ahead_is_raised() -> None:
    def broken() -> object:
        yield pa.record_batch({"n": [1]})
        raise ValueError("the file ends here")

    with pytest.raises(ValueError, match="ends here"):
        list(sift.ahead(broken()))  # type: ignore[arg-type]
