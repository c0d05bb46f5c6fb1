"""What people call the contract's tables, columns and words: vocabulary.yml, looked up by a column of the contract."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from company.contract import FAST, Column, Table
from loader.files.headers import clean_name


@dataclass(frozen=True)
class Vocabulary:
    """The entries of vocabulary.yml. A column is looked up as source.table.column first, then by its name alone."""

    tables: dict[str, str]
    columns: dict[str, str]
    meanings: dict[str, dict[str, str]]
    offers: dict[str, Any]
    each: list[str]
    net: list[str]
    asked: list[str]
    keys: dict[str, list[str]]

    def of_table(self, table: Table) -> list[str]:
        """What a list of the table's rows may be called."""
        return [table.name, *self.tables.get(table.key, "").split()]

    def of_column(self, table: Table, column: Column) -> list[str]:
        """What a column may be called, the contract's own name first."""
        return [column.name, *_of(self.columns, table, column, "").split()]

    def offer(self, table: Table, column: Column) -> str:
        """What a question offers where no column says it; empty for nothing."""
        text = _of(self.offers, table, column, "")
        offered = str(text).lower() if isinstance(text, bool) else str(text)
        return offered if not column.accepted or offered in column.accepted else ""

    def meaning(self, table: Table, column: Column, word: str) -> str | None:
        """The structural word that a word of the data means; None when it may mean several or none."""
        if column.data_type == "boolean":
            return self.word_for("boolean", ("true", "false"), word)
        exact = f"{table.key}.{column.name}"
        return self.word_for(exact if exact in self.meanings else column.name, column.accepted, word)

    def word_for(self, kind: str, own: tuple[str, ...], word: str) -> str | None:
        """Of some structural words the one that a word means."""
        clean, known = clean_name(word), self.meanings.get(kind, {})
        return next((w for w in own if clean == clean_name(w) or clean in str(known.get(w, "")).split()), None)

    def is_asked(self, table: Table, column: Column) -> bool:
        """Whether a column is asked for where no column of the file holds it."""
        return column.not_null or f"{table.key}.{column.name}" in self.asked


def _of(entries: dict[str, Any], table: Table, column: Column, unsaid: Any) -> Any:
    return entries.get(f"{table.key}.{column.name}", entries.get(column.name, unsaid))


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """vocabulary.yml, read once."""
    body = yaml.load(Path(__file__).with_name("vocabulary.yml").read_text(encoding="utf-8"), FAST)
    return Vocabulary(**body)
