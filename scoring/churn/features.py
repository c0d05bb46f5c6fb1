"""What a churn score looks at, in which words, and the panel of accounts and months that it is learned from."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
HORIZON = np.timedelta64(90, "D")


@dataclass(frozen=True)
class Feature:
    """A column of the panel, and in which words it raises the risk by being high, low, or not known.

    Where one of the first two is empty only the other may raise it: what chance says of the rest is not believed.
    """

    column: str
    high: str
    low: str
    unknown: str

    @property
    def sign(self) -> int:
        """1 where only what is high may raise the risk, -1 where only what is low may, 0 where both may."""
        return bool(self.high) - bool(self.low)


FEATURES = (
    Feature("use_level", "", "little used by its users", "use is not recorded"),
    Feature("use_level_quarter", "", "little used for months", "use is not recorded"),
    Feature("use_change", "", "less use than its own average", "too new to compare use"),
    Feature("active_users_change", "", "fewer active users than its own average", "too new to compare users"),
    Feature("champion_change", "", "its main user comes less often", "its main user is not known"),
    Feature("login_silence", "nobody came lately", "", "logins are not recorded"),
    Feature("support_load", "many tickets for its size", "", "tickets are not known yet"),
    Feature("support_load_usual", "always many tickets", "", "tickets are not known yet"),
    Feature("failed_payments", "payments failed", "", "payments are not known yet"),
    Feature("overdue_invoices", "invoices overdue", "", "invoices are not known yet"),
    Feature("mrr_change", "", "it pays less than a quarter ago", "new this quarter"),
    Feature("mrr_level", "a large account", "a small account", "what it pays is not known"),
    Feature("term_level", "a long contract", "a short contract", "its contract is not known"),
    Feature("age_level", "an old customer", "a young customer", "its age is not known"),
)


@dataclass(frozen=True)
class Panel:
    """Rows of account × month in the order of both; what is not known is nan.

    `day` is the last day that was known, `values` is (rows, features) and `churned` 1, 0, or nan while nobody can know.
    """

    account: NDArray[np.str_]
    day: NDArray[np.datetime64]
    segment: NDArray[np.str_]
    region: NDArray[np.str_]
    mrr: Floats
    values: Floats
    is_leaving: Mask
    churned: Floats

    def of(self, rows: NDArray[np.int64]) -> Panel:
        """The panel of these rows."""
        return Panel(*(getattr(self, field.name)[rows] for field in fields(self)))

    @property
    def is_judged(self) -> Mask:
        """Rows that may teach and judge: nothing announced, and what came later is known."""
        return ~self.is_leaving & ~np.isnan(self.churned)

    def known_at(self, day: np.datetime64) -> Mask:
        """Rows whose 90 days are over at the end of a day."""
        return self.is_judged & (self.day + HORIZON <= day)


def panel_of(frame: pd.DataFrame) -> Panel:
    """A panel of a table with the columns of `int_churn_features`."""
    frame = frame.sort_values(["account_id", "snapshot_date"], kind="stable")
    names = [feature.column for feature in FEATURES]
    return Panel(
        frame["account_id"].to_numpy(dtype=str),
        pd.to_datetime(frame["snapshot_date"]).to_numpy().astype("datetime64[D]"),
        frame["segment"].to_numpy(dtype=str),
        frame["region"].to_numpy(dtype=str),
        frame["mrr"].to_numpy(dtype=float),
        frame[names].astype(float).to_numpy(),
        frame["is_leaving"].to_numpy(dtype=bool),
        np.asarray(frame["has_churned_90d"].astype("Float64").to_numpy(dtype=float, na_value=np.nan), dtype=np.float64),
    )
