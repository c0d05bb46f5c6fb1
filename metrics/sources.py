"""A source as the user gave it: its rows, what there is to say of them, and how it stands in one colour and words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

ACCOUNTS = "crm.accounts"
MOST = 5  # reasons and words that a sentence names


class State(StrEnum):
    """How a source stands, as a colour; the most urgent first."""

    RED = "red"  # metrics wait for it and other tables of its system are loaded, or most of its rows are rejected
    AMBER = "amber"  # loaded, and there is something to say of it
    GREEN = "green"  # read whole
    GREY = "grey"  # not loaded, nor is anything else of its system that needs it


COUNTED = {
    "rows": "rows",
    "rejected": "rejected",
    "contradicted": "contradict",
    "learned": "learned",
    "empty": "empty columns",
}
SIGNS = {State.RED: "✗", State.AMBER: "!", State.GREEN: "✓", State.GREY: "–"}


@dataclass(frozen=True)
class File:
    """A file of the loads in force, and its rows."""

    name: str
    read: int
    rejected: int = 0


@dataclass(frozen=True)
class Reject:
    """Rows that one rule of the contract refused; without `message` each has its own."""

    rule: str
    column: str
    rows: int
    message: str = ""

    @property
    def sentence(self) -> str:
        """Such as 3 not_null in stage (empty, but a value is required)."""
        return f"{self.rows:,} {self.rule} in {self.column}{f' ({self.message})' if self.message else ''}"


@dataclass(frozen=True)
class Contradicted:
    """Rows that cannot be true as they stand, and what the numbers believe instead."""

    rule: str
    believed: str
    rows: int

    @property
    def sentence(self) -> str:
        """Such as 2 rows contradict themselves: open and dated as closed. Believed: the stage."""
        itself = "itself" if self.rows == 1 else "themselves"
        return f"{verb(self.rows, 'row', 'contradict')} {itself}: {self.rule}. Believed: {self.believed}."


@dataclass(frozen=True)
class Source:
    """A table of the contract. What a row scope may not read is None; names and words are the data's, as they are."""

    table: str
    is_optional: bool = False
    rows: int = 0
    first: date | None = None
    last: date | None = None
    files: tuple[File, ...] = ()
    rejects: tuple[Reject, ...] | None = ()
    contradictions: tuple[Contradicted, ...] | None = ()
    empty_columns: tuple[str, ...] | None = ()
    currencies: Mapping[str, int] | None = field(default_factory=dict)  # code: rows
    learned: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # what they are called: words
    asked: tuple[str, ...] = ()  # stages of which nobody says what they mean
    empty_kinds: tuple[str, ...] = ()  # kinds of rows that metrics rest on, and none is there
    metrics: tuple[str, ...] = ()  # the labels of those that rest on it
    pages: tuple[str, ...] = ()  # the titles of those that rest on it
    waiting: tuple[str, ...] = ()  # metrics that lack it, though other tables of its system are loaded

    @property
    def read(self) -> int:
        """Rows read of its files."""
        return sum(file.read for file in self.files)

    @property
    def rejected(self) -> int:
        """Rows rejected of its files."""
        return sum(file.rejected for file in self.files)

    @property
    def contradicted(self) -> int | None:
        """Rows that contradict themselves, once for each way."""
        return None if self.contradictions is None else sum(one.rows for one in self.contradictions)

    @property
    def learned_words(self) -> int:
        """Words that company.yml does not say."""
        return sum(len(words) for words in self.learned.values())

    @property
    def figures(self) -> dict[str, int | None]:
        """The columns of COUNTED; None where nothing is known, since it is not loaded or closed."""
        if not self.rows:
            return dict.fromkeys(COUNTED) | ({"rejected": self.rejected} if self.files else {})
        empty = None if self.empty_columns is None else len(self.empty_columns)
        return dict(zip(COUNTED, (self.rows, self.rejected, self.contradicted, self.learned_words, empty), strict=True))

    @property
    def is_mostly_rejected(self) -> bool:
        """Whether more than half of what was read was rejected."""
        return 2 * self.rejected > self.read

    @property
    def is_wanted(self) -> bool:
        """Whether it is not loaded, and what is loaded of its system waits for it."""
        return not self.rows and bool(self.waiting) and not self.is_optional

    @property
    def state(self) -> State:
        """Its colour."""
        if self.is_mostly_rejected:
            return State.RED
        if not self.rows:
            return State.RED if self.is_wanted else State.GREY
        return State.AMBER if self.notes else State.GREEN

    @property
    def words(self) -> str:
        """Its colour in words, with a sign."""
        said = {State.GREEN: "Read whole", State.AMBER: "Read, with notes", State.GREY: "Not loaded"}
        red = "Mostly rejected" if self.is_mostly_rejected else "Needed, not loaded"
        return f"{SIGNS[self.state]} {said.get(self.state, red)}"

    @property
    def notes(self) -> tuple[str, ...]:
        """What there is to say of its rows, a sentence each."""
        return tuple(self._notes())

    def resting(self, most: int | None = None) -> tuple[str, ...]:
        """What rests on it: a sentence of its metrics and one of its pages, at most so many of each by name."""
        if self.table == ACCOUNTS:
            return (
                f"Everything rests on it: {count(len(self.metrics), 'metric')} and {count(len(self.pages), 'page')}.",
            )
        parts = (("metric", self.metrics), ("page", self.pages))
        found = [
            f"{verb(len(names), what, 'rest')} on it: {some(names, most, ' · ')}." for what, names in parts if names
        ]
        return tuple(found) or ("No metric and no page is empty without it.",)

    def _notes(self) -> Iterator[str]:
        if self.rejected:
            why = "; ".join(one.sentence for one in (self.rejects or ())[:MOST])
            yield f"{self.rejected:,} of {count(self.read)} rejected{': ' if why else ''}{why}."
        elif self.files and not self.rows:
            yield f"No row stands in {some([file.name for file in self.files])}."
        yield from (one.sentence for one in self.contradictions or ())
        for label, words in self.learned.items():
            yield f"{label}: learned from the rows, since company.yml does not say: {some(words)}."
        if self.asked:
            yield f"Nobody says whether deals in {some(self.asked)} are open, won or lost: they count as open."
        if self.empty_columns:
            yield f"No row has a value in {some(self.empty_columns)}."
        if self.empty_kinds:
            yield f"Metrics rest on rows that are not there: {some(self.empty_kinds)}."
        if self.is_wanted:
            said = verb(len(self.waiting), "metric", "wait")
            system = self.table.partition(".")[0]
            yield f"Other tables of {system} are loaded; {said} for this one."


def count(number: int, what: str = "row") -> str:
    """Such as 1 row, 2,000 rows."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def verb(number: int, what: str, does: str) -> str:
    """Such as 1 metric rests, 2 metrics rest."""
    return f"{count(number, what)} {does}{'s' if number == 1 else ''}"


def some(names: Sequence[str], most: int | None = MOST, joint: str = ", ") -> str:
    """The first of some names, or all of them, and how many more there are."""
    more = 0 if most is None else len(names) - most
    return joint.join(names[:most]) + (f" and {more:,} more" if more > 0 else "")
