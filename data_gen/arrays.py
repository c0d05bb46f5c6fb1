"""Small tools for columns: their types, parents repeated, one figure of each entry of a list, rows in pieces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]
NONE = int(np.iinfo(np.int64).min)  # no moment, no number

Entry = TypeVar("Entry")


def floats(entries: Sequence[Entry], figure: Callable[[Entry], float]) -> Floats:
    """One figure of each entry, (entries,)."""
    return np.array([figure(entry) for entry in entries], dtype=np.float64)


def ints(entries: Sequence[Entry], figure: Callable[[Entry], int]) -> Ints:
    """One whole number of each entry, (entries,)."""
    return np.array([figure(entry) for entry in entries], dtype=np.int64)


def mask(entries: Sequence[Entry], holds: Callable[[Entry], bool]) -> Mask:
    """Whether something holds of each entry, (entries,)."""
    return np.array([holds(entry) for entry in entries], dtype=np.bool_)


def constant(value: int, like: Ints) -> Ints:
    """As many times the value as the other array has rows."""
    return np.full(len(like), value, dtype=np.int64)


def repeat_index(counts: Ints) -> tuple[Ints, Ints]:
    """(parent, position): parent i appears counts[i] times, position counts from 0 within each parent."""
    parent = np.repeat(np.arange(len(counts)), counts)
    position = np.arange(len(parent)) - np.repeat(np.cumsum(counts) - counts, counts)
    return parent, position


@dataclass
class Columns:
    """Rows that arrive in pieces, column by column."""

    parts: dict[str, list[Ints]] = field(default_factory=dict)

    def add(self, **columns: Ints) -> None:
        """Append rows."""
        for name, values in columns.items():
            self.parts.setdefault(name, []).append(np.asarray(values, dtype=np.int64))

    def get(self, name: str) -> Ints:
        """A whole column."""
        return np.concatenate(self.parts[name]) if self.parts.get(name) else np.zeros(0, dtype=np.int64)
