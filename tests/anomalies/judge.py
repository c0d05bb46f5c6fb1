"""The expectation and score of a watched series worked out by numpy, as docs/scoring.md describes them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
    """The values, held within 2.5 deviations of the median of the points before."""
    held = values.copy()
    for point in range(3, values.shape[1]):
        before = values[:, max(0, point - habits.window) : point]
        middle = np.median(before, axis=1)
        usual = 1.4826 * np.median(abs(before - middle[:, None]), axis=1)
        chance = np.sqrt(1.3 * np.maximum(middle, least)) if counts else least
        most = 2.5 * np.maximum(np.maximum(usual, 0.03 * middle), chance)
        held[:, point] = np.clip(values[:, point], middle - most, middle + most)
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
    errors, bases = (held - means) ** 2, base.copy()
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
