"""MRR of the months to come, by parts, with bands that its own earlier forecasts have widened.

New MRR is an amount a month, with the pattern of the months of a quarter; the other movements are rates of the MRR that
a month begins with. Both are means, so that what is expected never rests on one good or bad month. Bands are simulated:
each path draws other weights of the months (what the means might have been) and, month by month, one that was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from company.calendar import CALENDAR_YEAR, add_months

PARTS = ("new", "reactivation", "expansion", "contraction", "churn")
SIGNS = np.array([1, 1, 1, -1, -1])
AHEAD, JUDGED = 12, 6  # months that are forecast, and those by which forecasts are judged
LEAST = 9  # complete months without which there is no forecast
FIRST_TRIED = 6  # months of the shortest history that widens the bands
HALF_LIFE = np.array([12, 36, 36, 36, 36])  # months after which a month weighs half, by part
PATHS, SEED = 1000, 20260501
LEVELS = (0.025, 0.1, 0.9, 0.975)  # of the bands: 95 % outside, 80 % inside
WIDER = 2.5  # ÷ months of history: how much wider than simulated bands are, since few months show little of chance
PRIOR = 8.0  # so many trials of its own weigh as much as that


@dataclass(frozen=True)
class History:
    """Complete months of a company, one after the other: MRR at the start and end of each, and what moved it.

    starting and ending: (months,), parts: (months, 5), none below 0, in the order of PARTS. What exchange rates moved
    is in none of them.
    """

    first: date
    starting: np.ndarray
    parts: np.ndarray
    ending: np.ndarray
    year_starts: int = CALENDAR_YEAR

    @property
    def size(self) -> int:
        """How many months there are."""
        return len(self.starting)

    def month(self, place: int) -> date:
        """The first day of a month by its place; those after the last are months to come."""
        return add_months(self.first, place)

    def until(self, months: int) -> History:
        """What was known after so many months."""
        return History(self.first, self.starting[:months], self.parts[:months], self.ending[:months], self.year_starts)


@dataclass(frozen=True)
class Habits:
    """What a history makes likely: new MRR a month, the rates of the other parts, and how the months differed."""

    amount: float
    rates: np.ndarray  # (4,) of the MRR that a month begins with
    season: np.ndarray  # (3,) factors of the months of a quarter
    ratios: np.ndarray  # (months, 5) each month against what is expected of it


@dataclass(frozen=True)
class MrrForecast:
    """What is expected of the months after a history: parts (ahead, 5), and where each ends, in cents exactly.

    bands: (ahead, 4), at LEVELS.
    """

    starting: np.ndarray
    parts: np.ndarray
    ending: np.ndarray
    bands: np.ndarray


@dataclass(frozen=True)
class Trial:
    """A forecast from an earlier month, beside what came, what drift said, and the mean monthly move until then."""

    known: int  # months of history
    ending: np.ndarray
    drift: np.ndarray
    actual: np.ndarray
    bands: np.ndarray
    step: float


def weights(months: int) -> np.ndarray:
    """(months, 5): how much each month weighs in the mean of each part."""
    return 0.5 ** (np.arange(months)[::-1, None] / HALF_LIFE)


def season_of(history: History) -> np.ndarray:
    """(3,): new MRR of the months of a quarter against the mean of all, held back in a short history."""
    places = quarter_places(history, np.arange(history.size))
    means = np.array([history.parts[places == place, 0].mean() for place in range(3)])
    if means.mean() <= 0:
        return np.ones(3)
    return 1 + (1 - 3 / history.size) * (means / means.mean() - 1)


def quarter_places(history: History, months: np.ndarray) -> np.ndarray:
    """0 to 2: which month of its fiscal quarter each is."""
    return (months + history.first.month - history.year_starts) % 3


def habits(history: History, weight: np.ndarray | None = None) -> Habits:
    """The weighted means of a history."""
    weight = weights(history.size) if weight is None else weight
    season = season_of(history)
    even = history.parts[:, 0] / season[quarter_places(history, np.arange(history.size))]
    amount = float((weight[:, 0] * even).sum() / weight[:, 0].sum())
    lost = (weight[:, 1:] * history.parts[:, 1:]).sum(axis=0)
    rates = _ratio(lost, (weight[:, 1:] * history.starting[:, None]).sum(axis=0))
    each = _ratio(history.parts[:, 1:], history.starting[:, None])
    return Habits(amount, rates, season, np.column_stack([_ratio(even, amount), _ratio(each, rates)]))


def expected(history: History, ahead: int, base: Habits) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(starting, parts, ending) of the months to come, each part in whole cents, so that they add up exactly."""
    starting, parts = np.zeros(ahead), np.zeros((ahead, len(PARTS)))
    mrr = round(float(history.ending[-1]), 2)
    places = quarter_places(history, history.size + np.arange(ahead))
    for month, place in enumerate(places):
        starting[month] = mrr
        parts[month] = np.round([base.amount * base.season[place], *(base.rates * mrr)], 2)
        mrr = round(mrr + float(parts[month] @ SIGNS), 2)
    return starting, parts, np.append(starting[1:], mrr)


