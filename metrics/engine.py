"""Questions to MetricFlow, in SQL that is compiled once per shape and run with bound values as the role that asks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import lru_cache

import pandas as pd
import psycopg2

from company.calendar import CALENDAR_YEAR
from metrics.catalogue import SHARED, Metric, MetricError, get_metric, new_business
from metrics.compiled import compiled
from metrics.definitions import Definitions, definitions
from warehouse.reading import EVERYTHING, Reader, fetch

GRAINS = ("day", "week", "month", "quarter", "year")
FISCAL = {"fiscal_quarter": 3, "fiscal_year": 12}  # the company's own, as dim_calendar has them: months in each
COARSE = ("quarter", "year", *FISCAL)  # of which a stock shows one month


def query(
    metrics: Sequence[str],
    group_by: Sequence[str] = (),
    filters: Mapping[str, Sequence[str]] | None = None,
    start: date | None = None,
    end: date | None = None,
    grain: str | None = None,
    ignore_inapplicable: bool = False,
    reader: Reader = EVERYTHING,
) -> pd.DataFrame:
    """Metrics as a frame with columns period (when a grain is given), group_by…, metrics (floats).

    Without a grain a stock metric gives its value at the end of the range and a flow metric its sum or ratio of sums
    over it; `now` metrics are as of the as-of date whatever the range. `filters` maps dimensions to accepted values;
    an empty list filters nothing. A question that neither filters pipelines nor asks for renewals leaves renewal
    pipelines out. start and end are months (any day in them); without a start a question begins where the pages do,
    with the first month of the window. `reader` says as which login role, and of which publication. Raises
    MetricError for a question that makes no sense, TowerError when the warehouse does not answer.
    """
    wanted = [get_metric(name, reader.publication) for name in dict.fromkeys(metrics)]
    if not wanted:
        raise MetricError("name at least one metric")
    if grain is not None and grain not in (*GRAINS, *FISCAL):
        raise MetricError(f"grain must be one of {', '.join(grains(reader))}, not {grain!r}")
    active = {key: list(values) for key, values in (filters or {}).items() if values}
    start, end = (day.replace(day=1) if day else None for day in (start, end))
    asked: dict[str, Sequence[str] | None] = {**dict.fromkeys(SHARED), **active, **new_business([*active, *group_by])}
    must = frozenset() if ignore_inapplicable else active.keys()
    frames = []
    for (behaviour, dropped), names in _batches(wanted, group_by, asked, must).items():
        kept = {key: values for key, values in asked.items() if key not in dropped}
        frames.append(answer(behaviour, names, group_by, kept, start, end, grain, reader=reader))
    keys = (["period"] if grain else []) + list(group_by)
    result = side_by_side(frames, keys)
    return result[[*keys, *(metric.name for metric in wanted)]].sort_values(keys, ignore_index=True) if keys else result


def grains(reader: Reader = EVERYTHING) -> tuple[str, ...]:
    """The grains to choose from: fiscal quarters and years where they are not the calendar's."""
    found = fetch("select fiscal_year_first_month from marts.dim_company", {}, reader)
    later = int(found.iloc[0]["fiscal_year_first_month"]) - CALENDAR_YEAR if len(found) else 0
    return (*GRAINS, *(name for name, months in FISCAL.items() if later % months))


def _first_month(reader: Reader) -> date | None:
    found = fetch("select first_month from marts.dim_tower", {}, reader)
    first: date | None = found.iloc[0]["first_month"] if len(found) else None
    return first


def answer(
    behaviour: str,
    names: Sequence[str],
    group_by: Sequence[str],
    filters: Mapping[str, Sequence[str] | None],
    start: date | None,
    end: date | None,
    grain: str | None = None,
    *,
    days: bool = False,
    reader: Reader,
) -> pd.DataFrame:
    """Metrics that behave alike in time, as in `query`; with `days` start and end are days, not months.

    Without a start they begin with the first month of the window.
    """
    low, high, units = _range(behaviour, start or _first_month(reader), end, grain)
    frame = _run(names, group_by, filters, low, high, units, reader, "day" if days else "month")
    return _coarsen(frame, behaviour, group_by, grain, units)


def side_by_side(frames: Sequence[pd.DataFrame], keys: Sequence[str]) -> pd.DataFrame:
    """Answers to one question as one frame; groups that only some of them know are kept."""
    result = frames[0]
    for frame in frames[1:]:
        result = result.merge(frame, on=list(keys), how="outer") if keys else pd.concat([result, frame], axis=1)
    return result


