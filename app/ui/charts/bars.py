"""The charts: each takes a frame and returns a plotly figure, or None when there is nothing to draw.

`customdata` of a trace maps, for each point, dimensions to raw values (`{"segment": "SMB"}`), and `meta` holds the
series' column: a drill reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from app.ui.colours import (
    ACTUAL,
    BAD,
    FEW_CASES,
    GOOD,
    MOVEMENTS,
    TARGET,
    TOTAL,
    colour_of,
)
from app.ui.formats import FEW, MONEY, TICKS, words
from metrics.formats import money, number

MANY = 9  # vertical bars beyond which not each has room for two lines of text


def at(frame: pd.DataFrame, *dimensions: str) -> list[dict[str, Any]]:
    """For each row the mapping that a drill reads: dimension to raw value, as text."""
    return [
        dict(zip(dimensions, map(str, values), strict=True))
        for values in zip(*(frame[d] for d in dimensions), strict=True)
    ]


def lines(
    frame: pd.DataFrame,
    x: str,
    series: dict[str, str],
    *,
    tick: str = "",
    dashed: tuple[str, ...] = (),
    zero: bool = False,
    markers: bool = True,
) -> go.Figure | None:
    """One line per column; `series` maps columns to labels."""
    drawn = {column: label for column, label in series.items() if column in frame and frame[column].notna().any()}
    if not drawn:
        return None
    figure = go.Figure()
    for column, label in drawn.items():
        style = {"dash": "dot"} if column in dashed else {}
        colour = TARGET if column in dashed else None
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


def stacked(
    frame: pd.DataFrame,
    x: str,
    series: dict[str, str],
    tick: str = "",
    *,
    side_by_side: bool = False,
    colours: Mapping[str, str] | None = None,
) -> go.Figure | None:
    """Stacked bars, negative values below the axis; or the series side by side. `colours` are by column."""
    if frame.empty or not frame[list(series)].abs().sum().sum():
        return None
    figure = go.Figure()
    for column, label in series.items():
        figure.add_bar(
            x=frame[x].map(words),
            y=frame[column],
            name=label,
            customdata=at(frame, x),
            meta=column,
            marker_color=(colours or {}).get(column),
            hovertemplate=f"%{{y:{tick}}}",
        )
    figure.update_layout(barmode="group" if side_by_side else "relative")
    figure.update_yaxes(tickformat=tick)
    return figure


def bars(
    frame: pd.DataFrame,
    x: str,
    y: str,
    *,
    kind: str = "",
    n: str = "",
    tick: str = "",
    labels: list[str] | None = None,
    colours: list[str] | None = None,
    horizontal: bool = False,
) -> go.Figure | None:
    """Plain bars with their values, written as `kind` (money, percent, count, …) says.

    `n` names the column with the number of cases: it is written beside the value (on hover where bars are many), and
    bars on fewer than ten cases are grey.
    """
    frame = frame.dropna(subset=[y])
    if frame.empty or not frame[y].abs().sum():
        return None
    names, values = frame[x].map(words), frame[y].astype(float)
    many = not horizontal and len(frame) > MANY
    cases = [f"n = {count:,.0f}" for count in frame[n]] if n else []
    tick = tick or TICKS.get(kind, "")
    across, up = ("y", "x") if horizontal else ("x", "y")
    inside = values > 0.6 * values.max()
    figure = go.Figure(
        go.Bar(
            **{across: names, up: values},
            orientation="h" if horizontal else "v",
            text=_labels(values, kind, many, labels, [] if many else cases, " " if horizontal else "<br>"),
            textposition=[("inside" if fits else "outside") for fits in inside] if horizontal else "outside",
            textangle=0,
            constraintext="none" if horizontal else "both",
            hovertext=cases or None,
            marker_color=_bar_colours(frame, x, n, colours),
            customdata=at(frame, x),
            meta=y,
            cliponaxis=False,
            showlegend=False,
            hovertemplate=f"%{{{across}}}: %{{{up}:{tick}}}{' (%{hovertext})' if n else ''}<extra></extra>",
        )
    )
    figure.update_layout(hovermode="closest", bargap=0.5 if len(frame) < 3 else 0.2)
    return _bar_axes(figure, values, tick, horizontal, 1.25 if n else 1.15, many)


def _labels(
    values: pd.Series, kind: str, many: bool, labels: list[str] | None, cases: list[str], gap: str
) -> list[str] | None:
    """What stands on bars: their values as `kind` says, with the number of cases where there is room."""
    if labels is None and kind:
        labels = [f"{v:.0%}" if many and kind == "percent" else number(v, kind) for v in values]
    if labels and cases:
        return [f"{text}{gap}({count})" for text, count in zip(labels, cases, strict=True)]
    return labels


def _bar_colours(frame: pd.DataFrame, x: str, n: str, colours: list[str] | None) -> list[str]:
    """Each bar in the colour of its meaning; grey where it rests on few cases."""
    if colours is None:
        colours = [colour_of(x, value) or ACTUAL for value in frame[x]]
    if n:
        return [c if count >= FEW else FEW_CASES for c, count in zip(colours, frame[n], strict=True)]
    return colours


def _bar_axes(
    figure: go.Figure, values: pd.Series, tick: str, horizontal: bool, headroom: float, many: bool
) -> go.Figure:
    """Axes with room for the labels."""
    axis = "~%" if tick == TICKS["percent"] else tick  # rates below a percent need their decimals
    if horizontal:
        low, high = min(values.min(), 0), max(values.max(), 0)
        room = 0.45 * (high - low) if low else 0  # for the labels left of negative bars
        figure.update_xaxes(tickformat=axis, range=[low - room, high + 0.1 * (high - low)])
        return figure.update_yaxes(autorange="reversed")
    figure.update_yaxes(tickformat=axis)
    if figure.data[0].text is not None and values.min() >= 0:
        figure.update_yaxes(range=[0, values.max() * headroom])
    return figure.update_xaxes(nticks=MANY) if many else figure


def bridge(values: Mapping[str, float]) -> go.Figure | None:
    """The MRR bridge from starting_mrr over the movements to mrr, by metric; `values` must tie to the cent."""
    if not any(values.values()):
        return None
    steps = {"starting_mrr": values["starting_mrr"]}
    steps |= {movement.metric: movement.sign * values[movement.metric] for movement in MOVEMENTS}
    steps["mrr"] = values["mrr"]
    figure = go.Figure(
        go.Waterfall(
            x=["Start", *(movement.label for movement in MOVEMENTS), "End"],
            y=list(steps.values()),
            measure=["absolute", *["relative"] * len(MOVEMENTS), "total"],
            customdata=[{"movement": metric} for metric in steps],
            text=[money(v) for v in steps.values()],
            textposition="outside",
            cliponaxis=False,
            increasing={"marker": {"color": GOOD}},
            decreasing={"marker": {"color": BAD}},
            totals={"marker": {"color": TOTAL}},
            connector={"line": {"color": "#9AA7B4", "width": 1}},
            hovertemplate="%{x}: %{y:$,.2f}<extra></extra>",
        )
    )
    low, high = sorted((values["starting_mrr"], values["mrr"]))
    figure.update_yaxes(tickformat=MONEY, range=[low * 0.8, high * 1.12] if low > 0 else None)
    return figure.update_layout(hovermode="closest")


def pareto(frame: pd.DataFrame, name: str, count: str) -> go.Figure | None:
    """Bars in falling order, each with the share that it and those above it make up."""
    frame = frame.sort_values(count, ascending=False, ignore_index=True)
    cumulated = frame[count].cumsum() / max(frame[count].sum(), 1)
    labels = [f"{n:,.0f} · Σ {share:.0%}" for n, share in zip(frame[count], cumulated, strict=True)]
    return bars(frame, name, count, tick=",d", labels=labels, horizontal=True)


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
        marker={"size": 13, "symbol": "circle", "color": [colour_of("severity", s) for s in flagged["severity"]]},
        hovertemplate="%{y:,.0f} (%{text})",
    )
    figure.update_yaxes(tickformat=tick)
    return figure


def expected(
    frame: pd.DataFrame, x: str, middle: str, low: str, high: str, label: str, *, figure: go.Figure | None = None
) -> go.Figure:
    """A dotted line within the band from `low` to `high`; drawn into `figure` when one is given (forecasts)."""
    figure = figure or go.Figure()
    edge = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    figure.add_scatter(x=frame[x], y=frame[high], showlegend=False, **edge)
    figure.add_scatter(
        x=frame[x], y=frame[low], fill="tonexty", fillcolor="rgba(0,114,178,0.15)", name=f"{label}: band", **edge
    )
    line = {"dash": "dot", "color": TARGET}
    figure.add_scatter(x=frame[x], y=frame[middle], mode="lines", name=label, line=line)
    return figure


MARKS = {
    "release": ("Release", "triangle-down"),
    "price": ("Price change", "diamond"),
    "campaign": ("Campaign", "star"),
}


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
        colour = colour_of("mark", kind)
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


def describe(title: str, figure: go.Figure) -> str:
    """What a chart shows in one sentence, for those who can't see it."""
    said = []
    unseen = [t for t in figure.data if t.yaxis == "y2" or (t.type == "scatter" and t.showlegend is False)]
    for trace in [t for t in figure.data if t not in unseen][:5]:
        if trace.type == "heatmap":
            said.append(f"{len(trace.y)} rows by {len(trace.x)} columns")
            continue
        flat = trace.orientation == "h"
        pairs = [
            (name, float(value))
            for name, value in zip(*((trace.y, trace.x) if flat else (trace.x, trace.y)), strict=False)
            if value is not None and not pd.isna(value)
        ]
        if not pairs:
            continue
        tick = (figure.layout.xaxis if flat else figure.layout.yaxis).tickformat or ""
        kind = "percent" if "%" in tick else "money" if "$" in tick else "count"
        (first, start), (last, end) = pairs[0], pairs[-1]
        top = max(pairs, key=lambda pair: pair[1])
        said.append(
            f"{trace.name or ''} {number(start, kind)} at {first} to {number(end, kind)} at {last}, "
            f"highest {number(top[1], kind)} at {top[0]}".strip()
        )
    return f"Chart: {title}. {'; '.join(said)}."[:600]


