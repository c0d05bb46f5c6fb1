"""What the pages read: KPI numbers from `metrics`, other panels from SQL, both cached per published build and role."""

from __future__ import annotations

import gc
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg2
import streamlit as st

from app.found import Found
from app.needs import lacking, lacks_for_query
from app.selection import DIMENSIONS, Filters, Tower, reader_of
from metrics import query
from metrics.company import Company, read_company
from metrics.lists import behind
from metrics.needs import Lacking
from metrics.your_data import YourData, your_data
from warehouse.connections import connect, reader_url
from warehouse.reading import Reader, fetch, shown
from warehouse.settings import load_settings

log = logging.getLogger(__name__)
PIPELINES = re.compile(r"/\* pipelines(?: of (\w+))? \*/ true")
SELECTION = re.compile(r"/\* selection(?: of (\w+))? \*/ true")


@st.cache_data(ttl=timedelta(seconds=15), show_spinner=False)
def tower(scope: str) -> Tower:
    """The newest published build, for the login role `scope` ("": all rows). Raises TowerError when there is none."""
    publication, forced = shown(scope or None)
    row = fetch(_sql("tower"), {}, reader_of(publication, scope)).iloc[0]
    return Tower(
        publication,
        scope,
        row["as_of_date"],
        row["first_month"],
        row["last_month"],
        bool(row["is_last_month_partial"]),
        _company(publication, scope),
        int(row["fiscal_year_first_month"]),
        row["data_start_date"],
        forced,
    )


@st.cache_data(max_entries=16, show_spinner=False)
def _company(publication: int, scope: str) -> Company:
    """Whose numbers a build holds; read once for each."""
    return read_company(reader_of(publication, scope))


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
    reader = reader_of(publication, scope)
    return query(metrics, group_by, dict(filters), start, end, grain, ignore_inapplicable=True, reader=reader)


def kpis(
    build: Tower,
    metrics: Sequence[str],
    filters: Mapping[str, tuple[str, ...]],
    start: date | None = None,
    end: date | None = None,
    group_by: Sequence[str] = (),
    grain: str | None = None,
) -> Found:
    """`metrics.query`, cached; a filter that a metric does not know is left out for it (the card says so)."""
    lacks, metrics = lacks_of(build), list(dict.fromkeys(metrics))
    missing = lacks.for_metrics(metrics)
    known = tuple(name for name in metrics if name not in lacks.metrics)
    asked = (known, tuple(group_by), tuple(sorted(filters.items())), start, end, grain)
    columns = [*(["period"] if grain else []), *group_by, *metrics]
    nothing = pd.DataFrame([] if grain or group_by else [[float("nan")] * len(columns)], columns=columns)
    if not known:
        return Found(nothing, missing)
    found = _guarded(lambda: _kpis(build.publication, build.scope, *asked), lambda: nothing)
    return found.having(found.frame.reindex(columns=columns)) if len(known) < len(metrics) else found


@st.cache_data(max_entries=500, show_spinner=False)
def _listed(
    publication: int,
    scope: str,
    metrics: tuple[str, ...],
    by: tuple[str, ...],
    filters: tuple[tuple[str, tuple[str, ...]], ...],
    start: date,
    end: date,
    days: bool,
    dimensions: tuple[tuple[str, tuple[str, ...]], ...],
) -> pd.DataFrame:
    return behind(
        metrics, by, dict(filters), start, end, days=days, reader=reader_of(publication, scope), **dict(dimensions)
    )


def listed(
    build: Tower,
    metrics: Sequence[str],
    filters: Mapping[str, tuple[str, ...]],
    start: date,
    end: date,
    by: Sequence[str] = ("account",),
    *,
    days: bool = False,
    dimensions: Mapping[str, tuple[str, ...]],
) -> Found:
    """`metrics.lists.behind`, cached: what makes up the numbers of metrics, a row for each of `by`."""
    nothing = pd.DataFrame(columns=[*by, *metrics])
    if missing := lacks_of(build).for_metrics(metrics):
        return Found(nothing, missing)
    narrow = tuple(sorted(dimensions.items()))
    asked = (tuple(metrics), tuple(by), tuple(sorted(filters.items())), start, end, days, narrow)
    return _guarded(lambda: _listed(build.publication, build.scope, *asked), lambda: nothing)


def lacks_of(build: Tower) -> Lacking:
    """What the build lacks because nothing of it was loaded."""
    return lacking(build.publication, build.scope)


def split(
    build: Tower,
    filters: Filters,
    metrics: Sequence[str],
    *group_by: str,
    grain: str | None = None,
    whole: bool = False,
) -> Found:
    """`kpis` of the selection by dimensions or time; with `whole` since the data begin."""
    start = build.first_month if whole else filters.start
    return kpis(build, metrics, filters.asked, start, filters.end, group_by, grain)


@st.cache_data(max_entries=2000, show_spinner=False)
def _rows(
    name: str, publication: int, scope: str, values: tuple[tuple[str, Any], ...], only_columns: bool = False
) -> pd.DataFrame:
    bound = {key: list(value) if isinstance(value, tuple) else value for key, value in values}
    bound = {key: (value or None) if isinstance(value, list) else value for key, value in bound.items()}
    sql = f"select * from ({_sql(name)}) as panel limit 0" if only_columns else _sql(name)
    frame = fetch(sql, bound, reader_of(publication, scope))
    for column in frame.columns:
        if any(isinstance(value, Decimal) for value in frame[column]):
            frame[column] = pd.to_numeric(frame[column]).astype(float)
    return frame