def simulated(history: History, ahead: int, base: Habits) -> np.ndarray:
    """(ahead, 4): how far from the mean the paths lie, at LEVELS."""
    rng = np.random.default_rng([SEED, history.size])
    weight = weights(history.size) * rng.exponential(size=(PATHS, history.size))[:, :, None]
    even = history.parts[:, 0] / base.season[quarter_places(history, np.arange(history.size))]
    amount = (weight[:, :, 0] * even).sum(axis=1) / weight[:, :, 0].sum(axis=1)
    lost = np.einsum("pmk,mk->pk", weight[:, :, 1:], history.parts[:, 1:])
    rates = _ratio(lost, np.einsum("pmk,m->pk", weight[:, :, 1:], history.starting))
    drawn = rng.integers(0, history.size, (ahead, PATHS))
    places = quarter_places(history, history.size + np.arange(ahead))
    mrr, found = np.full(PATHS, history.ending[-1]), np.zeros((ahead, len(LEVELS)))
    for month, place in enumerate(places):
        ratios = base.ratios[drawn[month]]
        gained = amount * base.season[place] * ratios[:, 0]
        mrr = np.maximum(mrr + gained + mrr * ((rates * ratios[:, 1:]) @ SIGNS[1:]), 0)
        found[month] = np.quantile(mrr, LEVELS) - mrr.mean()
    return found


def drift(history: History, ahead: int) -> np.ndarray:
    """(ahead,): the mean move of a month, on and on: what a forecast has to beat."""
    move = (history.ending[-1] - history.starting[0]) / history.size
    return np.asarray(history.ending[-1] + move * np.arange(1, ahead + 1))


def widening(misses: Sequence[np.ndarray], base: float) -> float:
    """How much wider than simulated the bands must be: `base`, corrected by how far earlier forecasts missed.

    misses: for each trial, errors as shares of the simulated half of the 80 % band. Their 80 % quantile would have made
    the band right; trials overlap, so that two count as one beside the prior.
    """
    if not misses:
        return base
    counted = len(misses) / 2
    needed = max(float(np.quantile(np.concatenate(misses), 0.8)), 0.3)
    return float(base * np.exp(counted * np.log(needed) / (counted + PRIOR)))


def forecast(history: History) -> tuple[MrrForecast | None, list[Trial]]:
    """The forecast of a history with its trials, oldest first; None where the history is too short."""
    misses: list[tuple[int, np.ndarray]] = []
    trials = []
    for known in range(FIRST_TRIED, history.size):
        past, ahead = history.until(known), min(JUDGED, history.size - known)
        base = habits(past)
        _, _, ending = expected(past, ahead, base)
        around = simulated(past, ahead, base)
        actual = history.ending[known : known + ahead]
        if known >= LEAST:
            bands = _around(ending, around, widening(_known_by(misses, known), 1 + WIDER / known))
            step = float(np.abs(np.diff(np.append(past.starting[0], past.ending))).mean())
            trials.append(Trial(known, ending, drift(past, ahead), actual, bands, step))
        error = actual - ending
        misses.append((known, _ratio(error, np.where(error < 0, around[:, 1], around[:, 2]))))
    if history.size < LEAST:
        return None, []
    base = habits(history)
    starting, parts, ending = expected(history, AHEAD, base)
    around = simulated(history, AHEAD, base)
    scale = widening([missed for _, missed in misses], 1 + WIDER / history.size)
    return MrrForecast(starting, parts, ending, _around(ending, around, scale)), trials


def _known_by(misses: list[tuple[int, np.ndarray]], months: int) -> list[np.ndarray]:
    """How far off earlier forecasts were, as far as it was known after so many months."""
    return [missed[: months - known] for known, missed in misses]


def _around(ending: np.ndarray, around: np.ndarray, scale: float) -> np.ndarray:
    return np.round(np.maximum(ending[:, None] + scale * around, 0), 2)


def _ratio(part: np.ndarray | float, whole: np.ndarray | float) -> np.ndarray:
    """part ÷ whole, 0 where there is no whole."""
    part, whole = np.broadcast_arrays(np.asarray(part, dtype=float), np.asarray(whole, dtype=float))
    return np.divide(part, whole, out=np.zeros_like(part), where=whole != 0)
