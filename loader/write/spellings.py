"""Words that differ in capitals alone are one word: raw.* keeps one spelling of it, ops.word_spellings the others."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from psycopg2 import sql

from company.contract import Table

# the words that company.yml declares, by kind; of stages the pipelines have names too
DECLARED = """
    select kind, value from raw.company_words
    union select 'stage', stage from raw.company_stages
    union select 'pipeline', pipeline from raw.company_stages
"""
Places = list[tuple[Table, str]]  # the columns in which words of a kind stand


def fold_spellings(cursor: Any, tables: list[Table], is_replaced: bool) -> tuple[str, ...]:
    """Give each word the spelling that company.yml has, else that of most rows; returns a sentence for each other."""
    if is_replaced:
        cursor.execute("truncate ops.word_spellings")
    cursor.execute(DECLARED)
    declared = set(cursor.fetchall())
    places: dict[str, Places] = defaultdict(list)
    for table in tables:
        for column in table.columns:
            if column.word:
                places[column.word].append((table, column.name))
    found = []
    for kind, several in places.items():
        own = {value for each, value in declared if each == kind}
        counts = dict.fromkeys(own, 0) | _counts(cursor, several)
        for spelling, word in spelled(counts, own).items():
            rows = sum(_respell(cursor, table, column, spelling, word) for table, column in several)
            if rows:
                _keep(cursor, kind, spelling, word, rows)
                found.append(f"{kind}: {spelling} ({rows:,} row{'s' if rows > 1 else ''}) is read as {word}")
    return tuple(found)


def spelled(counts: dict[str, int], declared: set[str]) -> dict[str, str]:
    """The spellings that give way, with what each is read as; `counts` are the rows of every spelling.

    A declared spelling stands, else the most frequent, of equals the first by the alphabet.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for spelling in counts:
        groups[spelling.casefold()].append(spelling)
    found: dict[str, str] = {}
    for group in groups.values():
        best = min(group, key=lambda one: (one not in declared, -counts[one], one))
        found |= {one: best for one in group if one != best and one not in declared}
    return found


def _counts(cursor: Any, places: Places) -> dict[str, int]:
    """The rows of every spelling."""
    counts: dict[str, int] = defaultdict(int)
    for table, column in places:
        query = sql.SQL("select {0}, count(*) from {1} where {0} is not null group by 1")
        cursor.execute(query.format(sql.Identifier(column), sql.Identifier("raw", table.relation)))
        for value, rows in cursor.fetchall():
            counts[value] += rows
    return dict(counts)


def _respell(cursor: Any, table: Table, column: str, spelling: str, word: str) -> int:
    query = sql.SQL("update {1} set {0} = %s where {0} = %s")
    cursor.execute(query.format(sql.Identifier(column), sql.Identifier("raw", table.relation)), (word, spelling))
    return int(cursor.rowcount)


def _keep(cursor: Any, kind: str, spelling: str, word: str, rows: int) -> None:
    """Write down a spelling; what is merged later counts beside what was loaded before."""
    cursor.execute(
        "insert into ops.word_spellings as known values (%s, %s, %s, %s) on conflict (kind, spelling) "
        "do update set value = excluded.value, row_count = known.row_count + excluded.row_count",
        (kind, spelling, word, rows),
    )