def shares(frame: pd.DataFrame, name: str, value: str, tick: str = MONEY) -> go.Figure | None:
    """Horizontal bars with values and shares, largest first."""
    frame = frame.dropna(subset=[value]).sort_values(value, ascending=False)
    total = frame[value].sum()
    if not total:
        return None
    labels = [f"{money(v) if tick == MONEY else f'{v:,.0f}'} · {v / total:.0%}" for v in frame[value]]
    return bars(frame, name, value, tick=tick, labels=labels, horizontal=True)


def histogram(frame: pd.DataFrame, value: str, colour: str) -> go.Figure | None:
    """Distribution on a logarithmic scale."""
    if frame.empty:
        return None
    ranges, figure = steps(frame[value]), go.Figure()
    for name, part in frame.groupby(colour, sort=False):
        figure.add_bar(
            x=[money(np.sqrt(low * high)) for low, high in ranges.values()],
            y=[part[value].between(low, high, inclusive="left").sum() for low, high in ranges.values()],
            name=str(name),
            hovertext=list(ranges),
            customdata=[{colour: str(name), value: step} for step in ranges],
            meta=value,
            marker_color=colour_of(colour, name),
            hovertemplate="%{hovertext}: %{y}",
        )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(nticks=8, tickangle=0)
    return figure


