"""Puts the metrics beside the oracle and lists where they differ."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd

from metrics import get_metric, query
from tests.oracle.files import Slice
from tests.oracle.oracle import Family, Oracle

Range = tuple[pd.Timestamp, pd.Timestamp]


def ranges(months: list[pd.Timestamp]) -> list[Range]:
    """What a reader of the pages chooses: everything, the last quarter, a stretch in the middle."""
    return [(months[0], months[-1]), (months[-3], months[-1]), (months[4], months[9])]


def same(name: str, want: float, have: float) -> bool:
    """Equal but for the last digits of a float; no row at all is as good as nothing counted."""
    if math.isnan(have):
        return math.isnan(want) or (want == 0 and get_metric(name).format in ("money", "count"))
    return math.isclose(want, have, rel_tol=1e-9, abs_tol=1e-6)


def monthly(oracle: Oracle, family: Family, part: Slice) -> list[str]:
    """Differences of every month of a slice."""
    months = oracle.files.months
    names = list(family(part, months[0], months[0]))
    found = query(names, filters=part.filters, grain="month", ignore_inapplicable=True)
    by_month = found.assign(period=pd.to_datetime(found["period"])).set_index("period")
    wrong = [f"{part}: a month twice" for _ in range(by_month.index.duplicated().sum())]
    # where the files begin within a month, what it holds of its own days may be there, but nothing that moved in it
    begun = pd.DatetimeIndex([oracle.files.first_day.replace(day=1)]).intersection(by_month.index).difference(months)
    beyond = by_month.index.difference(begun.union(pd.DatetimeIndex(months)))
    allowed = {"mrr_target", "new_mrr_target", "bookings_target", "due_pipeline", "pipeline_coverage"}  # plans go on
    if len(beyond) and not allowed & set(names):
        wrong.append(f"{part}: months that the data do not have: {', '.join(map(str, beyond))}")
    for month in begun:
        have = by_month.loc[month].dropna()
        want = {name: value for name, value in family(part, month, month).items() if name in have}
        wrong += differing(f"{part} {month:%Y-%m}", want, have)
    for month in months:
        have = by_month.loc[month] if month in by_month.index else pd.Series(dtype=float)
        wrong += differing(f"{part} {month:%Y-%m}", family(part, month, month), have)
    return wrong


def over_ranges(oracle: Oracle, family: Family, part: Slice) -> list[str]:
    """Differences of the figures over several months, which are never averages of the monthly ones."""
    wrong = []
    for first, last in ranges(oracle.files.months):
        want = family(part, first, last)
        bounds = {"start": first.date(), "end": last.date()}
        have = query(list(want), filters=part.filters, ignore_inapplicable=True, **bounds).iloc[0]
        wrong += differing(f"{part} {first:%Y-%m} to {last:%Y-%m}", want, have)
    return wrong


def differing(where: str, want: dict[str, float], have: pd.Series) -> list[str]:
    """One line for each metric that differs."""
    pairs = [(name, float(value), float(have.get(name, math.nan))) for name, value in want.items()]
    return [f"{where}: {name}: oracle {a!r}, metrics {b!r}" for name, a, b in pairs if not same(name, a, b)]


def report(wrong: Iterable[str]) -> str:
    """The first differences, and how many there are."""
    lines = list(wrong)
    return f"{len(lines)} differences:\n" + "\n".join(lines[:40])
