"""Whose numbers these are: the company's name, currency and words, as the built marts hold them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from metrics.formats import UNKNOWN, Currency
from warehouse.reading import EVERYTHING, Reader, fetch

KINDS = {  # column of the marts: the kind of words that it holds, where it is called otherwise
    "priority": "ticket_priority",
    "touch_channel": "acquisition_channel",
}
NAMES = {"acquisition_channel": "channel"}  # what a kind is called within a sentence, where the company says nothing
TOLD = {  # the kinds that definitions speak of, as they are called there
    "segment": "segment",
    "region": "region",
    "channel": "acquisition_channel",
    "priority": "ticket_priority",
}


@dataclass(frozen=True)
class Word:
    """One word of the company. What does not apply to its kind, or nobody knows, is None."""

    value: str
    is_paid: bool | None = None
    is_voluntary: bool | None = None
    severity: int | None = None  # 1 is the most severe
    is_technical: bool | None = None
    is_declared: bool = True


@dataclass(frozen=True)
class Company:
    """Name, currency and gross margin; by kind of words its label, and the words in the company's order."""

    name: str | None = None
    currency: Currency = UNKNOWN
    gross_margin: float = 0.0
    margin_source: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, tuple[Word, ...]] = field(default_factory=dict)
    named: frozenset[str] = frozenset()  # the kinds that the company calls by a name of its own
    is_spot: bool = False  # whether other currencies are converted at month-end rates, which then move MRR too

    def knows(self, column: str) -> bool:
        """Whether a column holds words of the company."""
        return KINDS.get(column, column) in self.labels

    def label(self, column: str) -> str:
        """The title of a column that holds such words: Tier, Region."""
        kind = KINDS.get(column, column)
        return self.labels.get(kind, kind.replace("_", " ").capitalize())

    def noun(self, column: str) -> str:
        """What a sentence calls such a thing: tier, region, channel."""
        kind = KINDS.get(column, column)
        if kind in NAMES and kind not in self.named:
            return NAMES[kind]
        label = self.label(kind)
        return label if label[1:] != label[1:].lower() else label.lower()

    def nouns(self, column: str) -> str:
        """More than one of them: tiers, companies, branches."""
        one = self.noun(column)
        if one[-1:] == "y" and one[-2:-1] not in "aeiou":
            return f"{one[:-1]}ies"
        return f"{one}es" if one.endswith(("s", "x", "ch", "sh")) else f"{one}s"

    def calls(self, column: str) -> bool:
        """Whether the company has a name of its own for such words."""
        return KINDS.get(column, column) in self.named

    def reworded(self, text: str) -> str:
        """A sentence about segments, regions, channels and priorities with the company's own names for them."""
        named = [name for name, kind in TOLD.items() if self.calls(kind)]
        return re.sub(rf"\b({'|'.join(named)})\b", lambda it: self.noun(TOLD[it[0]]), text) if named else text

    def of(self, column: str) -> tuple[Word, ...]:
        """The words that a column may hold, in the company's order."""
        return self.words.get(KINDS.get(column, column), ())

    def places(self, column: str) -> dict[str, int]:
        """Each word's place in the company's order, from 0."""
        return {word.value: place for place, word in enumerate(self.of(column))}

    def ordered(self, column: str, values: Iterable[str]) -> list[str]:
        """Values in the company's order; those that it has no word for come last, by name."""
        places = self.places(column)
        return sorted(values, key=lambda value: (places.get(value, len(places)), value))

    @property
    def technical(self) -> tuple[str, ...]:
        """The ticket categories about what does not work; all of them where none is known to be."""
        return tuple(word.value for word in self.words.get("ticket_category", ()) if word.is_technical)

    @property
    def knows_technical(self) -> bool:
        """Whether its technical tickets are told apart from others."""
        return len(self.technical) < len(self.words.get("ticket_category", ()))


NOBODY = Company()  # before anything is known


def read_company(reader: Reader = EVERYTHING) -> Company:
    """The company of the built marts."""
    settings = fetch("select * from marts.dim_company", {}, reader=reader).iloc[0]
    words = fetch("select * from marts.dim_word order by kind, position", {}, reader=reader)
    labels = {str(c).removesuffix("_label"): str(settings[c]) for c in settings.index if str(c).endswith("_label")}
    known = {str(kind): tuple(map(_word, part.to_dict("records"))) for kind, part in words.groupby("kind", sort=False)}
    named = frozenset(kind for kind in labels if labels[kind] != kind.replace("_", " ").capitalize())
    margin, source = float(settings["gross_margin"]), str(settings["gross_margin_source"])
    is_spot = settings["fx_method"] == "spot"
    return Company(settings["company_name"], _currency(settings), margin, source, labels, known, named, is_spot)


def _currency(settings: pd.Series) -> Currency:
    symbol, decimals = settings["currency_symbol"], settings["currency_decimals"]
    return Currency(symbol or "", 2 if pd.isna(decimals) else int(decimals))


def _word(row: Mapping[Any, Any]) -> Word:
    names = ("value", "is_paid", "is_voluntary", "severity", "is_technical", "is_declared")
    known = {name: row[name] for name in names if not pd.isna(row[name])}
    return Word(**known)
