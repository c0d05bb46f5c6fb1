"""What is made: size, window, seed, the world's constants and the planted incidents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from warehouse.errors import TowerError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DAY = 86_400
MONTHS_AHEAD = 3  # that are drawn after the window's last month
NONE = np.iinfo(np.int64).min  # no moment, no number

SEGMENTS = ["SMB", "Mid-Market", "Enterprise"]
REGIONS = ["North America", "Europe", "Asia Pacific", "Latin America"]
CHANNELS = ["Google Ads", "LinkedIn", "Content Marketing", "Events", "Referral", "Partner", "Outbound", "Unknown"]
COUNTRIES = [["US", "US", "US", "CA"], ["GB", "DE", "FR", "NL"], ["AU", "JP", "IN", "SG"], ["BR", "MX", "CL", "CO"]]
CHANNEL_SHARE = np.array(
    [
        [0.28, 0.10, 0.24, 0.05, 0.14, 0.08, 0.06, 0.05],
        [0.16, 0.18, 0.18, 0.12, 0.11, 0.10, 0.12, 0.03],
        [0.05, 0.20, 0.08, 0.24, 0.08, 0.10, 0.23, 0.02],
    ]
)
# cost of one won customer by segment mix of the channel, and how well what it brings fits the product
CHANNEL_COST = np.array([22_000, 42_000, 15_000, 62_000, 13_000, 24_000, 52_000, 0], dtype=float)
CHANNEL_FIT = np.array([-0.35, 0.05, 0.15, 0.10, 0.45, 0.25, -0.10, -0.15])


# name, (metric, dimension, value), month of the window from 0, first and last day counted from its first, direction
INCIDENTS: list[tuple[str, tuple[str, str, str], int, tuple[int, int], str, str]] = [
    ("bad_release", ("tickets", "total", "All"), 6, (6, 40), "up",
     "Release v1.2 breaks data sync: technical tickets and errors multiply for five weeks."),
    ("payment_outage", ("failed_payments", "total", "All"), 8, (1, 5), "up",
     "The payment processor is down as the month starts: most card charges of five days fail at first."),
    ("price_rise", ("churned_customers", "segment", "SMB"), 10, (0, 30), "up",
     "Prices of monthly SMB plans rise by 8 %: SMB churn triples for a month."),
    ("cost_blow_out", ("spend", "acquisition_channel", "LinkedIn"), 12, (0, 29), "up",
     "A bidding error on LinkedIn almost triples the channel's spend for a month."),
    ("tracking_gap", ("events", "region", "Europe"), 13, (8, 11), "down",
     "A tracking bug loses Europe's product events for four days."),
    ("sla_collapse", ("resolution_breaches", "region", "North America"), 14, (2, 29), "up",
     "Half of the North American support team is away: answers take four times as long."),
    ("churn_cluster", ("churned_customers", "region", "Asia Pacific"), 15, (0, 30), "up",
     "A local competitor's offer takes customers in Asia Pacific within one month."),
]  # fmt: skip


@dataclass(frozen=True)
class Incident:
    """One thing that was planted: its name, the scope, and from when to when (both days included)."""

    name: str
    metric: str
    dimension: str
    value: str
    start: date
    end: date
    direction: str
    description: str

    def covers(self, seconds: Ints) -> NDArray[np.bool_]:
        """Which of the moments (seconds since 1970) lie within the incident."""
        return (seconds >= epoch(self.start)) & (seconds < epoch(self.end) + DAY)


@dataclass(frozen=True)
class Plan:
    """Size, window and seed of a company, and the day up to which its files tell its life.

    Everything is drawn up to a horizon that the window sets, and then cut: a later day shows more of the same company.
    """

    accounts: int
    seed: int
    start: date
    end: date
    scenario: str = "default"
    until: date | None = None  # the last day of the files, the window's unless set

    def __post_init__(self) -> None:
        if self.accounts < 20:
            raise TowerError(f"NUM_ACCOUNTS must be at least 20, not {self.accounts}")
        if self.end <= self.start:
            raise TowerError(f"DATA_END_DATE ({self.end}) must come after DATA_START_DATE ({self.start})")
        if self.scenario not in ("default", "calm"):
            raise TowerError(f"SCENARIO must be default or calm, not {self.scenario!r}")
        if self.until and not self.start < self.until <= self.horizon:
            raise TowerError(
                f"the synthetic company's life is drawn up to {self.horizon}, not to {self.until}; "
                "`make gen-data load-data` begins it again, and a later DATA_END_DATE makes a company that lives longer"
            )

    def rng(self, domain: int) -> np.random.Generator:
        """A generator of its own for each domain, so that one domain's changes don't move another's."""
        return np.random.default_rng([self.seed, domain])

    @property
    def first(self) -> int:
        """The first instant of the window, in seconds since 1970."""
        return epoch(self.start)

    @property
    def window_end(self) -> int:
        """The first instant after the window, which holds as many accounts as were asked for."""
        return epoch(self.end) + DAY

    @property
    def cut(self) -> int:
        """The first instant that the files don't know."""
        return epoch(self.until or self.end) + DAY

    @property
    def last(self) -> int:
        """The first instant after all that is drawn: whole months, three of them after the window's last."""
        return int(self.month_starts[-1])

    @property
    def horizon(self) -> date:
        """The last day that is drawn."""
        return date(1970, 1, 1) + timedelta(seconds=self.last - DAY)

    @property
    def stretch(self) -> float:
        """How many times as long as the window all that is drawn lasts."""
        return (self.last - self.first) / (self.window_end - self.first)

    @property
    def month_starts(self) -> Ints:
        """The first instant of each month that is drawn and of the month after it, (months + 1,)."""
        months = np.arange(np.datetime64(self.start, "M"), np.datetime64(self.end, "M") + MONTHS_AHEAD + 2)
        return months.astype("datetime64[s]").astype(np.int64)

    @property
    def month_edges(self) -> Ints:
        """Like month_starts, cut at the window's first instant."""
        return np.maximum(self.month_starts, self.first)

    @property
    def months(self) -> int:
        """The number of months that are drawn."""
        return len(self.month_starts) - 1

    def known(self, moments: Ints) -> Ints:
        """The moments that the files know, NONE for later ones."""
        return np.where(moments < self.cut, moments, NONE)

    def incidents(self) -> list[Incident]:
        """The planted incidents that fit into the window, none in the calm scenario."""
        if self.scenario == "calm":
            return []
        starts = [np.datetime64(int(s), "s").astype("datetime64[D]").astype(object) for s in self.month_starts]
        return [
            Incident(
                name,
                *scope,
                starts[month] + timedelta(days=a),
                starts[month] + timedelta(days=b),
                direction,
                description,
            )
            for name, scope, month, (a, b), direction, description in INCIDENTS
            if month < self.months - MONTHS_AHEAD - 1
        ]

    def incident(self, name: str) -> Incident | None:
        """The incident of that name, if it is planted."""
        return next((i for i in self.incidents() if i.name == name), None)


def epoch(day: date) -> int:
    """Midnight of a day in seconds since 1970 (UTC)."""
    return int(np.datetime64(day, "s").astype(np.int64))


def repeat_index(counts: Ints) -> tuple[Ints, Ints]:
    """(parent, position): parent i appears counts[i] times, position counts from 0 within each parent."""
    parent = np.repeat(np.arange(len(counts)), counts)
    position = np.arange(len(parent)) - np.repeat(np.cumsum(counts) - counts, counts)
    return parent, position


def business_seconds(rng: np.random.Generator, size: int) -> Ints:
    """Seconds of a day, most of them in working hours."""
    hours = np.clip(rng.normal(13.5, 3.2, size), 0.0, 23.9)
    return (hours * 3600).astype(np.int64) + rng.integers(0, 60, size)
