"""How accounts fare with the product, month by month: their health, a main user who leaves, a card that fails.

What is drawn here drives both what can be seen (use, tickets, scores, payments) and, later, who leaves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_gen.arrays import NONE, Floats, Ints, Mask
from data_gen.clock import DAY
from data_gen.incidents import IncidentKind
from data_gen.plan import Plan


@dataclass(frozen=True)
class HealthProcess:
    """A slow process around the account's fit, month by month."""

    fit_weight: float = 0.7
    first_spread: float = 0.5
    persistence: float = 0.85
    pull: float = 0.15  # towards the fit
    spread: float = 0.33
    release_shock: float = 0.15


@dataclass(frozen=True)
class Troubles:
    """Monthly chances that the main user leaves for good, or that trouble with the card begins."""

    main_user: float = 0.016
    settled_days: int = 60  # in which nobody leaves after the account's start
    card: float = 0.012
    card_months: tuple[int, int] = (2, 4)


@dataclass(frozen=True)
class Strain:
    """What makes customers leave, as parts of the logarithm of the risk."""

    health: float = -1.45
    lag_months: int = 2  # of health
    main_user: float = 2.1  # the month after; less in each further one
    main_user_fades: float = 0.78
    card: float = 2.1  # the month after a month with trouble


HEALTH, TROUBLES, STRAIN = HealthProcess(), Troubles(), Strain()


@dataclass(frozen=True)
class Strains:
    """What weighs on accounts: their health, full months since the main user left (or NONE), trouble with the card."""

    health: Floats
    months_without: Ints
    card_trouble: Mask

    @property
    def factor(self) -> Floats:
        """By what factor the risk to leave differs."""
        since = np.maximum(self.months_without, 0)
        missed = np.where(self.months_without != NONE, STRAIN.main_user * STRAIN.main_user_fades**since, 0.0)
        return np.exp(STRAIN.health * self.health + missed + STRAIN.card * self.card_trouble)

    @property
    def main_user_left(self) -> Mask:
        """Where the main user left within the last half year."""
        return (self.months_without != NONE) & (self.months_without < 6)


@dataclass(frozen=True)
class Wellbeing:
    """Of the accounts: health and trouble with the card (accounts, months); when the main user leaves, or NONE."""

    health: Floats
    card_trouble: Mask
    main_user_left: Ints

    def of(self, few: Ints) -> Wellbeing:
        """The accounts at these places."""
        return Wellbeing(self.health[few], self.card_trouble[few], self.main_user_left[few])

    def before(self, plan: Plan, accounts: Ints, month: int, pays_by_card: Mask) -> Strains:
        """What weighs on accounts in a month: only what was so before it began."""
        since = month - 1 - plan.month_of(self.main_user_left[accounts])
        gone = (self.main_user_left[accounts] != NONE) & (since >= 0)
        return Strains(
            health=self.health[accounts, max(0, month - STRAIN.lag_months)],
            months_without=np.where(gone, since, NONE),
            card_trouble=pays_by_card & self.card_trouble[accounts, month - 1] & (month > 0),
        )


def nobody(accounts: int) -> Wellbeing:
    """Before anything is drawn."""
    empty = np.empty((accounts, 0))
    return Wellbeing(empty, empty.astype(bool), np.full(accounts, NONE))


def draw(plan: Plan, rng: np.random.Generator, fit: Floats, begins: Ints) -> Wellbeing:
    """Draw how accounts fare that begin at these moments, NONE for those that never do."""
    health = _health(plan, rng, fit)
    own = plan.rng(21)
    return Wellbeing(health, _card_trouble(plan, own, len(fit)), _departures(plan, own, begins))


def _health(plan: Plan, rng: np.random.Generator, fit: Floats) -> Floats:
    """A slow process around the account's fit, hurt by the bad release, (accounts, months)."""
    health = np.empty((len(fit), plan.months))
    level = HEALTH.fit_weight * fit + rng.normal(0, HEALTH.first_spread, len(fit))
    release = plan.incident(IncidentKind.BAD_RELEASE)
    for month in range(plan.months):
        noise = rng.normal(0, HEALTH.spread, len(fit))
        level = HEALTH.persistence * level + HEALTH.pull * HEALTH.fit_weight * fit + noise
        if release and release.covers_moment(int(plan.month_edges[month]) + 10 * DAY):
            level = level - HEALTH.release_shock
        health[:, month] = level
    return health


def _card_trouble(plan: Plan, rng: np.random.Generator, accounts: int) -> Mask:
    """Spells of months in which charges fail, (accounts, months)."""
    begins = rng.random((accounts, plan.months)) < TROUBLES.card
    shortest, longest = TROUBLES.card_months
    lasts = rng.integers(shortest, longest + 1, (accounts, plan.months))
    trouble = np.zeros_like(begins)
    for later in range(longest):
        trouble[:, later:] |= (begins & (lasts > later))[:, : plan.months - later]
    return trouble


def _departures(plan: Plan, rng: np.random.Generator, begins: Ints) -> Ints:
    """When each account's main user leaves, at most once."""
    leaves = rng.random((len(begins), plan.months)) < TROUBLES.main_user
    month = leaves.argmax(axis=1)
    edges = plan.month_edges
    moment = edges[month] + (rng.random(len(begins)) * (edges[month + 1] - edges[month])).astype(np.int64)
    settled = (begins != NONE) & (moment > np.maximum(begins, 0) + TROUBLES.settled_days * DAY)
    return np.where(leaves.any(axis=1) & settled, moment, NONE)
