"""Weeks of which a chart holds only a part, drawn so that they do not look like a fall."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import plotly.graph_objects as go

RING = 8  # pixels
Point = tuple[Any, Any, Any, bool]  # x, y, what a drill reads, whether the week is in part
PART_WEEKS = "Hatched, or a ring beside the line: a week of which only a part is known or chosen."


def part_weeks(figure: go.Figure, first: date, last: date) -> go.Figure:
    """Hatch the bars, and take out of the lines, of weeks (by their first days) that do not lie within two days.

    They come last in their series, for its sign in the legend is that of its first point.
    """
    for trace in figure.data:
        days = [pd.Timestamp(str(day)).date() for day in trace.x]
        part = [day < first or day + timedelta(days=6) > last for day in days]
        if any(part):
            order = sorted(range(len(days)), key=part.__getitem__)
            points = [(trace.x[i], trace.y[i], trace.customdata[i], part[i]) for i in order]
            if trace.type == "bar":
                if not isinstance(trace.marker.color, str | None):
                    trace.marker.color = [trace.marker.color[i] for i in order]
                trace.marker.pattern = {"shape": ["/" if some else "" for *_, some in points], "fillmode": "replace"}
            else:
                points = _beside(trace, points)
            _place(trace, points)
    return figure


def _beside(trace: Any, points: list[Point]) -> list[Point]:
    """Weeks in part as rings; an empty point before each keeps it apart from the line."""
    apart = [(point[0], None, *point[2:]) for point in points]
    points = [one for pair in zip(apart, points, strict=True) for one in (pair if pair[1][3] else pair[1:])]
    size = trace.marker.size if "markers" in trace.mode else 0
    trace.mode = "lines+markers"
    trace.marker.size = [RING if some else size for *_, some in points]
    trace.marker.line = {"width": 2}
    trace.marker.symbol = ["circle-open" if some else "circle" for *_, some in points]
    return points


def _place(trace: Any, points: list[Point]) -> None:
    whole = trace.hovertemplate or "%{y}"
    said = " (part of a week)"
    told = whole.replace("<extra>", f"{said}<extra>") if "<extra>" in whole else whole + said
    trace.update(
        x=[x for x, *_ in points],
        y=[y for _, y, *_ in points],
        customdata=[where for _, _, where, _ in points],
        hovertemplate=[told if some else whole for *_, some in points],
    )
