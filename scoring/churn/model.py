"""A logistic regression with a strong penalty: fitted, recalibrated, explained; and the segment's rate beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from scoring.churn.features import FEATURES, Floats, Mask, Panel

C = 0.01  # inverse strength of the penalty on standardised features; chosen on seeds 1 to 6
MOST = 4.0  # standardised values are held within this
RATE_WEIGHT = 10.0  # how much more freely than a feature the segment's rate may speak
ROWS_OF_ALL = 100  # a segment's rate is shrunk by so many rows of the rate of all
LEAST_PUSH = 0.02  # log-odds; less is no reason
REASONS = 3
SLOPE_SPREAD, LEVEL_SPREAD = 0.2, 0.2  # how far from none a recalibration is believed to be before anything is seen
SEEN = 1 / 3  # who leaves was judged at three month ends, and is one customer all the same


@dataclass(frozen=True)
class Rates:
    """The share that leaves within 90 days, of each segment and of all."""

    overall: float
    by_segment: dict[str, float]

    def of(self, segments: np.ndarray) -> Floats:
        """The rate of each row's segment, that of all for a segment that was never seen."""
        return np.array([self.by_segment.get(segment, self.overall) for segment in segments], dtype=float)


def rates(panel: Panel, rows: Mask) -> Rates:
    """Shares of churned rows; those of small segments are drawn to that of all. There must be rows."""
    churned, segment = panel.churned[rows], panel.segment[rows]
    overall = float(churned.mean())
    own = {}
    for name in np.unique(segment):
        here = churned[segment == name]
        own[str(name)] = float((here.sum() + ROWS_OF_ALL * overall) / (len(here) + ROWS_OF_ALL))
    return Rates(overall, own)


@dataclass(frozen=True)
class ChurnModel:
    """A fitted model: log-odds are a sum over standardised columns, each feature's value and whether it is unknown."""

    rates: Rates
    mean: Floats
    spread: Floats
    weights: Floats  # of the segment's rate, the values, the unknowns
    level: float

    def parts(self, panel: Panel, rows: Mask) -> Floats:
        """What each column adds to the log-odds, (rows, 1 + 2 × features)."""
        return self._columns(panel, rows) * self.weights

    def log_odds(self, panel: Panel, rows: Mask) -> Floats:
        """Log-odds that each row leaves within 90 days."""
        return self.parts(panel, rows).sum(axis=1) + self.level

    def _columns(self, panel: Panel, rows: Mask) -> Floats:
        return _columns(panel, rows, self.rates, self.mean, self.spread)


def fit(panel: Panel, rows: Mask) -> ChurnModel:
    """Learn from these rows, of which some churned and some did not."""
    found = rates(panel, rows)
    values = panel.values[rows]
    raw = np.hstack([np.nan_to_num(values), np.isnan(values)])
    held = np.hstack([~np.isnan(values), np.ones_like(values, dtype=bool)])
    count = np.maximum(held.sum(axis=0), 1)
    mean = (raw * held).sum(axis=0) / count
    spread = np.sqrt((((raw - mean) * held) ** 2).sum(axis=0) / count)
    columns = _columns(panel, rows, found, mean, spread)
    signs = np.array([1, *(feature.sign for feature in FEATURES), *[0] * len(FEATURES)])
    believed = np.ones(len(signs))
    while True:
        fitted = LogisticRegression(C=C, solver="newton-cholesky").fit(columns * believed, panel.churned[rows])
        weights = fitted.coef_[0] * believed
        if not (doubted := weights * signs < 0).any():
            return ChurnModel(found, mean, spread, weights, float(fitted.intercept_[0]))
        believed[doubted] = 0


def _columns(panel: Panel, rows: Mask, found: Rates, mean: Floats, spread: Floats) -> Floats:
    """Standardised columns; an unknown value is no deviation, and a column without spread says nothing."""
    values = panel.values[rows]
    raw = np.hstack([values, np.isnan(values)])
    scaled = np.where(spread > 1e-9, (raw - mean) / np.maximum(spread, 1e-9), 0)
    rate = log_odds(found.of(panel.segment[rows])) - log_odds(np.array([found.overall]))
    return np.hstack([RATE_WEIGHT * rate[:, None], np.clip(np.nan_to_num(scaled), -MOST, MOST)])


@dataclass(frozen=True)
class Recalibration:
    """A straight line in log-odds from what was said to what came, around a centre."""

    centre: float = 0.0
    level: float = 0.0
    slope: float = 1.0

    def probability(self, said: Floats) -> Floats:
        """Probabilities of log-odds."""
        return 1 / (1 + np.exp(-(self.centre + self.level + self.slope * (said - self.centre))))


def recalibrate(said: Floats, churned: Floats) -> Recalibration:
    """The line that fits what was said to what came, drawn to none where little was seen (Newton's method)."""
    centre = float(said.mean())
    line = np.array([0.0, 1.0])
    columns = np.column_stack([np.ones_like(said), said - centre])
    prior = np.diag([LEVEL_SPREAD**-2, SLOPE_SPREAD**-2])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-(centre + columns @ line)))
        slope = SEEN * columns.T @ (churned - chance) - prior @ (line - [0.0, 1.0])
        bend = SEEN * (columns * (chance * (1 - chance))[:, None]).T @ columns + prior
        step = np.linalg.solve(bend, slope)
        line = line + step / max(1.0, float(abs(step).max()))
    return Recalibration(centre, float(line[0]), float(line[1]))


def reasons(model: ChurnModel, panel: Panel, rows: Mask) -> list[tuple[str | None, ...]]:
    """Of each row, in the words of FEATURES, the three that raise its risk most above the average, or fewer."""
    parts, values = model.parts(panel, rows)[:, 1:], panel.values[rows]
    count = len(FEATURES)
    push = parts[:, :count] + parts[:, count:]
    order = np.argsort(-push, axis=1, kind="stable")[:, :REASONS]
    found: list[tuple[str | None, ...]] = []
    for row, places in enumerate(order.tolist()):
        said = [_word(model, values[row], place) for place in places if push[row, place] > LEAST_PUSH]
        found.append(tuple([*said, None, None, None][:REASONS]))
    return found


def _word(model: ChurnModel, values: Floats, place: int) -> str:
    feature = FEATURES[place]
    if np.isnan(values[place]):
        return feature.unknown
    return feature.high if values[place] > model.mean[place] else feature.low


def log_odds(probability: Floats) -> Floats:
    """The log-odds of probabilities, held away from 0 and 1."""
    held = np.clip(probability, 1e-4, 1 - 1e-4)
    return np.log(held / (1 - held))
