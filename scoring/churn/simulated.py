"""Accounts whose true hazard is known: use falls, payments fail and tickets come before they leave."""

from __future__ import annotations

import numpy as np

from scoring.churn.features import FEATURES, HORIZON, Floats, Panel

SEGMENTS, CHURN, SHARES = np.array(["Large", "Middle", "Small"]), np.array([0.004, 0.008, 0.018]), (0.15, 0.3, 0.55)
MONTHS, BEGIN = 24, np.datetime64("2024-01-01", "M")
TROUBLE = 1.0  # log-odds of leaving by a deviation of the hidden trouble
HELD, SPREAD = 0.85, 0.53  # how the trouble lasts from month to month, and what comes anew
SIGNS = {
    "use_change": -0.9,
    "active_users_change": -0.6,
    "login_silence": 0.5,
    "failed_payments": 0.5,
    "support_load": 0.5,
}


def simulated(seed: int, accounts: int = 1500) -> tuple[Panel, Floats]:
    """A panel of accounts over two years, and the true hazard of each of its rows; the same for the same seed."""
    rng = np.random.default_rng(seed)
    segment = rng.choice(3, accounts, p=SHARES)
    trouble, alive = rng.normal(size=accounts), np.ones(accounts, dtype=bool)
    usual = rng.normal(size=(accounts, len(FEATURES)))
    names = [feature.column for feature in FEATURES]
    pull = np.array([SIGNS.get(name, 0.0) for name in names])
    days = (BEGIN + np.arange(1, MONTHS + 1)).astype("datetime64[D]") - np.timedelta64(1, "D")
    who, when, seen, hazards, ends = [], [], [], [], np.full(accounts, np.datetime64("2100-01-01", "D"))
    for day in days:
        hazard = np.minimum(CHURN[segment] * np.exp(TROUBLE * trouble - TROUBLE**2 / 2), 0.5)
        here = np.flatnonzero(alive)
        noise = np.where(pull == 0, usual, rng.normal(size=usual.shape))
        who.append(here)
        when.append(np.full(len(here), day))
        seen.append((noise + trouble[:, None] * pull)[here])
        hazards.append(hazard[here])
        gone = alive & (rng.random(accounts) < hazard)
        ends[gone] = day + rng.integers(1, 28, int(gone.sum()))
        alive &= ~gone
        trouble = HELD * trouble + SPREAD * rng.normal(size=accounts)
    account, day = np.concatenate(who), np.concatenate(when)
    left = ((ends[account] - day) <= HORIZON).astype(float)
    churned = np.where(day + HORIZON <= days[-1], left, np.nan)
    order = np.lexsort((day, account))
    panel = Panel(
        np.char.add("A-", np.char.zfill(account.astype(str), 6)),
        day,
        SEGMENTS[segment[account]],
        np.full(len(account), "World"),
        np.full(len(account), 100.0),
        np.concatenate(seen),
        np.zeros(len(account), dtype=bool),
        churned,
    )
    return panel.of(order), np.concatenate(hazards)[order]
