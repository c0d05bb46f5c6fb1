"""Bookings of a quarter: what is won, what the open deals will bring, and what is still to be created and won.

Deals walk from week to week through the stages of their pipeline until they are won or lost. How often they did, by
segment and stage, is counted over the weeks before a day, and applied week after week until the quarter ends; wins come
more often in some months of a quarter. New deals come at the pace of the last months and walk alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from company.calendar import CALENDAR_YEAR, add_months, quarter_start
from scoring.forecast.mrr import LEVELS, widening

WEEK = 7.0
LEAST_WEEKS, MOST_WEEKS = 26, 104  # of history from which the walk is counted
LEAST_WON = 10  # deals without which nothing is foreseen
LIKE_ALL = 20.0  # a segment's stage is taken for that of all segments, as if so many of its deals did as all do
EVEN = 30.0  # the months of a quarter are taken for alike, as if so many wins were spread evenly
HALF_LIFE = 26.0  # weeks after which newly created deals weigh half
DRAWS, AT_ONCE, SEED = 1000, 100, 20260502
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Deals:
    """Deals as they are known at the end of a day, (deals,) each; moments are days since 1970 with fractions.

    closed is infinite while a deal is open. segment is its place among the segments, first the stage in which its
    pipeline begins; moved, entered and stage (moves,) say which deal entered which stage when, in the order of time.
    """

    created: np.ndarray
    closed: np.ndarray
    won: np.ndarray
    amount: np.ndarray
    segment: np.ndarray
    first: np.ndarray
    moved: np.ndarray
    entered: np.ndarray
    stage: np.ndarray
    segments: int
    stages: int
    since: date  # the first day that is known
    year_starts: int = CALENDAR_YEAR

    def won_between(self, start: float, end: float) -> float:
        """The amount won from one moment to another."""
        return float(self.amount[self.won & (self.closed >= start) & (self.closed < end)].sum())


@dataclass(frozen=True)
class Walk:
    """How deals moved in a week, and what was created.

    shares: (segments, stages, stages + 2), the last two won and lost; created: (segments, stages + 2) deals a week by
    where they stood at its end; worth: (segments,) the mean amount of a new deal; sizes and likely: the amounts of each
    segment's new deals and how much each counts.
    """

    shares: np.ndarray
    season: np.ndarray  # (3,) how much more often a deal is won in the months of a quarter
    created: np.ndarray
    worth: np.ndarray
    sizes: list[np.ndarray]
    likely: list[np.ndarray]


@dataclass(frozen=True)
class Bookings:
    """What a quarter will bring as it looks at the beginning of a day; bands at LEVELS. `actual` when it is over."""

    quarter: date
    day: date
    stand: str  # start, middle or now
    won: float
    from_open: float
    from_new: float
    bands: np.ndarray
    actual: float | None = None

    @property
    def total(self) -> float:
        """All that is expected of the quarter."""
        return round(self.won + self.from_open + self.from_new, 2)


def deals_of(
    rows: Sequence[tuple[Any, ...]],
    stages: Sequence[tuple[str, str]],
    moves: Sequence[tuple[Any, ...]],
    since: date,
    year_starts: int = CALENDAR_YEAR,
) -> Deals:
    """Deals of plain rows: (deal, segment, pipeline, amount, created, closed, is won), the open stages of each pipeline
    in their order, and (deal, pipeline, stage, entered) in the order of time. Moves into other stages say nothing."""
    place = {key: number for number, key in enumerate(stages)}
    first: dict[str, int] = {}
    for number, (pipeline, _) in enumerate(stages):
        first.setdefault(pipeline, number)
    segments = {name: number for number, name in enumerate(sorted({row[1] for row in rows}))}
    deal = {row[0]: number for number, row in enumerate(rows)}
    known = [
        (deal[name], place[of, stage], moment)
        for name, of, stage, moment in moves
        if name in deal and (of, stage) in place
    ]
    return Deals(
        created=_moments([row[4] for row in rows]),
        closed=_moments([row[5] for row in rows]),
        won=np.array([bool(row[6]) for row in rows], dtype=bool),
        amount=np.array([row[3] for row in rows], dtype=float),
        segment=np.array([segments[row[1]] for row in rows], dtype=int),
        first=np.array([first.get(row[2], 0) for row in rows], dtype=int),
        moved=np.array([number for number, _, _ in known], dtype=int),
        entered=_moments([moment for _, _, moment in known]),
        stage=np.array([number for _, number, _ in known], dtype=int),
        segments=len(segments),
        stages=max(len(stages), 1),
        since=since,
        year_starts=year_starts,
    )


def _moments(found: Sequence[datetime | None]) -> np.ndarray:
    """Days since 1970, infinite where there is none."""
    seconds = np.array(found, dtype="datetime64[s]").astype(float) / 86_400
    return np.where(np.isnat(np.array(found, dtype="datetime64[s]")), np.inf, seconds)


def days(day: date) -> float:
    """Days since 1970 at a day's beginning."""
    return float((day - EPOCH).days)


