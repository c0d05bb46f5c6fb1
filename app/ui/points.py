"""Charts of cells and points: each takes a frame and returns a plotly figure, or None when there is nothing to draw."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.express as px
import plotly.graph_objects as go

from app.ui.charts import at
from app.ui.colours import ACTUAL, PALETTE, PLAIN, Look
from app.ui.formats import PERCENT, words
from metrics.formats import number


def matrix(frame: pd.DataFrame, row: str, column: str, value: str, tick: str = PERCENT) -> go.Figure | None:
    """Rows × columns with the value in each cell, the largest rows first."""
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
        customdata=[{row: str(grid.index[r]), column: str(grid.columns[c])} for r, c in cells],
        text=[format(grid.iat[r, c], tick) for r, c in cells],
        meta=value,
        mode="markers",
        marker={"symbol": "square", "size": 20, "opacity": 0},
        hovertemplate="%{y}, %{x}: %{text}<extra></extra>",
        showlegend=False,
    )
    return _tight(figure.update_layout(hovermode="closest"))


def heatmap(frame: pd.DataFrame, value: str, size: str) -> go.Figure | None:
    """Cohort × months since the start, in percent; cells that the data cannot know stay empty."""
    if frame.empty:
        return None
    grid = frame.pivot(index="cohort_month", columns="months_since_start", values=value).sort_index()
    counts = frame[frame["months_since_start"] == 0].set_index("cohort_month")[size].reindex(grid.index)
    text = grid.map(lambda v: "" if pd.isna(v) else f"{v * 100:.0f}")
    figure = go.Figure(
        go.Heatmap(
            z=grid,
            x=[str(c) for c in grid.columns],
            y=[f"{m:%b %Y} ({n:,.0f})" for m, n in counts.items()],
            text=text,
            texttemplate="%{text}",
            colorscale="Blues",
            zmin=min(0.5, float(np.nanmin(grid.to_numpy()))),
            zmax=max(1.0, float(np.nanmax(grid.to_numpy()))),
            xgap=1,
            ygap=1,
            showscale=False,
            hoverinfo="skip",
        )
    )
    cells = grid.stack()
    figure.add_scatter(  # a heatmap can't be clicked: unseen points over its cells can
        x=[str(k) for _, k in cells.index],
        y=[f"{month:%b %Y} ({counts[month]:,.0f})" for month, _ in cells.index],
        customdata=[{"cohort_month": str(month), "months_since_start": int(k)} for month, k in cells.index],
        text=[f"{share:.1%}" for share in cells],
        meta=value,
        mode="markers",
        marker={"symbol": "square", "size": 18, "opacity": 0},
        hovertemplate="%{y}, month %{x}: %{text}<extra></extra>",
        showlegend=False,
    )
    figure.update_layout(hovermode="closest", xaxis={"title": "Months since the first payment", "type": "category"})
    return _tight(figure)


def square(
    frame: pd.DataFrame, row: str, column: str, value: str, order: list[str], kind: str, look: Look = PLAIN
) -> go.Figure | None:
    """A square of `order` × `order`: rows are where something came from, columns where it went."""
    if frame.empty:
        return None
    grid = frame.pivot(index=row, columns=column, values=value).reindex(index=order, columns=order)
    figure = go.Figure(
        go.Heatmap(
            z=grid.to_numpy(dtype=float),
            x=order,
            y=order,
            colorscale="Blues",
            zmin=0,
            zmax=max(float(frame[value].max()), 1),
            xgap=2,
            ygap=2,
            showscale=False,
            hoverinfo="skip",
        )
    )
    strong = frame[value] > frame[value].max() / 2
    figure.add_scatter(  # a heatmap can't be clicked: points over its cells can
        x=frame[column],
        y=frame[row],
        customdata=at(frame, row, column),
        meta=value,
        text=[number(float(amount), kind, look.currency) for amount in frame[value]],
        mode="markers+text",
        textfont={"color": ["#FFFFFF" if dark else "#1B2733" for dark in strong]},
        marker={"symbol": "square", "size": 24, "opacity": 0},
        hovertemplate="%{y} to %{x}: %{text}<extra></extra>",
        showlegend=False,
    )
    figure.update_layout(hovermode="closest", xaxis={"title": "To"}, yaxis={"title": "From"})
    return _tight(figure)


def _tight(figure: go.Figure) -> go.Figure:
    """No room around the cells of a heatmap, which the points over them would ask for; the first row on top."""
    heat = figure.data[0]
    figure.update_xaxes(range=[-0.5, len(heat.x) - 0.5])
    return figure.update_yaxes(range=[len(heat.y) - 0.5, -0.5])


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
        trace.customdata = [{name: str(text)} for text in trace.hovertext]
    figure.update_layout(hovermode="closest")
    figure.update_xaxes(tickformat="~%" if tick == PERCENT else tick)
    figure.update_yaxes(tickformat="~%" if tick == PERCENT else tick)
    return figure


def moments(frame: pd.DataFrame, when: str, kind: str, text: str) -> go.Figure | None:
    """What happened when: a row per kind, a point per event."""
    if frame.empty:
        return None
    colours = {name: PLAIN.colour_of("movement", str(name).lower()) or ACTUAL for name in frame[kind].unique()}
    figure = px.scatter(frame, x=when, y=kind, color=kind, hover_name=text, opacity=0.7, color_discrete_map=colours)
    figure.update_traces(
        marker={"size": 9}, showlegend=False, hovertemplate="%{x|%-d %b %Y}: %{hovertext}<extra></extra>"
    )
    figure.update_layout(hovermode="closest")
    figure.update_xaxes(title=None)
    figure.update_yaxes(title=None)
    return figure
