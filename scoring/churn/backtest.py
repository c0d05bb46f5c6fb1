"""What would have been said at each month's end, by what was known then; and how well that did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import rankdata
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from scoring.churn.features import HORIZON, Floats, Mask, Panel
from scoring.churn.model import ChurnModel, Rates, Recalibration, fit, log_odds, rates, recalibrate

LEAST_CHURNED = 30  # accounts that left; of fewer nothing is learned but the segment's rate
LEAST_JUDGED = 10  # accounts that left after a backtest's predictions; of fewer it is no judgement


@dataclass(frozen=True)
class Backtest:
    """The rows that were judged, and what was said of each at its month's end."""

    rows: np.ndarray  # places in the panel
    day: np.ndarray
    said: Floats  # log-odds, before recalibration
    probability: Floats
    segment_rate: Floats
    churned: Floats

    @property
    def accounts(self) -> int:
        """Rows."""
        return len(self.rows)


@dataclass(frozen=True)
class Judged:
    """Figures of a backtest; nan where there was nothing to judge by."""

    auc: float
    lift: float
    slope: float
    calibration_error: float
    brier: float


@dataclass(frozen=True)
class Risk:
    """What is said of today: a model where it is better than the segment, the segments' rates otherwise."""

    rates: Rates | None  # none without any history
    model: ChurnModel | None
    line: Recalibration
    backtest: Backtest
    basis: str  # model, segment, few, nothing
    churned: int  # accounts that left, of which is learned

    def probability(self, panel: Panel, rows: Mask) -> Floats:
        """The probability that is shown, nan without any history."""
        if self.rates is None:
            return np.full(int(rows.sum()), np.nan)
        if self.basis != "model" or self.model is None:
            return self.rates.of(panel.segment[rows])
        return self.line.probability(self.model.log_odds(panel, rows))


def backtest(panel: Panel) -> Backtest:
    """Fit anew at each month's end, and say what the paying accounts of that day will do."""
    found: list[tuple[np.ndarray, ...]] = []
    for day in np.unique(panel.day):
        taught, asked = panel.known_at(day), panel.is_judged & (panel.day == day)
        if _churned(panel, taught) < LEAST_CHURNED or not asked.any():
            continue
        model = fit(panel, taught)
        said, base = model.log_odds(panel, asked), model.rates.of(panel.segment[asked])
        columns = (np.flatnonzero(asked), panel.day[asked], said, _line(found, day).probability(said), base)
        found.append((*columns, panel.churned[asked]))
    nothing = np.zeros(0)
    if not found:
        return Backtest(nothing.astype(np.int64), nothing.astype("datetime64[D]"), *[nothing] * 4)
    return Backtest(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def learn(panel: Panel) -> Risk:
    """What is said today: all that is known is learned from, and the backtest decides whether it is shown."""
    with threadpool_limits(1):  # small matrices: more threads only wait for each other
        return _learn(panel)


def _learn(panel: Panel) -> Risk:
    known = panel.is_judged
    test = backtest(panel)
    if not known.any():
        return Risk(None, None, Recalibration(), test, "nothing", 0)
    found, churned = rates(panel, known), _churned(panel, known)
    if churned < LEAST_CHURNED or test.churned.sum() < LEAST_JUDGED:
        return Risk(found, None, Recalibration(), test, "few", churned)
    model = fit(panel, known)
    line = recalibrate(test.said, test.churned)
    better = judge(test, test.probability).auc > judge(test, test.segment_rate).auc
    return Risk(model.rates, model, line, test, "model" if better else "segment", churned)


def judge(test: Backtest, score: Floats) -> Judged:
    """How well a score of the backtest's rows did; what ranks is compared within each month only."""
    if not 0 < test.churned.sum() < test.accounts:
        return Judged(*[float("nan")] * 5)
    return Judged(
        auc(test, score),
        lift(test, score),
        slope(score, test.churned),
        calibration_error(score, test.churned),
        float(np.mean((score - test.churned) ** 2)),
    )


def auc(test: Backtest, score: Floats) -> float:
    """How often one who left was ranked before one who stayed, both of the same month's end; 0.5 is chance."""
    won = pairs = 0.0
    for day in np.unique(test.day):
        here = test.day == day
        left = test.churned[here] == 1
        before, stayed = rankdata(score[here])[left].sum(), (~left).sum()
        won += before - left.sum() * (left.sum() + 1) / 2
        pairs += left.sum() * stayed
    return float(won / pairs) if pairs else float("nan")


def lift(test: Backtest, score: Floats) -> float:
    """The rate among the tenth of each month that scored highest, against that of all."""
    top = np.zeros(test.accounts, dtype=bool)
    for day in np.unique(test.day):
        here = np.flatnonzero(test.day == day)
        top[here[np.argsort(-score[here], kind="stable")[: max(1, round(len(here) / 10))]]] = True
    return float(test.churned[top].mean() / test.churned.mean())


def slope(score: Floats, churned: Floats) -> float:
    """The slope of what came on the log-odds that were said: 1 is right, below 1 too sure. Without prior belief."""
    said = log_odds(score)
    if said.std() < 1e-9:
        return float("nan")
    return float(LogisticRegression(C=1e6, solver="newton-cholesky").fit(said[:, None], churned).coef_[0, 0])


def calibration_error(score: Floats, churned: Floats) -> float:
    """The mean distance between what was said and what came, over ten groups of equal size."""
    groups = np.array_split(np.argsort(score, kind="stable"), 10)
    gaps = [len(group) * abs(score[group].mean() - churned[group].mean()) for group in groups if len(group)]
    return float(sum(gaps) / len(score))


def _line(found: list[tuple[np.ndarray, ...]], day: np.datetime64) -> Recalibration:
    """The recalibration by what had been said, and was known to be right or wrong, on that day."""
    known = [part for part in found if part[1][0] + HORIZON <= day]
    if not known:
        return Recalibration()
    return recalibrate(*(np.concatenate([part[place] for part in known]) for place in (2, 5)))


def _churned(panel: Panel, rows: Mask) -> int:
    return len(np.unique(panel.account[rows & (panel.churned == 1)]))
