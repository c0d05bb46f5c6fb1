"""What a forecast becomes when win rate, new business, churn or prices are other than they were: plain arithmetic."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import astuple, dataclass
from typing import Any

import pandas as pd

BANDS = ("low_95", "low_80", "high_80", "high_95")
RENEWALS = 12  # months over which customers come to pay a new price


@dataclass(frozen=True)
class Scenario:
    """Changes in per cent of what was: 10 is a tenth more."""

    win_rate: int = 0
    business: int = 0
    churn: int = 0
    price: int = 0

    @property
    def is_as_was(self) -> bool:
        """Whether nothing is changed."""
        return not any(astuple(self))

    @property
    def won(self) -> float:
        """How many times as much of new deals is won."""
        return (1 + self.win_rate / 100) * (1 + self.business / 100) * (1 + self.price / 100)


def mrr_under(forecast: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """The months to come under a scenario, each part in whole cents, so that they add up.

    New MRR follows win rate, new business and price. All else are rates of the MRR that a month begins with, as in the
    forecast; a price change reaches a twelfth of the customers' MRR each month, for twelve months, and shows as
    expansion, or as contraction where prices fall. Bands keep their share of MRR.
    """
    if scenario.is_as_was or forecast.empty:
        return forecast
    months: list[dict[Hashable, Any]] = []
    mrr, raise_by = float(forecast["starting_mrr"].iloc[0]), scenario.price / 100 / RENEWALS
    for row in forecast.to_dict("records"):
        scale = mrr / row["starting_mrr"] if row["starting_mrr"] else 0.0
        parts = {
            "starting_mrr": mrr,
            "new_mrr": round(row["new_mrr"] * scenario.won, 2),
            "reactivation_mrr": round(row["reactivation_mrr"] * scale, 2),
            "expansion_mrr": round(row["expansion_mrr"] * scale + mrr * max(raise_by, 0), 2),
            "contraction_mrr": round(row["contraction_mrr"] * scale + mrr * max(-raise_by, 0), 2),
            "churned_mrr": round(row["churned_mrr"] * scale * (1 + scenario.churn / 100), 2),
        }
        gained = parts["new_mrr"] + parts["reactivation_mrr"] + parts["expansion_mrr"]
        mrr = round(mrr + gained - parts["contraction_mrr"] - parts["churned_mrr"], 2)
        bands = {band: round(mrr * row[band] / row["mrr"], 2) if row["mrr"] else 0.0 for band in BANDS}
        months.append(row | parts | {"mrr": mrr} | bands)
    return pd.DataFrame(months)


def bookings_under(quarter: pd.Series, scenario: Scenario) -> pd.Series:
    """The quarter's bookings under a scenario: what is won stays; open deals follow the win rate alone."""
    from_open = round(quarter["from_open"] * (1 + scenario.win_rate / 100), 2)
    from_new = round(quarter["from_new"] * scenario.won, 2)
    ahead = quarter["from_open"] + quarter["from_new"]
    scale = (from_open + from_new) / ahead if ahead else 1.0
    total = round(quarter["won"] + from_open + from_new, 2)
    ends = {
        end: max(quarter["won"], total + scale * (quarter[end] - quarter["forecast"])) for end in ("low_80", "high_80")
    }
    moved = quarter.copy()
    for name, value in {"from_open": from_open, "from_new": from_new, "forecast": total, **ends}.items():
        moved[name] = value
    return moved