def steps(values: pd.Series) -> dict[str, tuple[float, float]]:
    """The logarithmic steps of a histogram: where each begins and ends, by its label."""
    edges = np.geomspace(max(values.min(), 1), max(values.max(), 10) * 1.001, 22)
    return {f"{money(low)} – {money(high)}": (low, high) for low, high in pairwise(edges)}


def lines_by(
    frame: pd.DataFrame, x: str, y: str, group: str, *, tick: str = "", zero: bool = False
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
            line={"width": 2.5, "color": colour_of(group, name)},
            marker={"size": 5},
            hovertemplate=f"%{{y:{tick}}}" if tick else None,
        )
    figure.update_yaxes(tickformat=tick, rangemode="tozero" if zero else "normal")
    return figure


def stacked_by(frame: pd.DataFrame, x: str, y: str, group: str, tick: str = "") -> go.Figure | None:
    """Stacked bars, one series per value of `group`, the largest at the bottom."""
    frame = frame.dropna(subset=[y])
    if frame.empty or not frame[y].abs().sum():
        return None
    wide = frame.pivot_table(index=x, columns=group, values=y, aggfunc="sum", sort=False).fillna(0).sort_index()
    wide = wide[wide.abs().sum().sort_values(ascending=False).index]
    series = {str(name): str(words(name)) for name in wide.columns}
    colours = {name: colour for name in series if (colour := colour_of(group, name))}
    figure = stacked(wide.reset_index(), x, series, tick, colours=colours)
    for trace in figure.data if figure else ():
        trace.customdata = [{**where, group: trace.meta} for where in trace.customdata]
        trace.meta = y
    return figure