def rows(build: Tower, name: str, filters: Filters, **more: Any) -> Found:
    """What the query <name>.sql finds for the selection; values are bound, never pasted."""
    values = {**filters.values, "pipeline": filters.pipeline, "start": filters.start, "end": filters.end, **more}
    key = (name, build.publication, build.scope, tuple(sorted(values.items())))
    if missing := lacks_for_query(lacks_of(build), _sql(name)):
        return Found(_rows(*key, only_columns=True), missing)
    return _guarded(lambda: _rows(*key), lambda: _rows(*key, only_columns=True))


def _guarded(read: Callable[[], pd.DataFrame], otherwise: Callable[[], pd.DataFrame]) -> Found:
    """What `read` returns; when one query fails, say so where it was asked, and go on with no rows.

    A warehouse that is down or not built (TowerError) is no matter of one panel and goes to the page.
    """
    try:
        return Found(read())
    except psycopg2.Error as error:
        log.warning("a query failed: %s", error)
        slow = isinstance(error, psycopg2.errors.QueryCanceled)
        st.error(
            "This could not be read: the query took longer than 30 seconds. Choose fewer months or one segment."
            if slow
            else "This could not be read from the warehouse. Reload the page; if it stays, `make status` and "
            "`.run/app.log` say more.",
            icon=":material/error:",
        )
        return Found(otherwise(), failed=True)


def run(build: Tower, name: str, values: Mapping[str, Any]) -> pd.DataFrame:
    """Run one of the few queries that write (saved views) as the visitor's role; returns what it returns."""
    connection = connect(reader_url(load_settings(), build.reader.role))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("set transaction read write")
            cursor.execute(_sql(name), dict(values))
            return pd.DataFrame(cursor.fetchall(), columns=[column[0] for column in cursor.description or []])
    finally:
        connection.close()


@st.cache_data(ttl=timedelta(seconds=15), show_spinner=False)
def _sources(publication: int, scope: str) -> YourData:
    return your_data(reader_of(publication, scope))


def sources(build: Tower) -> YourData:
    """What the build rests on, source by source; kept for seconds, since the audit changes with each load."""
    return _sources(build.publication, build.scope)


def read(reader: Reader, name: str, values: Mapping[str, Any]) -> pd.DataFrame:
    """What the query <name>.sql finds as it is now, not cached: for what changes between builds."""
    return fetch(_sql(name), dict(values), reader)


def audited(build: Tower, name: str, query: str, empty: str = "") -> tuple[pd.DataFrame, str]:
    """A table of ops as it is now, and why it is empty: no scope reads what is not known by segment and region."""
    if read(build.reader, "may_read", {"name": f"ops.{name}"})["may"].iloc[0]:
        return read(build.reader, query, {}), empty
    return pd.DataFrame(), "Closed to your row scope: this says nothing of segments and regions."


def account_heads(build: Tower, ids: tuple[str, ...]) -> pd.DataFrame:
    """account_id, account_name, segment and region of these accounts."""
    return _rows("account_heads", build.publication, build.scope, (("ids", ids or ("",)),))


@lru_cache(maxsize=128)
def _sql(name: str) -> str:
    """The query's text; `/* selection of x */ true` becomes the sidebar's filters on the columns of x, and
    `/* pipelines of x */ true` the page's: those chosen, or else all but renewals."""
    text = sql_files()[name].read_text(encoding="utf-8")
    text = PIPELINES.sub(lambda found: _in_pipelines(f"{found[1]}." if found[1] else ""), text)
    return SELECTION.sub(lambda found: _selected(f"{found[1]}." if found[1] else ""), text)


@lru_cache(maxsize=1)
def sql_files() -> dict[str, Path]:
    """Every query of the dashboard by its name: shared ones lie in queries/, a page's own in its folder."""
    return {path.stem: path for path in sorted(Path(__file__).parent.rglob("*.sql"))}


def _selected(of: str) -> str:
    return " and ".join(f"(cast(%({name})s as text[]) is null or {of}{name} = any(%({name})s))" for name in DIMENSIONS)


def _in_pipelines(of: str) -> str:
    chosen = "cast(%(pipeline)s as text[])"
    return f"case when {chosen} is null then not {of}is_renewal else {of}pipeline = any({chosen}) end"


@st.cache_resource(max_entries=1, show_spinner="Reading the definitions of the metrics …")
def definitions(publication: int, is_compiling: bool) -> bool:
    """Read the metrics' definitions of a build once, and set them apart from the garbage collector.

    Streamlit collects garbage after every run of a page; looking through the definitions each time would take longer
    than the page. The larger part of them comes with the first question whose SQL is not kept, sooner or later.
    """
    query(["mrr"], reader=reader_of(publication, ""))  # what it finds is shown to nobody
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    return True


def choices(build: Tower) -> dict[str, list[str]]:
    """The known values of each filter, in the company's order."""
    frame = _rows("choices", build.publication, build.scope, ())
    known = {name: frame.loc[frame["dimension"] == name, "value"] for name in DIMENSIONS}
    return {name: build.company.ordered(name, values) for name, values in known.items()}


def in_order(found: Found, column: str, company: Company) -> Found:
    """The answer with its rows in the company's order of a column's words."""
    places = company.places(column)
    order = found.frame[column].map(places).fillna(len(places))
    return found.having(found.frame.loc[order.sort_values(kind="stable").index].reset_index(drop=True))


def numeric(found: Found, *columns: str) -> Found:
    """The answer with these columns as floats: exact numerics arrive as objects, empty results untyped."""
    converted = {name: pd.to_numeric(found.frame[name]).astype(float) for name in columns}
    return found.having(found.frame.assign(**converted))


def first_row(found: Found) -> dict[str, float]:
    """The numbers of an answer of one row by column; what is unknown is zero."""
    return {str(name): float(value) for name, value in found.frame.iloc[0].fillna(0).items()}
