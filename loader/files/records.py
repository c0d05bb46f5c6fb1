"""Reads a text file record by record when it is not plain: any encoding, delimiter and damage, in bounded memory."""

from __future__ import annotations

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from loader.files.facts import FileFacts, open_bytes
from loader.files.headers import is_footer, is_total

LONGEST = 1_000_000  # characters of a line or field; longer ones are refused
MOST_LINES = 1_000  # of one record: a quote that is open for longer was never meant to be one
BATCH_ROWS, BATCH_CHARACTERS = 20_000, 16_000_000
NOT_TEXT = re.compile("[\0\ud800-\udfff\ufffd]")
TEXTS = ("rule", "column_name", "message", "value")
REFUSED = pa.schema([("_line", pa.int64()), *((name, pa.string()) for name in TEXTS)])


class LongLine(str):
    """The beginning of a line that is too long to be one."""


class Unreadable(Exception):
    """A record that cannot be one: why."""


def physical_lines(facts: FileFacts) -> Iterator[str]:
    """The lines of a file, newlines included; bytes that are not of the encoding become surrogates (or U+FFFD)."""
    errors = "replace" if facts.encoding.startswith("utf-16") else "surrogateescape"
    encoding = "utf-8-sig" if facts.encoding == "utf-8" else facts.encoding
    with io.TextIOWrapper(open_bytes(facts.path), encoding=encoding, errors=errors, newline="") as stream:
        while line := stream.readline(LONGEST + 1):
            if len(line) > LONGEST and line[-1] not in "\r\n":
                while (rest := stream.readline(LONGEST)) and rest[-1] not in "\r\n":
                    pass
                line = LongLine(line)
            yield line


