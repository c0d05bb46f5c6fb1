"""What the pages read: KPI numbers from `metrics`, other panels from app/queries, both cached per published build."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from app.access import role
from metrics import query
from metrics.engine import fetch
from warehouse.errors import TowerError


@dataclass(frozen=True)
class Tower:
    """The build that the dashboard shows, and the row scope that reads it: together the key of every cache."""

    publication: int
    scope: str
    as_of: date
    first_month: date
    last_month: date
    is_partial: bool
    gross_margin: float


def tower() -> Tower:
    """The newest published build, for this visitor. Raises TowerError when there is none."""
    return _tower(role() or "")


@st.cache_data(ttl=timedelta(seconds=15), show_spinner=False)
def _tower(scope: str) -> Tower:
    rows = fetch(_sql("tower"), {})
    if rows.empty:
        raise TowerError("the marts are empty; run `make all`")
    row = rows.iloc[0]
    return Tower(
        int(row["publication"]),
        scope,
        row["as_of_date"],
        row["first_month"],
        row["last_month"],
        bool(row["is_last_month_partial"]),
        float(row["gross_margin"]),
    )


@st.cache_data(max_entries=2000, show_spinner=False)
def _kpis(
    publication: int,
    scope: str,
    metrics: tuple[str, ...],
    group_by: tuple[str, ...],
    filters: tuple[tuple[str, tuple[str, ...]], ...],
    start: date | None,
    end: date | None,
    grain: str | None,
) -> pd.DataFrame:
    return query(metrics, group_by, dict(filters), start, end, grain, ignore_inapplicable=True)


def kpis(
    build: Tower,
    metrics: Sequence[str],
    filters: Mapping[str, tuple[str, ...]],
    start: date | None = None,
    end: date | None = None,
    group_by: Sequence[str] = (),
    grain: str | None = None,
) -> pd.DataFrame:
    """`metrics.query`, cached; a filter that a metric does not know is left out for it (the card says so)."""
    shape = (tuple(metrics), tuple(group_by), tuple(sorted(filters.items())))
    return _kpis(build.publication, build.scope, *shape, start, end, grain)


@st.cache_data(max_entries=2000, show_spinner=False)
def _rows(name: str, publication: int, scope: str, values: tuple[tuple[str, Any], ...]) -> pd.DataFrame:
    bound = {key: list(value) if isinstance(value, tuple) else value for key, value in values}
    bound = {key: (value or None) if isinstance(value, list) else value for key, value in bound.items()}
    return fetch(_sql(name), bound)


def rows(build: Tower, name: str, filters: Any, **more: Any) -> pd.DataFrame:
    """The result of app/queries/<name>.sql for the selection; values are bound, never pasted."""
    values = {**filters.values, "start": filters.start, "end": filters.end, **more}
    return _rows(name, build.publication, build.scope, tuple(sorted(values.items())))


@lru_cache(maxsize=64)
def _sql(name: str) -> str:
    return (Path(__file__).parent / "queries" / f"{name}.sql").read_text(encoding="utf-8")


@st.cache_data(max_entries=4, show_spinner=False)
def choices(publication: int, scope: str) -> dict[str, list[str]]:
    """The known values of each filter."""
    frame = fetch(_sql("choices"), {})
    order = {"SMB": "0", "Mid-Market": "1", "Enterprise": "2"}
    return {
        name: sorted(frame.loc[frame["dimension"] == name, "value"], key=lambda value: order.get(value, value))
        for name in ("segment", "region", "acquisition_channel")
    }
