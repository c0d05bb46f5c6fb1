"""How good churn scores are: the backtest in figures, and over synthetic companies beside their true hazard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from scoring.churn.backtest import Backtest, Judged, judge, learn
from scoring.churn.features import Floats, Panel, panel_of
from scoring.churn.files import features_of
from scoring.churn.simulated import simulated
from scoring.shape import Figure

DIGITS = 6
COMPANIES = "synthetic companies, the mean of"


@dataclass(frozen=True)
class Seen:
    """A backtest in figures: of the score, the segment's rate and, where it is known, the true hazard."""

    rows: int
    score: Judged
    segment: Judged
    truth: Judged | None = None


def seen_of(test: Backtest, hazard: Floats | None = None) -> Seen:
    """The figures of a backtest; `hazard` is of each row of its panel."""
    truth = None if hazard is None else judge(test, hazard[test.rows])
    return Seen(test.accounts, judge(test, test.probability), judge(test, test.segment_rate), truth)


def observe_company(folder: Path) -> Seen:
    """The backtest of a synthetic company's files beside the chance that its maker gave each account each month."""
    panel = panel_of(features_of(folder))
    return seen_of(learn(panel).backtest, hazard_of(panel, folder))


def hazard_of(panel: Panel, folder: Path) -> Floats:
    """The true chance to leave in the month after each row's, 0 where the maker has none."""
    truth = pd.read_csv(folder / "truth/account_hazards.csv")
    months = truth["month"].str[:7].tolist()
    keyed = zip(truth["account_id"].tolist(), months, truth["monthly_churn_hazard_ppm"].tolist(), strict=True)
    chances = {(account, month): chance for account, month, chance in keyed}
    following = (panel.day + np.timedelta64(1, "D")).astype("datetime64[M]").astype(str)
    keys = zip(panel.account.tolist(), following.tolist(), strict=True)
    return np.array([chances.get(key, 0) for key in keys], dtype=float) / 1e6


def judge_simulated() -> list[Figure]:
    """On simulated accounts whose true hazard is known."""
    panel, hazard = simulated(1)
    return figures([seen_of(learn(panel).backtest, hazard)], "simulated accounts", is_bound=True)


def judge_all(companies: Sequence[Seen]) -> list[Figure]:
    """Over all companies: the mean of each figure."""
    return figures(companies, f"{COMPANIES} {len(companies)}", is_bound=True)


def figures(seen: Sequence[Seen], judged_on: str, is_bound: bool = False, is_of_company: bool = False) -> list[Figure]:
    """Means of the figures over backtests, beside those of the segment's rate."""
    score, segment = (_mean([getattr(one, name) for one in seen]) for name in ("score", "segment"))
    truth = _mean([one.truth for one in seen if one.truth])
    cases = sum(one.rows for one in seen)

    def figure(
        name: str, value: float, base: float | None, bound: float | None, is_higher_better: bool = True
    ) -> Figure:
        bound = bound if is_bound else None
        return Figure(name, told(value), told(base), bound, cases, judged_on, is_higher_better, is_of_company)

    ways = [(one.score.auc - 0.5) / (one.truth.auc - 0.5) for one in seen if one.truth]
    known = [
        figure("way to the true hazard's AUC", float(np.mean(ways)) if ways else np.nan, None, 0.8),
        figure("AUC of the true hazard", truth.auc, None, None),
    ]
    return [
        *(known if ways else []),
        figure("AUC", score.auc, segment.auc, segment.auc),
        figure("lift of the top tenth", score.lift, segment.lift, 1.9),
        figure("calibration slope", score.slope, segment.slope, 0.8),
        figure("calibration slope, at most", score.slope, segment.slope, 1.2, is_higher_better=False),
        figure("calibration error", score.calibration_error, segment.calibration_error, None, is_higher_better=False),
        figure("Brier score", score.brier, segment.brier, None, is_higher_better=False),
    ]


def told(value: float | None) -> float | None:
    """A figure as it is written, none where there is none."""
    return None if value is None or np.isnan(value) else round(float(value), DIGITS)


def _mean(found: Sequence[Judged]) -> Judged:
    if not found:
        return Judged(*[float("nan")] * 5)
    return Judged(*np.mean([astuple(one) for one in found], axis=0).tolist())
