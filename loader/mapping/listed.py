"""What the doctor found in a folder, as plain values: a list of unknown rows, and what each of its columns holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from loader.files.facts import FileFacts


@dataclass(frozen=True)
class Held:
    """What a column holds: the kind of its values and how they are written, the share of rows that have one."""

    kind: str = "text"
    how: str = ""
    filled: float = 0.0
    different: int = 0
    is_key: bool = False  # no value stands twice
    is_almost_key: bool = False


@dataclass
class Looked:
    """One list as the doctor found it: a file, or several pieces with the same columns. `number` is its own in SQL."""

    path: Path
    name: str
    facts: FileFacts
    number: int = 0
    pieces: list[str] = field(default_factory=list)  # further files of it
    rows: int = 0
    columns: dict[str, Held] = field(default_factory=dict)
    trouble: str = ""

    @property
    def names(self) -> list[str]:
        """All of its files."""
        return [self.name, *self.pieces]
