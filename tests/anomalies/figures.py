"""`python -m tests.anomalies.figures 101 102 …`: how well anomalies are found, in companies of these seeds.

Companies are generated twice, with what was planted and without, and judged by numpy; no warehouse is needed.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from data_gen.generate import generate
from data_gen.plan import Plan
from tests.anomalies.judge import flagged
from tests.anomalies.series import series

WINDOW = (date(2025, 5, 1), date(2026, 10, 31))
NEAR, AFTER = pd.Timedelta(days=7), pd.Timedelta(days=35)  # accounts leave within a month of what they suffered


@dataclass(frozen=True)
class Told:
    """An event that is told: its metric, first and last day."""

    metric: str
    first: pd.Timestamp
    last: pd.Timestamp


def told(points: pd.DataFrame) -> list[Told]:
    """The bad events that are told; what follows within eight days goes on."""
    found: list[Told] = []
    bad = points[points["is_lead"] & points["is_bad"]]
    for row in bad.sort_values(["metric", "period_start"]).itertuples():
        first = pd.Timestamp(str(row.period_start))
        last = first + (pd.Timedelta(days=6) if row.grain == "week" else pd.offsets.MonthEnd())
        if found and found[-1].metric == row.metric and first <= found[-1].last + pd.Timedelta(days=8):
            found[-1] = Told(found[-1].metric, found[-1].first, last)
        else:
            found.append(Told(str(row.metric), first, last))
    return found


def belongs(event: Told, planted: pd.DataFrame) -> bool:
    """Whether an event lies near something that was planted."""
    return bool(((planted["start_date"] <= event.last + NEAR) & (planted["end_date"] >= event.first - AFTER)).any())


def found(points: pd.DataFrame, planted: pd.DataFrame) -> pd.DataFrame:
    """What was planted with `found`: flagged in its slice while it lasts; `told`; `delay` in periods; `expected` cases.

    `deviations` says how many deviations of chance and of the slice's own spread the planted change is, summed up.
    """
    lengths = points["grain"].map({"week": pd.Timedelta(days=6), "month": pd.Timedelta(days=30)})
    rows = []
    for one in planted.itertuples():
        near = (points["period_start"] + lengths >= one.start_date) & (points["period_start"] <= one.end_date)
        same = points[near & (points["metric"] == one.metric) & (points["up"] == (one.direction == "up"))]
        own = points[
            near
            & (points["metric"] == one.metric)
            & (points["dimension"] == one.dimension)
            & (points["dimension_value"] == one.value)
        ].sort_values("period_start")
        hits = own["is_anomaly"] & (own["up"] == (one.direction == "up"))
        rows.append(
            {
                "found": hits.any(),
                "told": same["is_lead"].any(),
                "delay": int(np.argmax(hits.to_numpy())) if hits.any() else np.nan,
                "usual": own["expected"].mean(),
            }
        )
    return pd.concat([planted.reset_index(drop=True), pd.DataFrame(rows)], axis=1)


def points_of(seed: int, scenario: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(points, incidents, small incidents) of a company of the default size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        generate(Plan(2000, seed, *WINDOW, scenario), folder)
        months = pd.read_csv(folder / "truth/account_months.csv")
        mrr = months.loc[months["month"] == months["month"].max(), "ending_mrr"].sum()
        points = flagged(series(folder, *(pd.Timestamp(day) for day in WINDOW)), mrr)
        files = ("incidents", "small_incidents")
        dates = ["start_date", "end_date"]
        large, small = (pd.read_csv(folder / f"truth/{file}.csv", parse_dates=dates) for file in files)
    return points, large, small


def main(seeds: list[int]) -> None:
    """Print the figures of every seed, and over all."""
    parts, events, calm = [], [], []
    for seed in seeds:
        points, large, small = points_of(seed, "default")
        both = pd.concat([found(points, large), found(points, small)]).assign(seed=seed)
        both["size"] = np.where(both["percent"].isna(), "large", both["incident"])
        parts.append(both)
        planted = pd.concat([large, small])
        events += [(seed, event, belongs(event, planted)) for event in told(points)]
        calm.append(len(told(points_of(seed, "calm")[0])) / 18)
    rows = pd.concat(parts, ignore_index=True)
    keys = ["size", "metric", "dimension", "value", "percent"]
    print(rows.groupby(keys, dropna=False)[["found", "told", "delay", "usual"]].mean().round(2).to_string())
    print(rows.groupby("size")[["found", "told", "delay"]].mean().round(3).to_string())
    shares = [belonging for *_, belonging in events]
    print(f"of {len(events)} events told {np.mean(shares):.3f} belong; {np.mean(calm):.3f} a month of a calm company")
    print("stray:", [(seed, event.metric, str(event.first)[:10]) for seed, event, belonging in events if not belonging])
    print("calm:", [round(value, 2) for value in calm])


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]])
