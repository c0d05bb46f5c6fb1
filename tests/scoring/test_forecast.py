"""The forecast by hand: months, bands and the walk of deals; never from the future, always to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from scoring.forecast import bookings, mrr
from scoring.forecast.bookings import Bookings, Deals, Walk, chances, days, deals_of, stands
from scoring.forecast.judging import figures
from scoring.forecast.mrr import SIGNS, History, Trial
from scoring.forecast.scorer import unbroken

START = date(2024, 1, 1)


def history(months: int, seed: int = 1) -> History:
    """Months of a growing company, each of whose movements are drawn."""
    rng = np.random.default_rng(seed)
    parts, starting, ending, now = [], [], [], 1000.0
    for _ in range(months):
        moved = np.round([rng.uniform(20, 60), rng.uniform(0, 2), *(now * rng.uniform(0, 0.02, 3))], 2)
        starting.append(now)
        parts.append(moved)
        now = round(now + float(moved @ SIGNS), 2)
        ending.append(now)
    return History(START, np.array(starting), np.array(parts), np.array(ending))


def test_even_months_go_on_as_they_were() -> None:
    """100 new a month, 10 % of what was there leaves: 1,000 never moves; 500 grows towards 1,000."""
    parts = np.tile([100.0, 0, 0, 0, 100], (12, 1))
    found, trials = mrr.forecast(History(START, np.full(12, 1000.0), parts, np.full(12, 1000.0)))
    assert found is not None and found.ending.tolist() == [1000.0] * 12
    assert (found.bands == 1000).all() and len(trials) == 3
    base = mrr.habits(History(START, np.full(12, 1000.0), parts, np.full(12, 1000.0)))
    _, moved, ending = mrr.expected(History(START, np.full(1, 500.0), parts[:1], np.full(1, 500.0)), 3, base)
    assert ending.tolist() == [550.0, 595.0, 635.5]
    assert moved[:, 4].tolist() == [50.0, 55.0, 59.5]


def test_the_months_of_a_quarter_keep_their_pattern_and_a_short_history_holds_it_back() -> None:
    new = np.array([10.0, 10, 40] * 4)
    parts = np.column_stack([new, np.zeros((12, 4))])
    ending = 100 + np.cumsum(new)
    whole = History(START, ending - new, parts, ending)
    assert mrr.season_of(whole).tolist() == pytest.approx([0.625, 0.625, 1.75])
    assert mrr.season_of(replace(whole, year_starts=2)).tolist() == pytest.approx([0.625, 1.75, 0.625])


@pytest.mark.parametrize("seed", range(3))
def test_parts_add_up_to_the_cent_and_bands_lie_in_order(seed: int) -> None:
    known = history(18, seed)
    found, _ = mrr.forecast(known)
    assert found is not None and found.starting[0] == known.ending[-1]
    cents = np.round(100 * np.column_stack([found.starting, found.parts @ SIGNS, found.ending])).astype(int)
    assert (cents[:, 0] + cents[:, 1] == cents[:, 2]).all() and (cents[1:, 0] == cents[:-1, 2]).all()
    assert (np.diff(found.bands, axis=1) >= 0).all() and (found.parts >= 0).all()
    again, _ = mrr.forecast(history(18, seed))
    assert again is not None and (again.bands == found.bands).all()


def test_too_few_months_have_no_forecast_and_an_empty_company_has_none() -> None:
    assert mrr.forecast(history(mrr.LEAST - 1)) == (None, [])
    assert mrr.forecast(history(0))[0] is None
    nothing = History(START, np.zeros(12), np.zeros((12, 5)), np.zeros(12))
    found, _ = mrr.forecast(nothing)
    assert found is not None and not found.ending.any()


def test_a_month_without_mrr_ends_the_history_before_it() -> None:
    rows = [(date(2025, month, 1), month) for month in (5, 6, 8, 9, 10)]
    assert [month for _, month in unbroken(rows, date(2025, 11, 1))] == [8, 9, 10]
    assert [month for _, month in unbroken(rows, date(2025, 11, 20))] == [8, 9, 10]
    assert unbroken(rows, date(2025, 12, 1)) == [] == unbroken([], date(2025, 12, 1))


def test_moving_every_later_month_leaves_an_earlier_forecast_the_same() -> None:
    known, months = history(20), 14
    other = history(20, 9)
    mixed = History(
        START,
        np.append(known.starting[:months], other.starting[months:]),
        np.vstack([known.parts[:months], 5 * other.parts[months:]]),
        np.append(known.ending[:months], 7 * other.ending[months:]),
    )
    for ours, theirs in zip(mrr.forecast(known)[1], mrr.forecast(mixed)[1], strict=True):
        if ours.known <= months:
            assert (ours.ending == theirs.ending).all() and (ours.bands == theirs.bands).all()


def test_bands_are_widened_by_what_earlier_forecasts_missed() -> None:
    assert mrr.widening([], 1.5) == 1.5
    assert mrr.widening([np.ones(4)] * 6, 1.5) == pytest.approx(1.5)
    assert mrr.widening([np.full(4, 4.0)] * 16, 1.5) == pytest.approx(3)  # eight count as much as the prior


def deals(rows: list[tuple[float, float | None, bool, float]], moves: Sequence[tuple[int, str, float]] = ()) -> Deals:
    """Deals of (created, closed, won, amount) in days since the start, in a pipeline with stages a and b."""

    def moment(day: float) -> datetime:
        return datetime(2024, 1, 1) + timedelta(days=day)

    found = [
        (f"{place:04}", "SMB", "Sales", amount, moment(created), None if closed is None else moment(closed), won)
        for place, (created, closed, won, amount) in enumerate(rows)
    ]
    told = sorted((moment(day), f"{place:04}", stage) for place, stage, day in moves)
    stages = [("Sales", "a"), ("Sales", "b")]
    return deals_of(found, stages, [(deal, "Sales", stage, at) for at, deal, stage in told], START)


def test_a_deal_stands_where_its_last_move_put_it() -> None:
    some = deals([(1, 20, True, 5), (1, 9, False, 5), (12, None, False, 5)], [(0, "a", 1), (0, "b", 8), (1, "b", 3)])
    begin = days(START)
    assert stands(some, begin + np.array([0.0, 7, 14, 21])).tolist() == [[-1, 0, 1, 2], [-1, 1, 3, 3], [-1, -1, 0, 0]]


def test_half_of_a_week_won_each_week_is_three_quarters_in_two() -> None:
    some = deals([(1, 20, True, 5)])
    shares = np.array([[[0.5, 0, 0.5, 0], [0, 1, 0, 0]]])
    walk = Walk(shares, np.ones(3), np.array([[2.0, 0, 1, 0]]), np.array([5.0]), [np.array([5.0])], [np.ones(1)])
    chance, wins = chances(some, walk, days(START), days(START) + 14)
    assert chance[0].tolist() == [0.75, 0]
    assert wins.tolist() == [3.0]  # one a week at once, and half of the two that were created in the first
    chance, _ = chances(some, walk, days(START), days(START) + 3.5)
    assert chance[0, 0] == 0.25
    walk = replace(walk, season=np.array([0.5, 1, 1]))
    chance, _ = chances(some, walk, days(START), days(START) + 7)
    assert chance[0, 0] == 0.25


def steady() -> Deals:
    """Each day a deal that takes three weeks; two of three are won, for 10 each."""
    return deals([(day, day + 21.5 if day < 460 else None, day % 3 > 0 and day < 460, 10) for day in range(480)])


def test_a_steady_company_brings_what_it_brought() -> None:
    some = steady()
    found, past = bookings.forecast(some, date(2025, 2, 14))
    assert found is not None and found.quarter == date(2025, 1, 1) and found.stand == "now"
    assert [(one.quarter.month, one.stand) for one in past] == [
        (7, "start"),
        (7, "middle"),
        (10, "start"),
        (10, "middle"),
    ]
    for one in past:
        assert one.actual == pytest.approx(610, abs=10)
        assert one.total == pytest.approx(one.actual, rel=0.10)
        assert one.won + one.from_open + one.from_new == pytest.approx(one.total)
        assert one.won <= one.bands[0] <= one.bands[1] <= one.total <= one.bands[2] <= one.bands[3]
    assert past[0].won == 0 and past[1].won == pytest.approx(305, abs=15)


def test_what_happens_to_deals_later_leaves_an_earlier_look_the_same() -> None:
    some, day = steady(), date(2024, 10, 1)
    moment = days(day)
    ours = bookings.look(some, day, "start")
    later = some.closed >= moment
    lost = replace(some, closed=np.where(later, np.inf, some.closed), won=some.won & ~later)
    gone = lost.created < moment
    fewer = replace(
        lost, **{name: getattr(lost, name)[gone] for name in ("created", "closed", "won", "amount", "segment", "first")}
    )
    for other in (lost, fewer):
        theirs = bookings.look(other, day, "start")
        assert ours is not None and theirs is not None
        assert (ours[0].won, ours[0].from_open, ours[0].from_new) == (
            theirs[0].won,
            theirs[0].from_open,
            theirs[0].from_new,
        )
        assert (ours[1] == theirs[1]).all()


def test_too_few_weeks_or_wins_have_no_forecast() -> None:
    some = steady()
    assert bookings.look(some, START + timedelta(days=7 * bookings.LEAST_WEEKS - 1), "now") is None
    assert bookings.look(some, START + timedelta(days=7 * bookings.LEAST_WEEKS), "now") is not None
    assert bookings.forecast(replace(some, won=np.zeros_like(some.won)), date(2025, 2, 14)) == (None, [])
    assert bookings.forecast(deals([]), date(2025, 2, 14)) == (None, [])


def test_figures_are_those_of_the_six_months_and_of_quarters() -> None:
    bands = np.tile([80.0, 90, 110, 120], (6, 1))
    trial = Trial(12, np.full(6, 100.0), np.full(6, 104.0), np.array([98.0, 102, 90, 110, 89, 111]), bands, 4.0)
    short = Trial(15, np.full(3, 1.0), np.full(3, 1.0), np.full(3, 50.0), bands[:3], 4.0)
    quarter = Bookings(START, START, "start", 10, 60, 10, np.zeros(4), 100.0)
    past = [replace(quarter, actual=50.0), quarter, replace(quarter, stand="middle", won=40)]
    found = figures([([trial, short], past)], "by hand")
    drift = sum(abs(104 - actual) for actual in (98, 102, 90, 110, 89, 111)) / 6 / 4
    assert [one.value for one in found] == pytest.approx(
        [46 / 6 / 4, 46 / 6 / 4 / drift, 4 / 6, 10 / 98 + 10 / 102, (0.6 + 0.2) / 2, 0.1]
    )
    assert [one.baseline for one in found] == [pytest.approx(drift), None, None, None, 0.5, None]
    assert [one.is_kept for one in found] == [False, True, False, False, False, True]
    assert {one.bound for one in figures([([trial], past)], "its own", is_of_company=True)} == {None}
