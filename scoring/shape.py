"""The shape of every scorer: fit on what was known at a day, score, judge."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol, TypeVar

Known = TypeVar("Known")
Model = TypeVar("Model")
Evidence = TypeVar("Evidence")


@dataclass(frozen=True)
class Figure:
    """One figure by which a scorer is judged, beside its baseline and the bound that it must keep."""

    name: str
    value: float | None
    baseline: float | None
    bound: float | None
    cases: int
    judged_on: str
    is_higher_better: bool = True
    is_of_company: bool = False  # it counts the company's own rows

    @property
    def is_kept(self) -> bool:
        """Whether the bound holds; without a bound or a value nothing is broken."""
        if self.value is None or self.bound is None:
            return True
        return self.value >= self.bound if self.is_higher_better else self.value <= self.bound


@dataclass(frozen=True)
class Table:
    """Rows of a table of schema scores; each gets the run's number as `run_id`."""

    table: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class Scores:
    """Rows of one table of schema scores, and what they rest on."""

    table: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    model: str  # its version
    trained_until: date | None
    features: str  # a hash of all that it was fitted on
    learned_from: int = 0  # rows of the company
    notes: str = ""
    more: tuple[Table, ...] = ()  # further tables, such as of the backtest

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables that are written."""
        return (Table(self.table, self.columns, self.rows), *self.more)


class Scorer(Protocol[Known, Model, Evidence]):
    """What `scoring.run` asks of a scorer; `until` is the last day of which anything may be known."""

    name: str
    says: str  # one line for --help

    def read(self, cursor: Any, until: date) -> Known:
        """What was known at the end of a day, and nothing that happened later."""
        ...

    def fit(self, known: Known) -> Model:
        """A model of it."""
        ...

    def score(self, model: Model, known: Known) -> Scores:
        """A score for each row of what was known."""
        ...

    def judge(self, model: Model, known: Known) -> list[Figure]:
        """How well it does: on what came after its scores, and on what ships with the project."""
        ...

    def self_test(self) -> list[Figure]:
        """How well it does without a warehouse, on what ships with the project."""
        ...

    def observe(self, company: Path) -> Evidence:
        """What it does for a synthetic company, beside what truth/ knows of it; the folder is gone afterwards."""
        ...

    def judge_companies(self, companies: Sequence[Evidence]) -> list[Figure]:
        """How well it does over several of them."""
        ...


def digest(parts: Iterable[object]) -> str:
    """A hash of what a model was fitted on: the same for the same parts in the same order."""
    found = hashlib.sha256()
    for part in parts:
        found.update(repr(part).encode())
        found.update(b"\0")
    return found.hexdigest()
