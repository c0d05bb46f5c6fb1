"""How well forecasts did: against what came, against drift, and by how often it lay within the band."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from scoring.forecast.bookings import Bookings
from scoring.forecast.mrr import JUDGED, Trial
from scoring.shape import Figure

Judged = tuple[Sequence[Trial], Sequence[Bookings]]
MOST_MASE, MOST_BESIDE_DRIFT, MOST_WIDTH, COVERED = 1.20, 1.03, 0.085, 0.77  # what the figures must keep
MOST_OFF = {"start": 0.25, "middle": 0.12}
INSIDE = "MRR: months within the 80 % band"


def figures(companies: Iterable[Judged], judged_on: str, is_of_company: bool = False) -> list[Figure]:
    """The figures of one company or of several together; those of a company of its own have no bounds.

    MASE (Hyndman and Koehler, 2006) is the mean error of the next six months over the mean move of a month until then;
    drift is its baseline. That of bookings is what the quarter before brought.
    """
    found = list(companies)
    trials = [trial for tried, _ in found for trial in tried if len(trial.actual) == JUDGED and trial.step]

    def figure(name: str, value: float | None, bound: float, cases: int, baseline: float | None = None) -> Figure:
        held, least = None if is_of_company else bound, name == INSIDE
        return Figure(name, value, baseline, held, cases, judged_on, least, is_of_company)

    missed = _mean([float(np.abs(trial.actual - trial.ending).mean()) / trial.step for trial in trials])
    drifted = _mean([float(np.abs(trial.actual - trial.drift).mean()) / trial.step for trial in trials])
    beside = missed / drifted if missed is not None and drifted else None
    widths = [float(np.median(_width(trial))) for trial in trials if trial.actual.all()]
    said = [
        figure("MRR: MASE, six months ahead", missed, MOST_MASE, len(trials), drifted),
        figure("MRR: error as a share of that of drift", beside, MOST_BESIDE_DRIFT, len(trials)),
        figure(INSIDE, _mean([_share_inside(trial) for trial in trials]), COVERED, len(trials)),
        figure("MRR: median width of the 80 % band", _median(widths), MOST_WIDTH, len(widths)),
    ]
    for stand, bound in MOST_OFF.items():
        off, before = _off([past for _, past in found], stand)
        name = f"bookings: median error at the quarter's {stand}"
        said.append(figure(name, _median(off), bound, len(off), _median(before)))
    return said


def _off(companies: Iterable[Sequence[Bookings]], stand: str) -> tuple[list[float], list[float]]:
    """Errors of what was said of quarters, and of taking each for the one before it."""
    off, before = [], []
    for past in companies:
        some = [one for one in past if one.stand == stand and one.actual]
        off += [abs(one.total / one.actual - 1) for one in some if one.actual]
        before += [abs(a.actual / b.actual - 1) for a, b in pairwise(some) if a.actual and b.actual]
    return off, before


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None


def _median(values: Sequence[float]) -> float | None:
    return float(np.median(values)) if values else None


def _width(trial: Trial) -> np.ndarray:
    return np.asarray((trial.bands[:, 2] - trial.bands[:, 1]) / trial.actual)


def _share_inside(trial: Trial) -> float:
    return float(((trial.actual >= trial.bands[:, 1]) & (trial.actual <= trial.bands[:, 2])).mean())
