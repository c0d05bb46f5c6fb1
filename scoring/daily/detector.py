"""What was likely of each point of a series with a season, from the points before it, and how far off it lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# chosen on two sets of the Numenta Anomaly Benchmark
LEVEL_SEASONS = 5  # of a level's memory
SEASON_SHARE = 0.3  # of what a point of the season says anew
SPREAD_SEASONS = 4  # of a spread's memory
ROOT = 3 / 8  # of Anscombe
HELD = 3.0  # spreads beyond which a point says no more of what to expect


@dataclass(frozen=True)
class Likely:
    """Of each series and point what was likely, and its deviation in spreads: (series, points)."""

    expected: Floats
    spread: Floats  # on the scale of logarithms
    score: Floats
    chance: float  # times the variance of chance that counts have at least; 0 where amounts are no counts

    def edge(self, spreads: float) -> Floats:
        """The amount that lies so many spreads off, by the history and by chance."""
        by_history = np.maximum(np.expm1(np.log1p(self.expected) + spreads * self.spread), 0)
        if not self.chance:
            return by_history
        by_chance = np.maximum(_root(self.expected) + spreads * np.sqrt(self.chance) / 2, 0) ** 2 - ROOT
        return np.maximum(by_history, by_chance) if spreads > 0 else np.maximum(np.minimum(by_history, by_chance), 0)


def detect(values: Floats, season: int, kinds: Ints | None = None, chance: float = 0.0) -> Likely:
    """Judge each point by those before it; the first two seasons only begin.

    `values` are amounts of at least nought, (series, points), a season of so many points long. `kinds` says of each
    point what else sets it apart, such as the last day of a month: 0 for nothing, (points,). Level, season and spread
    follow the logarithms; what lies far off is held back, so that it changes little of what is likely afterwards. Of
    counts, a point must lie off by chance too, whose variance is `chance` times that of Poisson's.
    """
    logs = np.log1p(values)
    rows, count = logs.shape
    kinds = np.zeros(count, dtype=np.int64) if kinds is None else kinds
    level = np.median(logs[:, :season], axis=1)
    variance = np.var(logs[:, : 2 * season], axis=1) + 1e-6
    seasons, extra = np.zeros((rows, season)), np.zeros((rows, int(kinds.max(initial=0)) + 1))
    means, spreads = np.empty_like(logs), np.empty_like(logs)
    for point in range(count):
        place, kind = point % season, kinds[point]
        means[:, point] = level + seasons[:, place] + extra[:, kind]
        spreads[:, point] = np.sqrt(variance)
        error = logs[:, point] - means[:, point]
        held = np.clip(error, -HELD * spreads[:, point], HELD * spreads[:, point])
        level += held / (LEVEL_SEASONS * season)
        if kind:
            extra[:, kind] += SEASON_SHARE * held
        else:
            seasons[:, place] += SEASON_SHARE * held
        variance += (error * error - variance) / (SPREAD_SEASONS * season)
    expected = np.maximum(np.expm1(means), 0)
    score = (logs - means) / np.maximum(spreads, 1e-6)
    if chance:
        by_chance = 2 * (_root(values) - _root(expected)) / np.sqrt(chance)
        score = np.sign(score) * np.minimum(np.abs(score), np.abs(by_chance))
    return Likely(expected, spreads, score, chance)


def _root(counts: Floats) -> Floats:
    """The root by which counts of chance all have the variance 1/4 (Anscombe, 1948)."""
    return np.sqrt(counts + ROOT)