def stands(deals: Deals, grid: np.ndarray) -> np.ndarray:
    """(deals, moments): where each deal stands; its stage, `stages` for won, one more for lost, -1 before it began.

    What happens at a moment itself has not happened yet.
    """
    count, rows = len(deals.created), np.arange(len(deals.created))
    found = np.full((count, len(grid) + 1), -1, dtype=np.int16)
    found[deals.moved, np.searchsorted(grid, deals.entered, side="right")] = deals.stage
    begun = np.searchsorted(grid, deals.created, side="right")
    bare = found[rows, begun] < 0
    found[rows[bare], begun[bare]] = deals.first[bare]
    steps = np.arange(len(grid) + 1, dtype=np.int32)
    last = np.maximum.accumulate(np.where(found >= 0, steps, 0), axis=1)
    found = np.take_along_axis(found, last, axis=1)
    over = steps >= np.searchsorted(grid, deals.closed, side="right")[:, None]
    ends = np.where(deals.won, deals.stages, deals.stages + 1).astype(np.int16)
    found = np.where(over, ends[:, None], found)
    return np.where(steps < begun[:, None], np.int16(-1), found)[:, :-1]


def walk(deals: Deals, moment: float) -> tuple[Walk | None, np.ndarray]:
    """How deals moved in the weeks before a moment, None where too little is known; and where each stands then."""
    weeks = min(int((moment - days(deals.since)) // WEEK), MOST_WEEKS)
    if weeks < LEAST_WEEKS:
        return None, np.full(len(deals.created), -1)
    grid = moment - WEEK * np.arange(weeks, -1, -1)
    found = stands(deals, grid)
    if (deals.won & (deals.closed >= grid[0]) & (deals.closed < moment)).sum() < LEAST_WON:
        return None, found[:, -1]
    before, after = found[:, :-1], found[:, 1:]
    deal, week = np.nonzero((before >= 0) & (before < deals.stages))
    segment, at, to = deals.segment[deal], before[deal, week], after[deal, week]
    counts = np.zeros((deals.segments, deals.stages, deals.stages + 2))
    np.add.at(counts, (segment, at, to), 1)
    overall = counts.sum(axis=0)
    seen = overall.sum(axis=1, keepdims=True)
    overall = np.divide(overall, seen, out=np.zeros_like(overall), where=seen > 0)
    shares = (counts + LIKE_ALL * overall) / (counts.sum(axis=2, keepdims=True) + LIKE_ALL)
    place = _places(deals, grid[:-1] + WEEK / 2)[week]
    likely = shares[segment, at, deals.stages]
    is_won = to == deals.stages
    season = [(is_won[place == i].sum() + EVEN) / (likely[place == i].sum() + EVEN) for i in range(3)]
    return _with_new(deals, before, after, shares, np.array(season)), found[:, -1]


def _with_new(deals: Deals, before: np.ndarray, after: np.ndarray, shares: np.ndarray, season: np.ndarray) -> Walk:
    """The walk with what was created week by week, late weeks weighing more."""
    weight = 0.5 ** (np.arange(before.shape[1])[::-1] / HALF_LIFE)
    deal, week = np.nonzero((before < 0) & (after >= 0))
    counted = weight[week] / weight.sum()
    created = np.zeros((deals.segments, deals.stages + 2))
    np.add.at(created, (deals.segment[deal], after[deal, week]), counted)
    sizes, likely = [], []
    for segment in range(deals.segments):
        mine = deals.segment[deal] == segment
        sizes.append(deals.amount[deal[mine]])
        likely.append(counted[mine] / counted[mine].sum() if mine.any() else counted[mine])
    worth = np.array([(size * share).sum() for size, share in zip(sizes, likely, strict=True)])
    return Walk(shares, season, created, worth, sizes, likely)


def chances(deals: Deals, known: Walk, moment: float, end: float) -> tuple[np.ndarray, np.ndarray]:
    """((segments, stages), (segments,)): the chance of an open deal to be won by the end, and wins of deals to come."""
    chance, wins = np.zeros(known.shares.shape[:2]), np.zeros(len(known.created))
    starts = np.arange(moment, end - 1e-9, WEEK)
    for start in starts[::-1]:
        part = min(1.0, (end - start) / WEEK)
        shares = _in_season(known.shares, known.season[_places(deals, np.array([start + WEEK * part / 2]))[0]])
        arrived = (known.created[:, :-2] * chance).sum(axis=1) + known.created[:, -2]
        wins = wins + part * arrived
        after = np.einsum("sij,sj->si", shares[:, :, :-2], chance) + shares[:, :, -2]
        chance = chance + part * (after - chance)
    return chance, wins


def _in_season(shares: np.ndarray, factor: float) -> np.ndarray:
    """The shares with wins so many times as often, all others held in proportion."""
    won = np.minimum(shares[:, :, -2:-1] * factor, 1)
    others = np.divide(1 - won, 1 - shares[:, :, -2:-1], out=np.zeros_like(won), where=shares[:, :, -2:-1] < 1)
    found = shares * others
    found[:, :, -2:-1] = won
    return found


def _places(deals: Deals, moments: np.ndarray) -> np.ndarray:
    """0 to 2: in which month of its fiscal quarter each moment lies."""
    months = moments.astype("datetime64[D]").astype("datetime64[M]").astype(int)
    return np.asarray((months + 1 - deals.year_starts) % 3)


def look(deals: Deals, day: date, stand: str) -> tuple[Bookings, np.ndarray] | None:
    """The bookings of the quarter that holds a day, as it begins, and how far from them 95 and 80 % of draws lie."""
    quarter = quarter_start(day, deals.year_starts)
    moment, end = days(day), days(add_months(quarter, 3))
    known, standing = walk(deals, moment)
    if known is None:
        return None
    chance, wins = chances(deals, known, moment, end)
    is_open = (standing >= 0) & (standing < deals.stages)
    amounts, odds = deals.amount[is_open], chance[deals.segment[is_open], standing[is_open]]
    from_open, from_new = float(amounts @ odds), float(wins @ known.worth)
    rng = np.random.default_rng([SEED, int(moment)])
    shape = (AT_ONCE, len(odds))  # of many deals not all draws have room at once
    drawn = np.concatenate([(rng.random(shape, dtype=np.float32) < odds) @ amounts for _ in range(DRAWS // AT_ONCE)])
    for expected, sizes, likely in zip(wins, known.sizes, known.likely, strict=True):
        if len(sizes):
            count = rng.poisson(expected, DRAWS)
            which = np.repeat(np.arange(DRAWS), count)
            drawn = drawn + np.bincount(which, rng.choice(sizes, len(which), p=likely), minlength=DRAWS)
    won = deals.won_between(days(quarter), moment)
    around = np.quantile(drawn, LEVELS) - drawn.mean()
    found = Bookings(quarter, day, stand, round(won, 2), round(from_open, 2), round(from_new, 2), around)
    return found, around


def forecast(deals: Deals, until: date) -> tuple[Bookings | None, list[Bookings]]:
    """The quarter that holds the day after `until`, and how those that are over looked at their start and middle."""
    now = until + timedelta(days=1)
    current = quarter_start(now, deals.year_starts)
    past: list[Bookings] = []
    misses: list[tuple[date, float]] = []
    quarter = add_months(quarter_start(deals.since, deals.year_starts), 3)
    while quarter < current:
        over = add_months(quarter, 3)
        for stand, day in (("start", quarter), ("middle", quarter + (over - quarter) // 2)):
            if seen := look(deals, day, stand):
                actual = round(deals.won_between(days(quarter), days(over)), 2)
                known = [np.array([miss]) for end, miss in misses if end <= day]
                past.append(_banded(*seen, widening(known, 1), actual))
                error = actual - seen[0].total
                half = abs(seen[1][1] if error < 0 else seen[1][2])
                misses.append((over, abs(error) / half if half else 0.0))
        quarter = over
    seen = look(deals, now, "now")
    scale = widening([np.array([miss]) for _, miss in misses], 1)
    return (_banded(*seen, scale, None) if seen else None), past


def _banded(found: Bookings, around: np.ndarray, scale: float, actual: float | None) -> Bookings:
    """With its bands: never less than what is won."""
    bands = np.round(np.maximum(found.total + scale * around, found.won), 2)
    return Bookings(found.quarter, found.day, found.stand, found.won, found.from_open, found.from_new, bands, actual)
