"""Churn risk without a warehouse: what is learned, when it is shown, in which words, and never from the future."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from scoring.churn import backtest, model
from scoring.churn.backtest import Backtest, learn
from scoring.churn.features import FEATURES, HORIZON, Panel
from scoring.churn.scorer import ChurnScorer
from scoring.churn.simulated import simulated
from scoring.shape import Scores

NAMES = [feature.column for feature in FEATURES]


@pytest.fixture(scope="module")
def panel() -> Panel:
    """Simulated accounts."""
    return simulated(1, 500)[0]


def scored(panel: Panel) -> Scores:
    """What the scorer writes."""
    scorer = ChurnScorer()
    return scorer.score(scorer.fit(panel), panel)


def known_at(panel: Panel, day: np.datetime64) -> Panel:
    """What was known at the end of a day."""
    seen = panel.of(np.flatnonzero(panel.day <= day))
    return replace(seen, churned=np.where(seen.day + HORIZON <= day, seen.churned, np.nan))


def test_moving_every_later_row_leaves_what_is_said_of_a_past_day_the_same(panel: Panel) -> None:
    day = np.unique(panel.day)[14]
    rng = np.random.default_rng(3)
    later = panel.day > day
    values, churned = panel.values.copy(), panel.churned.copy()
    values[later] = rng.normal(5, 9, values[later].shape)
    churned[panel.day + HORIZON > day] = rng.integers(0, 2, int((panel.day + HORIZON > day).sum()))
    moved = replace(panel, values=values, churned=churned)
    for one in (panel, moved):
        assert scored(known_at(one, day)).rows == scored(known_at(panel, day)).rows
    tests = [backtest.backtest(one) for one in (panel, moved)]
    said = [dict(zip(map(tuple, zip(panel.account[t.rows], t.day)), t.probability)) for t in tests]  # noqa: B905
    past = {key for key in said[0] if key[1] <= day}
    assert len(past) > 1000 and all(said[0][key] == said[1][key] for key in past)


def test_who_is_leaving_neither_teaches_nor_judges_nor_is_scored(panel: Panel) -> None:
    rng = np.random.default_rng(4)
    leaving = rng.random(len(panel.day)) < 0.05
    noisy = replace(panel, is_leaving=leaving, values=np.where(leaving[:, None], 99.0, panel.values))
    noisy = replace(noisy, churned=np.where(leaving, 1.0, noisy.churned))
    clean = panel.of(np.flatnonzero(~leaving))
    today = panel.day.max()
    states = {row[0]: row[3:5] for row in scored(noisy).rows}
    known = {row[0]: row[3:5] for row in scored(clean).rows}
    gone = set(panel.account[leaving & (panel.day == today)])
    assert len(gone) > 5 and {states[account] for account in gone} == {("leaving", None)}
    assert {account: said for account, said in states.items() if account not in gone} == known
    assert not leaving[learn(noisy).backtest.rows].any()


def test_few_who_left_are_told_by_their_segment_and_no_history_is_told_as_none(panel: Panel) -> None:
    few = panel.of(np.flatnonzero(np.isin(panel.account, np.unique(panel.account)[:40])))
    risk = learn(few)
    assert 0 < risk.churned < backtest.LEAST_CHURNED and risk.basis == "few"
    known = ~np.isnan(few.churned)
    overall = few.churned[known].mean()
    for row in scored(few).rows:
        here = known & (few.segment == few.segment[few.account == row[0]][0])
        rate = (few.churned[here].sum() + 100 * overall) / (here.sum() + 100)
        assert row[3:7] == ("scored", pytest.approx(rate, abs=1e-6), pytest.approx(rate, abs=1e-6), "few")
        assert row[7:] == (None, None, None)
    young = replace(panel, churned=np.full(len(panel.day), np.nan))
    assert {row[3:] for row in scored(young).rows} == {("not scored", *[None] * 6)}
    nothing = scored(panel.of(np.zeros(0, dtype=np.int64)))
    assert nothing.rows == [] and nothing.trained_until is None


def test_a_model_no_better_than_the_segment_is_not_shown(panel: Panel) -> None:
    silent = replace(panel, values=np.zeros_like(panel.values))  # what is left is the segment
    rows = scored(silent).rows
    assert {row[6] for row in rows} == {"segment"} and all(row[4] == row[5] for row in rows)
    assert {row[6] for row in scored(panel).rows} == {"model"}


def test_figures_are_those_of_every_pair_and_every_row() -> None:
    rng = np.random.default_rng(6)
    day = np.repeat(np.array(["2025-01-31", "2025-02-28"], dtype="datetime64[D]"), 40)
    churned, score = (rng.random(80) < 0.2).astype(float), rng.integers(1, 9, 80) / 10
    test = Backtest(np.arange(80), day, score, score, score, churned)
    pairs = [
        (score[one] > score[two]) + (score[one] == score[two]) / 2
        for one, two in product(range(80), repeat=2)
        if day[one] == day[two] and churned[one] > churned[two]
    ]
    assert backtest.auc(test, score) == pytest.approx(np.mean(pairs))
    top = [row for part in (range(40), range(40, 80)) for row in sorted(part, key=lambda row: -score[row])[:4]]
    found = backtest.judge(test, score)
    assert found.lift == pytest.approx(churned[top].mean() / churned.mean())
    assert found.brier == pytest.approx(((score - churned) ** 2).mean())


def test_a_slope_says_how_much_too_sure_a_score_is() -> None:
    rng = np.random.default_rng(7)
    said = rng.normal(-2, 1, 60_000)
    churned = (rng.random(len(said)) < 1 / (1 + np.exp(-said))).astype(float)
    sure = 1 / (1 + np.exp(-2 * said))
    assert backtest.slope(sure, churned) == pytest.approx(0.5, abs=0.02)
    assert backtest.calibration_error(1 / (1 + np.exp(-said)), churned) < 0.005
    line = model.recalibrate(2 * said, churned)
    assert line.slope == pytest.approx(0.5, abs=0.02)
    assert line.probability(2 * said).mean() == pytest.approx(churned.mean(), abs=0.005)


def test_reasons_are_the_three_columns_that_add_most_in_words_of_their_side(panel: Panel) -> None:
    weights = np.zeros(1 + 2 * len(NAMES))
    for name, weight in {"use_change": -1.0, "failed_payments": 0.5, "mrr_level": -0.2, "age_level": 0.1}.items():
        weights[1 + NAMES.index(name)] = weight
    weights[1 + len(NAMES) + NAMES.index("champion_change")] = 0.3  # that it is not known
    rates = model.Rates(0.05, {"Small": 0.05})
    spread = np.ones(2 * len(NAMES))
    fitted = model.ChurnModel(rates, np.zeros(2 * len(NAMES)), spread, weights, -3.0)
    values = np.zeros((2, len(NAMES)))
    values[0, [NAMES.index(name) for name in ("use_change", "failed_payments", "mrr_level")]] = -2, 3, -1
    values[0, NAMES.index("champion_change")] = np.nan
    values[1, NAMES.index("use_change")] = 1
    two = replace(panel.of(np.arange(2)), values=values, segment=np.array(["Small", "Small"]))
    assert model.reasons(fitted, two, np.ones(2, dtype=bool)) == [
        ("less use than its own average", "payments failed", "its main user is not known"),
        (None, None, None),
    ]
    assert fitted.log_odds(two, np.ones(2, dtype=bool)) == pytest.approx([-3 + 2 + 1.5 + 0.2 + 0.3, -3 - 1])


def test_on_simulated_accounts_it_keeps_its_bounds_and_says_the_same_again(panel: Panel) -> None:
    assert all(figure.is_kept for figure in ChurnScorer().self_test())
    first, second = scored(panel), scored(panel)
    assert first == second and first.rows