class Lines:
    """Feeds csv.reader and remembers the lines of the present record, so that they can be read again."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.lines, self.again, self.record = lines, deque[str](), list[str]()

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        if len(self.record) >= MOST_LINES:
            raise Unreadable("a quote is opened here and not closed")
        if self.again:
            line = self.again.popleft()
        else:
            found = next(self.lines, None)
            if found is None:
                if self.record:
                    raise Unreadable("a quote is opened here and not closed before the end of the file")
                raise StopIteration
            line = found
        self.record.append(line)
        if type(line) is LongLine:
            raise Unreadable(f"the line is longer than {LONGEST:,} characters")
        return line

    def take_back(self) -> None:
        """Give back every line of the record but its first."""
        self.again.extendleft(reversed(self.record[1:]))


@dataclass(frozen=True)
class Record:
    """A record and the line that it begins on; fields are None where it breaks a rule."""

    line: int
    fields: list[str] | None
    rule: str = ""
    message: str = ""
    is_total: bool = False


def records(facts: FileFacts) -> Iterator[Record]:
    """Every record below the header, but for totals and sentences at the end, which are noted."""
    totals: list[Record] = []
    for record in all_records(facts):
        if record.is_total:
            totals.append(record)
            continue
        yield from totals  # rows follow: they are rows themselves
        totals.clear()
        yield record
    if totals:
        numbers = ", ".join(str(record.line) for record in totals)
        facts.notes.append(f"totals at the end are left out: line {numbers}")


def all_records(facts: FileFacts) -> Iterator[Record]:
    """Every record below the header."""
    csv.field_size_limit(LONGEST)
    source = Lines(islice(physical_lines(facts), facts.header_line - 1, None))
    reader = csv.reader(source, delimiter=facts.delimiter)
    line, width, seen_header = facts.header_line, len(facts.header), False
    doubtful = facts.has_nul or facts.damaged or facts.encoding.startswith("utf-16")
    while True:
        source.record = []
        rule = message = ""
        fields: list[str] | None = None
        try:
            fields = next(reader)
        except StopIteration:
            return
        except (Unreadable, csv.Error) as error:
            rule, message = "shape", str(error)
        if fields is not None and len(source.record) > 1 and len(fields) != width:
            rule, message = "shape", "a quote is opened here and does not close where the row ends"
        sums_up = False
        if rule:
            fields = None
            source.take_back()
            del source.record[1:]
            reader = csv.reader(source, delimiter=facts.delimiter)
        elif fields and seen_header:
            sums_up = not facts.strict and (is_total(fields) or is_footer(fields, width))
            rule, message = _broken(facts, source.record if doubtful else [], len(fields))
        if seen_header and (fields or rule):  # an empty line is no row
            yield Record(line, None if rule else fields, rule, message, sums_up)
        seen_header = seen_header or bool(fields or rule)
        line += len(source.record)


def _broken(facts: FileFacts, doubtful: list[str], fields: int) -> tuple[str, str]:
    """The rule that a record breaks, and how; `doubtful` are its lines, if they may hold what is no text."""
    if any(map(NOT_TEXT.search, doubtful)):
        return "encoding", "a NUL byte" if any("\0" in part for part in doubtful) else f"not {facts.encoding} text"
    width = len(facts.header)
    if fields == width:
        return "", ""
    return "shape", f"too {'few' if fields < width else 'many'} columns ({fields} of {width})"


def read_records(facts: FileFacts, good: Path, refused: Path) -> tuple[int, int]:
    """Write the records as Parquet: `good` with the contract's columns and _line, `refused` with line and reason.

    Returns how many of each. An empty field is null.
    """
    names, places = list(facts.columns), list(facts.columns.values())
    schema = pa.schema([(name, pa.string()) for name in names] + [("_line", pa.int64())])
    rows: list[list[str]] = []
    numbers: list[int] = []
    bad: list[tuple[int, str, str, str, None]] = []
    counts, characters = [0, 0], 0
    with pq.ParquetWriter(good, schema) as good_file, pq.ParquetWriter(refused, REFUSED) as bad_file:

        def flush() -> None:
            nonlocal characters
            counts[0] += len(rows)
            counts[1] += len(bad)
            if rows:
                fields = list(zip(*rows, strict=True))
                arrays = [pa.array(fields[place], pa.string()) for place in places]
                arrays = [pc.if_else(pc.equal(array, ""), None, array) for array in arrays]
                good_file.write_table(pa.Table.from_arrays([*arrays, pa.array(numbers, pa.int64())], schema=schema))
            if bad:
                parts = [pa.array(part, kind) for part, kind in zip(zip(*bad, strict=True), REFUSED.types, strict=True)]
                bad_file.write_table(pa.Table.from_arrays(parts, schema=REFUSED))
            rows.clear()
            numbers.clear()
            bad.clear()
            characters = 0

        for record in records(facts):
            if record.fields is None:
                bad.append((record.line, record.rule, "", record.message, None))
            else:
                rows.append(record.fields)
                numbers.append(record.line)
                characters += sum(map(len, record.fields))
            if len(rows) + len(bad) >= BATCH_ROWS or characters > BATCH_CHARACTERS:
                flush()
        flush()
    return counts[0], counts[1]


def raw_texts(facts: FileFacts, lines: Iterator[int], one_line: bool) -> Iterator[str]:
    """The text of the records that begin on the lines (ascending), as it stands in the file, at most LONGEST."""
    wanted = next(lines, None)
    if wanted is None:
        return
    if one_line:
        first, rest = 1, b""  # the line that the next block begins with
        with open_bytes(facts.path) as stream:
            while wanted is not None and (piece := stream.read(1 << 20)):
                block = rest + piece
                ends = np.flatnonzero(np.frombuffer(block, np.uint8) == ord("\n"))
                while wanted is not None and wanted < first + len(ends):
                    place = wanted - first
                    begin = ends[place - 1] + 1 if place else 0
                    yield block[begin : ends[place]].decode("utf-8-sig").rstrip("\r")
                    wanted = next(lines, None)
                first, rest = first + len(ends), block[ends[-1] + 1 :] if len(ends) else block
        if wanted is not None:  # the last line may lack its newline
            yield rest.decode("utf-8-sig").rstrip("\r")
        return
    source = Lines(physical_lines(facts))
    reader = csv.reader(source, delimiter=facts.delimiter)
    line, width = 1, len(facts.header)
    while wanted is not None:
        source.record = []
        try:
            fields = next(reader)
            whole = len(source.record) == 1 or len(fields) == width
        except StopIteration:
            return
        except (Unreadable, csv.Error):
            whole = False
        if not whole:
            source.take_back()
            del source.record[1:]
            reader = csv.reader(source, delimiter=facts.delimiter)
        if line == wanted:
            yield "".join(source.record).rstrip("\r\n")[:LONGEST]
            wanted = next(lines, None)
        line += len(source.record)
