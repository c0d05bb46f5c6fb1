"""Survival curves: how long accounts stay, with those that are still there and those that came before the data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from app.ui.drill import Point
from app.ui.formats import COLOURS, FEW, PERCENT


def survival(frame: pd.DataFrame, group: str) -> tuple[go.Figure | None, pd.DataFrame]:
    """Kaplan-Meier curves per group while enough are at risk, and the number at risk; old accounts enter late."""
    figure, risk = go.Figure(), []
    marks = [0, 90, 180, 365, 545, 730, 1095]
    for name, part in frame.groupby(group, sort=False):
        duration, entry = part["duration_days"].to_numpy(), part["observed_from_days"].to_numpy()
        days, share = kaplan_meier(duration, part["is_churned"].to_numpy(bool), entry)
        enough = np.array([((duration >= day) & (entry <= day)).sum() >= FEW for day in days])
        drawn = slice(0, int(np.flatnonzero(enough)[-1]) + 1 if enough.any() else 0)
        (days, later), share = np.split(days, [drawn.stop]), share[drawn]
        last = np.sort(duration)[-FEW] if len(duration) >= FEW else 0  # the last day on which enough are still there
        if len(days) and last > days[-1] and not (later <= last).any():
            days, share = np.append(days, last), np.append(share, share[-1])
        if len(days):
            figure.add_scatter(
                x=days,
                y=share,
                name=str(name),
                mode="lines+markers",
                customdata=days,
                meta=str(name),
                line={"shape": "hv", "width": 2.5, "color": COLOURS.get(str(name))},
                marker={"size": 3},
                hovertemplate="%{y:.1%} after %{x} days",
            )
        at_risk = {
            f"day {d}": int(((part["duration_days"] >= d) & (part["observed_from_days"] <= d)).sum()) for d in marks
        }
        risk.append({"Number at risk": name, **at_risk})
    figure.update_yaxes(tickformat=PERCENT, range=[0, 1.02])
    return figure if figure.data else None, pd.DataFrame(risk)


def kaplan_meier(duration: np.ndarray, event: np.ndarray, entry: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Product-limit estimate with left truncation (Kaplan and Meier, 1958): event times and the share still there."""
    times = np.unique(duration[event])
    at_risk = np.array([((duration >= t) & (entry < t)).sum() for t in times])
    deaths = np.array([(event & (duration == t) & (entry < t)).sum() for t in times])
    share = np.cumprod(1 - deaths / np.maximum(at_risk, 1)) if len(times) else np.zeros(0)
    return np.concatenate([[0], times]), np.concatenate([[1.0], share])


def activation(frame: pd.DataFrame, group: str, days: int = 60) -> go.Figure | None:
    """Share activated by days since the start (1 - Kaplan-Meier), one curve per group of at least ten."""
    figure = go.Figure()
    for name, part in frame.groupby(group, sort=False):
        if len(part) < FEW:
            continue
        times, share = kaplan_meier(
            part["duration_days"].to_numpy(float), part["is_activated"].to_numpy(bool), np.full(len(part), -1.0)
        )
        drawn = times <= days
        figure.add_scatter(
            x=np.append(times[drawn], days),
            y=1 - np.append(share[drawn], share[drawn][-1]),
            name=f"{name} (n = {len(part):,})",
            mode="lines+markers",
            customdata=np.append(times[drawn], days),
            meta=str(name),
            line={"shape": "hv", "width": 2.5, "color": COLOURS.get(str(name))},
            marker={"size": 3},
            hovertemplate="%{y:.1%} after %{x:.0f} days",
        )
    figure.update_xaxes(title="Days since the start")
    figure.update_yaxes(tickformat=PERCENT, rangemode="tozero")
    return figure if figure.data else None


def reached(frame: pd.DataFrame, group: str, event: str, point: Point) -> pd.DataFrame:
    """The rows of a curve's group for which the event (a column of truth) came by the day of a clicked point."""
    by_then = frame["duration_days"].astype(float) <= float(point.value)
    return frame[(frame[group] == point.series) & frame[event].astype(bool) & by_then]
