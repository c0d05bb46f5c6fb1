"""What is asked of a load, and what it did: plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from company.profile import Profile
from loader.check.outcome import Outcome, Problem
from loader.check.window import Window
from loader.mapping.model import Mapping


@dataclass(frozen=True)
class Options:
    """How to load. `max_rejects` is the share of a table's rows that may be rejected; `strict` allows none."""

    folder: Path
    mode: str = "replace"
    strict: bool = False
    max_rejects: float = 0.01
    as_of: date | None = None
    day_first: bool | None = None
    comma: bool | None = None  # before decimals
    check_only: bool = False
    mappings: tuple[Mapping, ...] = ()
    start: date | None = None
    profile: Profile | None = None  # what company.yml says; None where there is none
    company_file: Path | None = None  # … and which file that is
    gross_margin: Decimal | None = None  # the environment's, before the profile's


@dataclass(frozen=True)
class Changes:
    """What a drop did to a table."""

    new: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: Changes) -> Changes:
        return Changes(self.new + other.new, self.changed + other.changed, self.same + other.same)


@dataclass(frozen=True)
class Loaded:
    """What a load did. `run` is its number in ops.load_runs, 0 when there was nothing new; `problems` refused it."""

    run: int = 0
    refused_run: int = 0
    outcomes: tuple[Outcome, ...] = ()
    problems: tuple[Problem, ...] = ()
    window: Window = field(default_factory=Window)
    absent: tuple[str, ...] = ()
    skipped: dict[str, int] = field(default_factory=dict)  # file: the load that had it
    unused: tuple[str, ...] = ()
    changes: dict[str, Changes] = field(default_factory=dict)
    company: str | None = None  # its name, now in force
    folded: tuple[str, ...] = ()  # a sentence for each spelling of a word that gave way to another
    kept: int = 0  # bytes of what was replaced, which are kept so that the load can be undone
    contradicted: tuple[str, ...] = ()  # a sentence for each way in which rows contradict themselves

    @property
    def read(self) -> int:
        """Rows read of all files."""
        return sum(outcome.rows for outcome in self.outcomes)

    @property
    def rejected(self) -> int:
        """Rows rejected of all files."""
        return sum(outcome.rejected for outcome in self.outcomes)

    @property
    def trouble(self) -> str:
        """How many problems there are in how many files."""
        rows, files = sum(problem.rows for problem in self.problems), len({problem.file for problem in self.problems})
        return f"{rows:,} problem{'' if rows == 1 else 's'} in {files:,} file{'' if files == 1 else 's'}"


def refusals(outcomes: tuple[Outcome, ...], options: Options) -> tuple[Problem, ...]:
    """The problems for which nothing is loaded: refused files, and tables with too many rejected rows."""
    problems: list[Problem] = []
    for key in dict.fromkeys(outcome.table.key for outcome in outcomes):
        mine = [outcome for outcome in outcomes if outcome.table.key == key]
        read, rejected = sum(o.rows for o in mine), sum(o.rejected - o.late for o in mine)
        if any(o.is_refused for o in mine) or rejected > (0 if options.strict else options.max_rejects * read):
            problems += [problem for outcome in mine for problem in outcome.problems]
    return tuple(problems)
