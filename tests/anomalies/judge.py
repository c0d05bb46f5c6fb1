"""Expectation, score and flags of the watched series worked out by numpy, as docs/scoring.md describes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tests.anomalies.series import Series

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Habits:
    """How much of the past counts: periods of a median, memories of level, trend and spread, least history."""

    window: int
    level: float
    trend: float
    spread: float
    least: int


WEEK, MONTH = Habits(13, 0.90, 0.97, 0.95, 16), Habits(12, 0.75, 0.90, 0.88, 6)


def past(values: Floats, memory: float) -> Floats:
    """Of rows of points: the sum of what came before each, the last with weight 1 and each earlier one with less."""
    sums = np.zeros_like(values)
    for point in range(1, values.shape[1]):
        sums[:, point] = memory * sums[:, point - 1] + values[:, point - 1]
    return sums


def clipped(values: Floats, habits: Habits, least: float, counts: bool) -> Floats:
    """The values; what lies further than 2.5 deviations from the median of the points before counts as one off."""
    held = values.copy()
    for point in range(3, values.shape[1]):
        before = values[:, max(0, point - habits.window) : point]
        middle = np.median(before, axis=1)
        usual = 1.4826 * np.median(abs(before - middle[:, None]), axis=1)
        chance = np.sqrt(1.3 * np.maximum(middle, least)) if counts else least
        usual = np.maximum(np.maximum(usual, 0.03 * middle), chance)
        off = values[:, point] - middle
        held[:, point] = np.where(abs(off) <= 2.5 * usual, values[:, point], middle + np.sign(off) * usual)
    return held


def expected(held: Floats, habits: Habits) -> Floats:
    """The weighted mean of the points before each, carried on by half of their weighted trend."""
    ones, place = np.ones_like(held), np.ones_like(held) * np.arange(held.shape[1])
    weight = np.maximum(past(ones, habits.level), 1e-12)
    level, behind = past(held, habits.level) / weight, place - past(place, habits.level) / weight
    n, x, xx, y, xy = (past(part, habits.trend) for part in (ones, place, place * place, held, place * held))
    slope = (n * xy - x * y)[:, habits.least :] / (n * xx - x * x)[:, habits.least :]
    level[:, habits.least :] += 0.5 * slope * behind[:, habits.least :]
    return np.maximum(level, 0)


def root(cases: Floats, likely: Floats) -> Floats:
    """The Wilson-Hilferty root of the tail of a Poisson count."""
    return ((1 - 1 / (9 * cases)) - np.cbrt(likely / cases)) * 3 * np.sqrt(cases)


def judge(values: Floats, dimensions: Floats, habits: Habits, least: float, counts: bool) -> tuple[Floats, Floats]:
    """What was expected and the score of every point, NaN for the first.

    `values` has a row for each slice of one metric, which `dimensions` says the kind of; `least` is the least level.
    """
    held = clipped(values, habits, least, counts)
    means = expected(held, habits)
    base = np.maximum(means, least)
    errors, bases = 1.1 * (held - means) ** 2, base.copy()
    errors[:, 0] = bases[:, 0] = 0
    errors, bases = past(errors, habits.spread), past(bases, habits.spread)
    own, others = errors / np.maximum(bases, 1e-9), np.zeros_like(errors)
    for kind in np.unique(dimensions):
        rows = dimensions == kind
        others[rows] = errors[rows].sum(axis=0) / np.maximum(bases[rows].sum(axis=0), 1e-9)
    known = np.minimum(np.arange(values.shape[1]), 12)
    share = known / (known + 8)
    spread = np.maximum(share * own + (1 - share) * others, 0.5 * others)
    spread = np.maximum(spread, 1.3 if counts else least**2 / base)
    spread = np.maximum(spread, (0.03 * means) ** 2 / base)
    above = np.maximum(root(np.maximum(values / spread, 1e-6), base / spread), 0)
    below = np.minimum(root(np.maximum(values, 0) / spread + 1, base / spread), 0)
    score = np.where(values > means, above, below)
    means[:, 0] = score[:, 0] = np.nan
    return means, score


FALSE_SHARE = {"week": 0.01, "month": 0.01}
SLACK, MOST, WINDOW, LIMIT, LEAST = 0.75, 2.5, 8, 7, 0.5  # of a drift


def chance(size: Floats) -> Floats:
    """The chance of a normal deviation of at least so much (Karagiannidis and Lioumpas)."""
    size = np.maximum(size, 1e-9)
    tail = (1 - np.exp(-1.4 * size)) * np.exp(-size * size / 2) / (2.845 * size)
    return np.where(size < 0.01, 0.5, np.minimum(0.5, tail))


def drifted(bad_scores: Floats, least: int) -> Floats:
    """What the last eight weeks add up to, from rows of scores towards the bad side."""
    excess = np.clip(bad_scores, -MOST, MOST) - SLACK
    excess[:, :least] = 0
    sums = np.concatenate([np.zeros((len(excess), WINDOW)), np.cumsum(excess, axis=1)], axis=1)
    lowest = np.lib.stride_tricks.sliding_window_view(sums[:, :-1], WINDOW, axis=1).min(axis=2)
    return sums[:, WINDOW:] - lowest


def judged(one: Series, mrr: float) -> pd.DataFrame:
    """The points of a metric: expected, score, drift, whether it is bad, matters and is judged."""
    habits = WEEK if one.grain == "week" else MONTH
    values, kinds = one.wide.to_numpy(float), one.wide.index.get_level_values("dimension").to_numpy()
    worth = mrr * one.months_of_mrr
    means, scores = judge(values, kinds, habits, 2 if one.counts else 0.002 * worth + 0.01, one.counts)
    up = values >= means
    bad_scores = np.nan_to_num(scores if one.bad == "up" else -scores)
    drift = drifted(bad_scores, habits.least) if one.grain == "week" else np.zeros_like(values)
    columns = {"amount": values, "expected": means, "score": scores, "up": up, "drift": drift, "bad_score": bad_scores}
    rows = pd.DataFrame({name: part.ravel() for name, part in columns.items()})
    slices = one.wide.index.repeat(values.shape[1])
    rows["dimension"], rows["dimension_value"] = slices.get_level_values(0), slices.get_level_values(1)
    rows["period_start"] = np.tile(one.wide.columns, len(values))
    rows["judged"] = np.tile(np.arange(values.shape[1]) >= habits.least, len(values))
    rows["matters"] = (rows["amount"] - rows["expected"]).abs() >= (8 if one.counts else 0.004 * worth)
    rows["is_bad"] = rows["up"] == (one.bad == "up")
    return rows.assign(metric=one.metric, grain=one.grain)


def flagged(series: list[Series], mrr: float) -> pd.DataFrame:
    """Every judged point of a company with `is_anomaly` and `is_lead`."""
    points = pd.concat([judged(one, mrr) for one in series], ignore_index=True)
    points = points[points["judged"]].assign(size=lambda rows: rows["score"].abs())
    points["chance"] = chance(points["size"].to_numpy(float))
    group = ["grain", "period_start", "dimension"]
    points["n"] = points.groupby(group)["chance"].transform("count")
    points = points.sort_values([*group, "is_bad", "chance", "metric", "dimension_value"])
    place = points.groupby([*group, "is_bad"]).cumcount() + 1
    points["false_share"] = points["chance"] * points["n"] / place
    backwards = points[::-1].groupby([*group, "is_bad"])["false_share"].cummin()
    sudden = (backwards.reindex(points.index) <= points["grain"].map(FALSE_SHARE)) & points["matters"]
    gradual = (points["drift"] > LIMIT) & (points["bad_score"] > LEAST) & points["matters"]
    points["is_anomaly"] = sudden | gradual
    weight = points["size"].where(~gradual, points[["size", "drift"]].max(axis=1))
    points["weight"] = weight * np.where(points["dimension"] == "total", 1.5, 1.0)
    order = points.sort_values(["weight", "dimension", "dimension_value"], ascending=[False, True, True])
    first = order.groupby(["metric", "grain", "period_start", "up", "is_anomaly"]).cumcount() == 0
    points["is_lead"] = points["is_anomaly"] & first.reindex(points.index)
    return points
