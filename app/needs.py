"""What is not loaded: the tables without rows that a metric, a panel's query or a page rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import streamlit as st

from metrics.readiness import needs_of_marts, readiness
from warehouse.reading import fetch
from warehouse.settings import ROOT

MART = re.compile(r"\bmarts\.(\w+)")
SAID = re.compile(r"/\* needs ([\w.]+) \*/")


@dataclass(frozen=True)
class Lacking:
    """By metric, mart and title of a page: the tables without rows that it is empty without."""

    metrics: dict[str, tuple[str, ...]]
    marts: dict[str, tuple[str, ...]]
    pages: dict[str, tuple[str, ...]]
    filled: frozenset[str]

    def for_metrics(self, names: Iterable[str]) -> tuple[str, ...]:
        """What metrics lack, when each of them lacks something."""
        return _all([self.metrics.get(name, ()) for name in names])

    def for_any(self, names: Iterable[str]) -> tuple[str, ...]:
        """What any of these metrics and marts lacks."""
        both = self.marts | self.metrics
        return tuple(sorted({table for name in names for table in both.get(name, ())}))

    def for_query(self, sql: str) -> tuple[str, ...]:
        """What a query lacks: what it says itself, or what its facts lack when each of them lacks something."""
        if said := tuple(name for name in SAID.findall(sql) if name not in self.filled):
            return said
        marts = {name for name in MART.findall(sql) if name in self.marts}
        facts = {name for name in marts if not name.startswith("dim_")}
        return _all([self.marts[name] for name in facts or marts])


def _all(parts: list[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted(set().union(*parts))) if parts and all(parts) else ()


@st.cache_resource(max_entries=16, show_spinner=False)
def lacking(publication: int, scope: str, loaded: str) -> Lacking:
    """What the build lacks for a row scope; `loaded` is the query for the tables that have rows."""
    filled = frozenset(fetch(loaded, {}, role=scope or None)["source_table"])
    marts = {name: tables - {"crm.accounts"} for name, tables in needs_of_marts().items()}
    lines = readiness(ROOT / "dbt", set(filled))
    return Lacking(
        {line.label: line.missing for line in lines if line.kind == "metric" and line.missing},
        {name: tuple(sorted(tables - filled)) for name, tables in marts.items() if tables},
        {line.label: line.missing for line in lines if line.kind == "page" and line.missing},
        filled,
    )
