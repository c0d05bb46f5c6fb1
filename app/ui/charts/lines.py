"""Lines over time, bands around them, and marks of what happened."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from app.ui.charts.at import at
from app.ui.colours import ACTUAL, PLAIN, TARGET, Look
from app.ui.formats import words

MARKS = {
    "release": ("Release", "triangle-down"),
    "price": ("Price change", "diamond"),
    "campaign": ("Campaign", "star"),
}


def lines(
    frame: pd.DataFrame,
    x: str,
    series: dict[str, str],
    *,
    tick: str = "",
    dashed: tuple[str, ...] = (),
    zero: bool = False,
    markers: bool = True,
    colours: Mapping[str, str] | None = None,
) -> go.Figure | None:
    """One line per column; `series` maps columns to labels, `colours` to what they mean."""
    drawn = {column: label for column, label in series.items() if column in frame and frame[column].notna().any()}
    if not drawn:
        return None
    figure = go.Figure()
    for column, label in drawn.items():
        style = {"dash": "dot"} if column in dashed else {}
        colour = TARGET if column in dashed else (colours or {}).get(column)
        figure.add_scatter(
            x=frame[x],
            y=frame[column],
            name=label,
            mode="lines+markers" if markers else "lines",
            customdata=at(frame, x),
            meta=column,
            line={"width": 2.5, "color": colour, **style},
            marker={"size": 5},
            hovertemplate=f"%{{y:{tick}}}" if tick else None,
        )
    figure.update_yaxes(tickformat=tick, rangemode="tozero" if zero else "normal")
    return figure


def lines_by(
    frame: pd.DataFrame, x: str, y: str, group: str, *, tick: str = "", zero: bool = False, look: Look = PLAIN
) -> go.Figure | None:
    """One line per value of `group`, in its colour."""
    frame = frame.dropna(subset=[y])
    if frame.empty:
        return None
    figure = go.Figure()
    for name, part in frame.groupby(group, sort=False):
        figure.add_scatter(
            x=part[x],
            y=part[y],
            name=str(words(name)),
            mode="lines+markers",
            customdata=at(part, x, group),
            meta=y,
            line={"width": 2.5, "color": look.colour_of(group, name)},
            marker={"size": 5},
            hovertemplate=f"%{{y:{tick}}}" if tick else None,
        )
    figure.update_yaxes(tickformat=tick, rangemode="tozero" if zero else "normal")
    return figure


def band(frame: pd.DataFrame, tick: str) -> go.Figure | None:
    """A watched series with the band that its own history makes likely, and the flagged points."""
    if frame.empty:
        return None
    known = frame.dropna(subset=["expected_value"])
    figure = expected(known, "period_start", "expected_value", "lower_bound", "upper_bound", "Expected")
    figure.add_scatter(
        x=frame["period_start"],
        y=frame["actual_value"],
        mode="lines+markers",
        name="Actual",
        customdata=at(frame, "period_start"),
        meta="actual_value",
        line={"color": ACTUAL, "width": 2},
        marker={"size": 4},
    )
    flagged = frame[frame["is_anomaly"]]
    figure.add_scatter(
        x=flagged["period_start"],
        y=flagged["actual_value"],
        mode="markers",
        name="Flagged",
        text=flagged["severity"],
        customdata=at(flagged, "period_start"),
        meta="flagged",
        marker={"size": 13, "symbol": "circle", "color": [PLAIN.colour_of("severity", s) for s in flagged["severity"]]},
        hovertemplate="%{y:,.0f} (%{text})",
    )
    figure.update_yaxes(tickformat=tick)
    return figure


def expected(
    frame: pd.DataFrame, x: str, middle: str, low: str, high: str, label: str, *, figure: go.Figure | None = None
) -> go.Figure:
    """A dotted line within the band from `low` to `high`; drawn into `figure` when one is given (forecasts)."""
    figure = between(frame, x, low, high, f"{label}: band", figure or go.Figure())
    line = {"dash": "dot", "color": TARGET}
    figure.add_scatter(x=frame[x], y=frame[middle], mode="lines", name=label, line=line)
    return figure


def between(
    frame: pd.DataFrame, x: str, low: str, high: str, label: str, figure: go.Figure, strength: float = 0.15
) -> go.Figure:
    """The band from `low` to `high`, drawn into `figure`."""
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    figure.add_scatter(x=frame[x], y=frame[high], showlegend=False, **edge)
    fill = f"rgba(0,114,178,{strength})"
    return figure.add_scatter(x=frame[x], y=frame[low], fill="tonexty", fillcolor=fill, name=label, **edge)


def mark(figure: go.Figure, events: pd.DataFrame) -> go.Figure:
    """Thin lines with a sign on top where something happened (columns kind, day, label), within the drawn time."""
    drawn = [pd.to_datetime(pd.Series(trace.x).astype(str)) for trace in figure.data if trace.x is not None]
    if events.empty or not any(map(len, drawn)):
        return figure
    days, time = pd.to_datetime(events["day"]), pd.concat(drawn)
    events = events[(days >= time.min()) & (days <= time.max() + pd.offsets.MonthEnd(0))]
    shapes = list(figure.layout.shapes)
    for kind, part in events.groupby("kind"):
        name, symbol = MARKS[str(kind)]
        colour = PLAIN.colour_of("mark", kind)
        line = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "opacity": 0.55}
        line["line"] = {"width": 1, "dash": "dot", "color": colour}
        shapes += [line | {"x0": str(day), "x1": str(day)} for day in part["day"].unique()]
        figure.add_scatter(
            x=part["day"],
            y=[1.0] * len(part),
            yaxis="y2",
            mode="markers",
            name=name,
            text=part["label"],
            marker={"symbol": symbol, "size": 9, "color": colour},
            hovertemplate="%{text}<extra></extra>",
            cliponaxis=False,
        )
    unseen = {"range": [0, 1], "overlaying": "y", "visible": False, "fixedrange": True}
    return figure.update_layout(yaxis2=unseen, shapes=shapes)
