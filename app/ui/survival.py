"""Survival curves: how long accounts stay, with those that are still there and those that came before the data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from app.found import Found
from app.ui.colours import PLAIN, Look
from app.ui.drill import Point
from app.ui.formats import FEW, PERCENT

MARKS = (0, 90, 180, 365, 545, 730, 1095)  # days for which the number at risk is told


def survival(frame: pd.DataFrame, group: str, look: Look = PLAIN) -> tuple[go.Figure | None, pd.DataFrame]:
    """Kaplan-Meier curves per group while enough are at risk, and the number at risk; old accounts enter late."""
    figure, risk = go.Figure(), []
    for name, part in frame.groupby(group, sort=False):
        duration, entry = part["duration_days"].to_numpy(), part["observed_from_days"].to_numpy()
        days, share = _while_enough(duration, part["is_churned"].to_numpy(bool), entry)
        if len(days):
            _curve(figure, {group: str(name)}, str(name), days, share, look)
        at_risk = {f"day {day}": int(((duration >= day) & (entry <= day)).sum()) for day in MARKS}
        risk.append({"Number at risk": name, **at_risk})
    figure.update_yaxes(tickformat=PERCENT, range=[0, 1.02])
    return figure if figure.data else None, pd.DataFrame(risk)


def _while_enough(duration: np.ndarray, event: np.ndarray, entry: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The steps of a curve up to the last day on which enough accounts are at risk."""
    days, share = kaplan_meier(duration, event, entry)
    enough = np.array([((duration >= day) & (entry <= day)).sum() >= FEW for day in days])
    drawn = slice(0, int(np.flatnonzero(enough)[-1]) + 1 if enough.any() else 0)
    (days, later), share = np.split(days, [drawn.stop]), share[drawn]
    last = np.sort(duration)[-FEW] if len(duration) >= FEW else 0  # the last day on which enough are still there
    if len(days) and last > days[-1] and not (later <= last).any():
        return np.append(days, last), np.append(share, share[-1])
    return days, share


def _curve(
    figure: go.Figure, where: dict[str, str], label: str, days: np.ndarray, share: np.ndarray, look: Look
) -> None:
    """A stepped line whose points know their group and their day."""
    figure.add_scatter(
        x=days,
        y=share,
        name=label,
        mode="lines+markers",
        customdata=[{**where, "duration_days": float(day)} for day in days],
        meta="share",
        line={"shape": "hv", "width": 2.5, "color": look.colour_of(*next(iter(where.items())))},
        marker={"size": 3},
        hovertemplate="%{y:.1%} after %{x:.0f} days",
    )


def kaplan_meier(duration: np.ndarray, event: np.ndarray, entry: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Product-limit estimate with left truncation (Kaplan and Meier, 1958): event times and the share still there."""
    times = np.unique(duration[event])
    at_risk = np.array([((duration >= t) & (entry < t)).sum() for t in times])
    deaths = np.array([(event & (duration == t) & (entry < t)).sum() for t in times])
    share = np.cumprod(1 - deaths / np.maximum(at_risk, 1)) if len(times) else np.zeros(0)
    return np.concatenate([[0], times]), np.concatenate([[1.0], share])


def activation(frame: pd.DataFrame, group: str, look: Look = PLAIN, days: int = 60) -> go.Figure | None:
    """Share activated by days since the start (1 - Kaplan-Meier), one curve per group of at least ten."""
    figure = go.Figure()
    for name, part in frame.groupby(group, sort=False):
        if len(part) < FEW:
            continue
        times, share = kaplan_meier(
            part["duration_days"].to_numpy(float), part["is_activated"].to_numpy(bool), np.full(len(part), -1.0)
        )
        drawn = times <= days
        reached_by = np.append(times[drawn], days)
        _curve(
            figure,
            {group: str(name)},
            f"{name} (n = {len(part):,})",
            reached_by,
            1 - np.append(share[drawn], share[drawn][-1]),
            look,
        )
    figure.update_xaxes(title="Days since the start")
    figure.update_yaxes(tickformat=PERCENT, rangemode="tozero")
    return figure if figure.data else None


def reached(found: Found, group: str, event: str, point: Point) -> Found:
    """The rows of a curve's group for which the event (a column of truth) came by the day of a clicked point."""
    frame = found.frame
    by_then = frame["duration_days"].astype(float) <= point.where["duration_days"]
    return found.where((frame[group] == point.where[group]) & frame[event].astype(bool) & by_then)
