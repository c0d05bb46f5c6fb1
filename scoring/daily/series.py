"""The daily series that are watched, as whole and by slice, and which of their days are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from scoring.daily.detector import Floats, Ints, Likely, detect

WEEK = 7
BEGUN = 5 * WEEK  # days that a series needs before one is judged
CHANCE = 3.0  # times the variance of chance that counts have at least
LIMIT = 5.0  # spreads off from which a day is told; with CHANCE chosen on seeds 1 to 3
BAND = 3.1  # spreads of the band that is shown, as of weeks
LEAST_CASES = 8  # by which a count must be off to matter
TOTAL_COUNTS = 1.5  # of an event that shows in many slices, the total is told if it lies as far off as that
SLICES = ("segment", "region", "acquisition_channel")
TOTAL = "total"


@dataclass(frozen=True)
class Watched:
    """A metric: its unit, which way is bad, by how much a day must be off to matter, and from when to when known."""

    metric: str
    is_count: bool
    bad: int  # 1 up, -1 down
    least: float
    first: date
    last: date


@dataclass(frozen=True)
class Event:
    """Days of a metric that are told as one."""

    metric: str
    first: date
    last: date


@dataclass(frozen=True)
class Judged:
    """The series of one metric by day: what happened, what was likely, which days are told, and by which slice."""

    watched: Watched
    slices: list[tuple[str, str]]  # dimension, dimension_value
    days: list[date]
    amounts: Floats  # (slices, days)
    likely: Likely
    is_told: np.ndarray  # (slices, days)
    is_lead: np.ndarray


def edges(days: pd.DatetimeIndex) -> Ints:
    """1 for the last day of a month, 2 for its first, 0 for others."""
    return np.asarray(np.where(days.is_month_end, 1, np.where(days.is_month_start, 2, 0)), dtype=np.int64)


def judge(flows: pd.DataFrame, watched: Watched) -> Judged | None:
    """Judge the days of one metric; None where too few are known.

    `flows` has a row for each day with an amount, by segment, region and acquisition_channel (All where not cut so).
    """
    days = pd.date_range(watched.first, watched.last)
    if len(days) <= BEGUN:
        return None
    slices, amounts = _by_slice(flows, days)
    likely = detect(amounts, WEEK, edges(days), CHANCE if watched.is_count else 0.0)
    is_told = (likely.score * watched.bad >= LIMIT) & (np.abs(amounts - likely.expected) >= watched.least)
    is_told[:, :BEGUN] = False
    weight = np.where(is_told, np.abs(likely.score), 0)
    weight[[dimension == TOTAL for dimension, _ in slices]] *= TOTAL_COUNTS
    is_lead = is_told & (np.arange(len(slices))[:, None] == weight.argmax(axis=0))
    return Judged(watched, slices, [day.date() for day in days], amounts, likely, is_told, is_lead)


def _by_slice(flows: pd.DataFrame, days: pd.DatetimeIndex) -> tuple[list[tuple[str, str]], Floats]:
    """Slices, and their amounts by day: the total, and each value of each dimension; a day without a row is nought."""
    parts = {(TOTAL, "All"): flows.groupby("day")["amount"].sum()}
    for dimension in SLICES:
        for value, rows in flows[flows[dimension] != "All"].groupby(dimension):
            parts[dimension, str(value)] = rows.groupby("day")["amount"].sum()
    amounts = np.array([part.reindex(days, fill_value=0).to_numpy(dtype=float) for part in parts.values()])
    return list(parts), np.maximum(amounts, 0)


def events(judged: Sequence[Judged]) -> list[Event]:
    """What is told; what follows within a week goes on."""
    told: list[Event] = []
    for of in judged:
        for place in np.flatnonzero(of.is_lead.any(axis=0)).tolist():
            day = of.days[place]
            if told and told[-1].metric == of.watched.metric and (day - told[-1].last).days <= WEEK:
                told[-1] = replace(told[-1], last=day)
            else:
                told.append(Event(of.watched.metric, day, day))
    return told
