"""The list behind a number: the metric itself, asked by account (deal, ticket, invoice …) instead of as one sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from metrics.catalogue import SHARED, Metric, MetricError, all_metrics, new_business
from metrics.engine import answer, side_by_side
from warehouse.reading import EVERYTHING, Reader


def behind(
    metrics: Sequence[str],
    by: Sequence[str] = ("account",),
    selection: Mapping[str, Sequence[str]] | None = None,
    start: date | None = None,
    end: date | None = None,
    *,
    days: bool = False,
    reader: Reader = EVERYTHING,
    **dimensions: str | Sequence[str],
) -> pd.DataFrame:
    """What makes up the numbers of metrics, a row for each of `by`, largest first; rows of nothing are left out.

    Columns: by…, then the parts of each metric (floats): the rows add up to a sum, and their sums make up a ratio.
    `selection` narrows what knows its dimensions, as the number itself does; `dimensions` must be known. start and end
    are months, with `days` days; `reader` asks, as in `query`. Raises MetricError for a metric that cannot be told by
    these keys or dimensions.
    """
    narrow = {name: [given] if isinstance(given, str) else list(given) for name, given in dimensions.items() if given}
    wanted = [_listable(name, by, narrow, reader) for name in dict.fromkeys(metrics)]
    asked: dict[str, Sequence[str] | None] = dict.fromkeys(SHARED)
    asked |= {name: given for name, given in (selection or {}).items() if given}
    asked |= narrow
    asked |= new_business([*asked, *by])
    if not days:
        start, end = (day.replace(day=1) if day else None for day in (start, end))
    frames = [
        answer(behaviour, names, by, {name: asked[name] for name in known}, start, end, days=days, reader=reader)
        for (behaviour, known), names in _batches(wanted, {*asked}).items()
    ]
    order = list(dict.fromkeys(name for metric in wanted for name in metric.parts))
    result = side_by_side(frames, by)[[*by, *order]]
    result = result[result[order].fillna(0).ne(0).any(axis=1)]
    return result.sort_values(order, ascending=False, key=abs, ignore_index=True)


def _batches(wanted: Sequence[Metric], filters: set[str]) -> dict[tuple[str, frozenset[str]], list[str]]:
    """Columns that can be asked together: of metrics that behave alike in time and know the same filters."""
    batches: dict[tuple[str, frozenset[str]], list[str]] = {}
    asked: set[str] = set()
    for metric in wanted:
        # a part is asked as the number behaves: a rate at a month's end rests on the parts of that month
        known = frozenset(filters & {*metric.cuts})
        names = [name for name in metric.parts if name not in asked]
        batches.setdefault((metric.behaviour, known), []).extend(names)
        asked |= {*names}
    return {key: names for key, names in batches.items() if names}


def _listable(name: str, by: Sequence[str], narrow: Mapping[str, object], reader: Reader) -> Metric:
    metric = all_metrics(reader.publication).get(name)
    if metric is None:
        raise MetricError(f"there is no metric {name!r}")
    if missing := [key for key in by if key not in metric.keys]:
        raise MetricError(f"{metric.label} is not recorded by {', '.join(missing)}: no list is behind it")
    if strange := {*narrow} - {*metric.cuts}:
        raise MetricError(f"{metric.label} is not recorded by {', '.join(sorted(strange))}")
    return metric
