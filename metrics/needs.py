"""What is not loaded: the tables without rows that a metric or a page rests on, and what it says nothing of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from metrics.readiness import needs_of_marts, readiness
from warehouse.reading import EVERYTHING, Reader, fetch
from warehouse.settings import ROOT

LOADED = "select source_table from marts.dim_source where is_loaded"


@dataclass(frozen=True)
class Lacking:
    """By metric, mart and title of a page: the tables without rows that it is empty without.

    `partly` are those that a metric or a page works without: what it says rests on the others.
    """

    metrics: dict[str, tuple[str, ...]]
    marts: dict[str, tuple[str, ...]]
    pages: dict[str, tuple[str, ...]]
    filled: frozenset[str]
    partly: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def for_metrics(self, names: Iterable[str]) -> tuple[str, ...]:
        """What metrics lack, when each of them lacks something."""
        return common([self.metrics.get(name, ()) for name in names])

    def for_any(self, names: Iterable[str]) -> tuple[str, ...]:
        """What any of these metrics and marts lacks."""
        both = self.marts | self.metrics
        return tuple(sorted({table for name in names for table in both.get(name, ())}))


def lacking(reader: Reader = EVERYTHING) -> Lacking:
    """What a build lacks, as `reader` sees it."""
    filled = frozenset(fetch(LOADED, {}, reader=reader)["source_table"])
    marts = {name: tables - {"crm.accounts"} for name, tables in needs_of_marts().items()}
    lines = readiness(ROOT / "dbt", set(filled))
    return Lacking(
        {line.label: line.missing for line in lines if line.kind == "metric" and line.missing},
        {name: tuple(sorted(tables - filled)) for name, tables in marts.items() if tables},
        {line.label: line.missing for line in lines if line.kind == "page" and line.missing},
        filled,
        {line.label: line.partly for line in lines if line.partly and (line.kind == "page" or not line.missing)},
    )


def common(parts: list[tuple[str, ...]]) -> tuple[str, ...]:
    """The tables of all parts, when each of them has some."""
    return tuple(sorted(set().union(*parts))) if parts and all(parts) else ()
