"""Charts of cells and points: each takes a frame and returns a plotly figure, or None when there is nothing to draw."""

from __future__ import annotations

import pandas as pd
import plotly.express as px
import plotly.graph_objects as go

from app.components.formats import COLOURS, PERCENT, words

CELL = " · "  # between the row and the column of a clicked cell
PALETTE = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C6BB1", "#7F7F7F"]


def matrix(frame: pd.DataFrame, row: str, column: str, value: str, tick: str = PERCENT) -> go.Figure | None:
    """Rows × columns with the value in each cell, the largest rows first; a clicked cell is `row · column`."""
    if frame.empty or frame[value].isna().all():
        return None
    grid = frame.pivot(index=row, columns=column, values=value)[list(dict.fromkeys(frame[column]))]
    grid = grid.loc[grid.sum(axis=1).sort_values(ascending=False).index]
    rows, columns = [str(r) for r in grid.index], [str(words(c)) for c in grid.columns]
    figure = go.Figure(
        go.Heatmap(
            z=grid,
            x=columns,
            y=rows,
            texttemplate=f"%{{z:{tick}}}",
            colorscale="Blues",
            zmin=0,
            xgap=1,
            ygap=1,
            showscale=False,
            hoverinfo="skip",
        )
    )
    cells = [
        (r, c) for r, name in enumerate(grid.index) for c in range(len(columns)) if pd.notna(grid.loc[name].iloc[c])
    ]
    figure.add_scatter(  # a heatmap can't be clicked: unseen points over its cells can
        x=[columns[c] for _, c in cells],
        y=[rows[r] for r, _ in cells],
        customdata=[f"{grid.index[r]}{CELL}{grid.columns[c]}" for r, c in cells],
        text=[format(grid.iat[r, c], tick) for r, c in cells],
        meta=value,
        mode="markers",
        marker={"symbol": "square", "size": 20, "opacity": 0},
        hovertemplate="%{y}, %{x}: %{text}<extra></extra>",
        showlegend=False,
    )
    figure.update_layout(hovermode="closest")
    figure.update_yaxes(autorange="reversed")
    return figure


def bubbles(frame: pd.DataFrame, axes: dict[str, str], colour: str, name: str, *, tick: str = "") -> go.Figure | None:
    """A point per row; `axes` maps the columns of x, y and size to their labels."""
    x, y, size = axes
    frame = frame.dropna(subset=[x, y, size])
    if frame.empty:
        return None
    figure = px.scatter(
        frame,
        x=x,
        y=y,
        size=size,
        color=colour,
        hover_name=name,
        labels=axes,
        size_max=28,
        opacity=0.75,
        color_discrete_sequence=PALETTE,
    )
    for trace in figure.data:
        trace.customdata = trace.hovertext
    figure.update_layout(hovermode="closest")
    figure.update_xaxes(tickformat=tick)
    figure.update_yaxes(tickformat=tick)
    return figure


def moments(frame: pd.DataFrame, when: str, kind: str, text: str) -> go.Figure | None:
    """What happened when: a row per kind, a point per event."""
    if frame.empty:
        return None
    colours = {name: COLOURS.get(str(name).lower(), COLOURS["actual"]) for name in frame[kind].unique()}
    figure = px.scatter(frame, x=when, y=kind, color=kind, hover_name=text, opacity=0.7, color_discrete_map=colours)
    figure.update_traces(
        marker={"size": 9}, showlegend=False, hovertemplate="%{x|%d %b %Y}: %{hovertext}<extra></extra>"
    )
    figure.update_layout(hovermode="closest")
    figure.update_xaxes(title=None)
    figure.update_yaxes(title=None)
    return figure
