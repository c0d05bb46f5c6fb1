"""What the pages read: KPI numbers from `metrics`, other panels from SQL, both cached per published build."""

from __future__ import annotations

import gc
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg2
import streamlit as st

from app.access import role
from app.needs import Lacking, lacking
from metrics import query
from metrics.engine import fetch
from warehouse.connections import connect, reader_url
from warehouse.errors import TowerError
from warehouse.settings import load_settings

log = logging.getLogger(__name__)


SELECTION = re.compile(r"/\* selection(?: of (\w+))? \*/ true")


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
    lacks, metrics = lacks_of(build), list(dict.fromkeys(metrics))
    st.session_state["_lacks"] = lacks.for_metrics(metrics)
    known = tuple(name for name in metrics if name not in lacks.metrics)
    asked = (known, tuple(group_by), tuple(sorted(filters.items())), start, end, grain)
    columns = [*(["period"] if grain else []), *group_by, *metrics]
    nothing = pd.DataFrame([] if grain or group_by else [[float("nan")] * len(columns)], columns=columns)
    if not known:
        return nothing
    found = _guarded(lambda: _kpis(build.publication, build.scope, *asked), lambda: nothing)
    return found.reindex(columns=columns) if len(known) < len(metrics) else found


def lacks_of(build: Tower) -> Lacking:
    """What the build lacks because nothing of it was loaded."""
    return lacking(build.publication, build.scope, _sql("loaded"))


def split(
    build: Tower, filters: Any, metrics: Sequence[str], *group_by: str, grain: str | None = None, whole: bool = False
) -> pd.DataFrame:
    """`kpis` of the selection by dimensions or time; with `whole` since the data begin."""
    start = build.first_month if whole else filters.start
    return kpis(build, metrics, filters.values, start, filters.end, group_by, grain)


@st.cache_data(max_entries=2000, show_spinner=False)
def _rows(
    name: str, publication: int, scope: str, values: tuple[tuple[str, Any], ...], only_columns: bool = False
) -> pd.DataFrame:
    bound = {key: list(value) if isinstance(value, tuple) else value for key, value in values}
    bound = {key: (value or None) if isinstance(value, list) else value for key, value in bound.items()}
    frame = fetch(f"select * from ({_sql(name)}) as panel limit 0" if only_columns else _sql(name), bound)
    for column in frame.columns:
        if any(isinstance(value, Decimal) for value in frame[column]):
            frame[column] = pd.to_numeric(frame[column]).astype(float)
    return frame


def rows(build: Tower, name: str, filters: Any, **more: Any) -> pd.DataFrame:
    """The result of a query, <name>.sql, for the selection; values are bound, never pasted."""
    values = {**filters.values, "start": filters.start, "end": filters.end, **more}
    bound = tuple(sorted(values.items()))
    key = (name, build.publication, build.scope, bound)
    if missing := lacks_of(build).for_query(_sql(name)):
        st.session_state["_lacks"] = missing
        return _rows(*key, only_columns=True)
    st.session_state["_lacks"] = ()
    return _guarded(lambda: _rows(*key), lambda: _rows(*key, only_columns=True))


def _guarded(read: Callable[[], pd.DataFrame], otherwise: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """What `read` returns; when one query fails, say so where it was asked, and go on with no rows.

    A warehouse that is down or not built (TowerError) is no matter of one panel and goes to the page.
    """
    try:
        return read()
    except psycopg2.Error as error:
        log.warning("a query failed: %s", error)
        slow = isinstance(error, psycopg2.errors.QueryCanceled)
        st.session_state["_failed"] = True
        st.error(
            "This could not be read: the query took longer than 30 seconds. Choose fewer months or one segment."
            if slow
            else "This could not be read from the warehouse. Reload the page; if it stays, `make status` and "
            "`.run/app.log` say more.",
            icon=":material/error:",
        )
        return otherwise()


def run(name: str, values: Mapping[str, Any]) -> pd.DataFrame:
    """Run one of the few queries that write (saved views) as the visitor's role; returns what it returns."""
    connection = connect(reader_url(load_settings(), role()))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("set transaction read write")
            cursor.execute(_sql(name), dict(values))
            return pd.DataFrame(cursor.fetchall(), columns=[column[0] for column in cursor.description or []])
    finally:
        connection.close()


def read(name: str, values: Mapping[str, Any]) -> pd.DataFrame:
    """The result of a query, <name>.sql, as it is now, not cached: for what changes between builds."""
    return fetch(_sql(name), dict(values))


def account_names(build: Tower, ids: tuple[str, ...]) -> pd.DataFrame:
    """account_id and account_name of these accounts."""
    return _rows("account_names", build.publication, build.scope, (("ids", ids or ("",)),))


@lru_cache(maxsize=128)
def _sql(name: str) -> str:
    """The query's text; `/* selection of x */ true` becomes the sidebar's filters on the columns of x."""
    text = sql_files()[name].read_text(encoding="utf-8")
    return SELECTION.sub(lambda found: _selected(f"{found[1]}." if found[1] else ""), text)


@lru_cache(maxsize=1)
def sql_files() -> dict[str, Path]:
    """Every query of the dashboard by its name: shared ones lie in queries/, a page's own in its folder."""
    return {path.stem: path for path in sorted(Path(__file__).parent.rglob("*.sql"))}


def _selected(of: str) -> str:
    names = ("segment", "region", "acquisition_channel")
    return " and ".join(f"(cast(%({name})s as text[]) is null or {of}{name} = any(%({name})s))" for name in names)


@st.cache_resource(max_entries=1, show_spinner="Reading the definitions of the metrics …")
def definitions(publication: int) -> bool:
    """Read the metrics' definitions of a build once, and set them apart from the garbage collector.

    Streamlit collects garbage after every run of a page; looking through the definitions each time would take longer
    than the page.
    """
    query(["mrr"])
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    return True


@st.cache_data(max_entries=4, show_spinner=False)
def choices(publication: int, scope: str) -> dict[str, list[str]]:
    """The known values of each filter."""
    frame = fetch(_sql("choices"), {})
    order = {"SMB": "0", "Mid-Market": "1", "Enterprise": "2"}
    return {
        name: sorted(frame.loc[frame["dimension"] == name, "value"], key=lambda value: order.get(value, value))
        for name in ("segment", "region", "acquisition_channel")
    }


def numeric(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The frame with these columns as floats: exact numerics arrive as objects, empty results untyped."""
    return frame.assign(**{name: pd.to_numeric(frame[name]).astype(float) for name in columns})