def _batches(
    wanted: list[Metric], group_by: Sequence[str], asked: Iterable[str], must: AbstractSet[str]
) -> dict[tuple[str, frozenset[str]], list[str]]:
    """Metrics that can be asked together: of the same behaviour and with the same filters.

    `asked` are the dimensions that are filtered; those of `must` may not be left out for a metric without them.
    """
    batches: dict[tuple[str, frozenset[str]], list[str]] = {}
    for metric in wanted:
        for dimension in group_by:
            if dimension not in metric.cuts:
                raise MetricError(
                    f"{metric.label} is not recorded by {dimension}; it knows {', '.join(metric.dimensions)}"
                )
        dropped = frozenset(dimension for dimension in asked if dimension not in metric.cuts)
        if unanswered := dropped & must:
            raise MetricError(f"{metric.label} does not answer to a filter on {', '.join(sorted(unanswered))}")
        batches.setdefault((metric.behaviour, dropped), []).append(metric.name)
    return batches


def _range(
    behaviour: str, start: date | None, end: date | None, grain: str | None
) -> tuple[date | None, date | None, tuple[str, ...]]:
    """The months to ask for and the grains to ask at: months beside the periods of which they are a part."""
    if behaviour == "now":
        if grain:
            raise MetricError("a metric as of the as-of date has no history; leave the grain out")
        return None, None, ()
    if behaviour in ("stock", "first"):
        if grain and grain in COARSE:
            return start, end, ("month", grain)
        if grain is None:
            month = end if behaviour == "stock" else start
            return (month, month, ()) if month else (start, end, ("month",))
    return start, end, (grain,) if grain else ()


def _coarsen(
    frame: pd.DataFrame, behaviour: str, group_by: Sequence[str], grain: str | None, asked: tuple[str, ...]
) -> pd.DataFrame:
    """Pick the last (or first) month of each period for stock metrics that were asked by month."""
    if asked == ((grain,) if grain else ()):
        return frame.rename(columns={unit: "period" for unit in asked})
    if frame.empty and not group_by and not grain:
        return frame.drop(columns="month").reindex([0])
    month = pd.to_datetime(frame["month"])
    periods = frame[grain] if grain else pd.Series(0, frame.index)
    # of all rows, not of each group's: whoever is gone by the last month is not counted with an earlier one
    picked = month == month.groupby(periods).transform("max" if behaviour == "stock" else "min")
    frame = frame[picked].drop(columns="month").reset_index(drop=True)
    return frame.rename(columns={unit: "period" for unit in asked})


def _run(
    names: Sequence[str],
    group_by: Sequence[str],
    filters: Mapping[str, Sequence[str] | None],
    start: date | None,
    end: date | None,
    units: tuple[str, ...],
    reader: Reader,
    bound_unit: str,
) -> pd.DataFrame:
    bounds = tuple((name, bound_unit) for name, value in (("start", start), ("end", end)) if value)
    sql = _compile(
        definitions(reader.publication), tuple(sorted(names)), tuple(group_by), tuple(sorted(filters)), bounds, units
    )
    values = {name: _array(given) if given else None for name, given in filters.items()}
    try:
        frame = fetch(sql, {**values, "start": start, "end": end}, reader)
    except psycopg2.errors.InvalidTextRepresentation as error:
        raise MetricError(f"a filter's value does not fit: {str(error).splitlines()[0]}") from error
    frame = frame.rename(columns={f"metric_time__{unit}": unit for unit in units})
    for unit in units:
        frame[unit] = pd.to_datetime(frame[unit]).dt.date
    for name in names:
        frame[name] = pd.to_numeric(frame[name], errors="coerce").astype(float)
    return frame


def _array(values: Sequence[str]) -> str:
    """PostgreSQL's text form of an array, bound as one value: the server reads it as the column's own type."""
    escaped = (str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in escaped) + "}"


@lru_cache(maxsize=4096)
def _compile(
    given: Definitions,
    names: tuple[str, ...],
    group_by: tuple[str, ...],
    filters: tuple[str, ...],
    bounds: tuple[tuple[str, str], ...],
    units: tuple[str, ...],
) -> str:
    """SQL with a bind parameter for every value, a filter's null where it accepts all; made once per shape."""
    where = [f"{{{{ Entity('{name}') }}}} = '__{name}__'" for name in filters]
    signs = {"start": ">=", "end": "<="}
    where += [f"{{{{ TimeDimension('metric_time', '{unit}') }}}} {signs[name]} '__{name}__'" for name, unit in bounds]
    groups = [*(f"metric_time__{unit}" for unit in units), *group_by]
    sql = compiled(given, names, tuple(groups), tuple(where)).replace("%", "%%")
    sql = re.sub(r"'__(start|end)__'", r"%(\1)s", sql)
    return re.sub(r"([\w.]+) = '__(\w+?)__'", r"(%(\2)s is null or \1 = any(%(\2)s))", sql)
