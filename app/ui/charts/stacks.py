"""Stacked bars, and the bridge."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from app.ui.charts.at import at
from app.ui.colours import BAD, FX, GOOD, MOVEMENTS, PLAIN, TOTAL, Look
from app.ui.formats import MONEY, words
from metrics.formats import money

FEW_COUNTS = 5  # that are counted one by one on the axis
FEW_NAMES = 5  # have room for long names below their bars


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
    if tick == ",d" and frame[list(series)].abs().sum(axis=1).max() < FEW_COUNTS:
        figure.update_yaxes(dtick=1)  # else 1.5 is written as 2, below another 2
    names = [name for name in frame[x].map(words) if isinstance(name, str)]
    if len(names) > FEW_NAMES:  # of several words: one below the other, else they are turned and cut
        figure.update_xaxes(tickvals=names, ticktext=[name.replace(" ", "<br>") for name in names])
    return figure


def stacked_by(
    frame: pd.DataFrame, x: str, y: str, group: str, tick: str = "", *, look: Look = PLAIN
) -> go.Figure | None:
    """Stacked bars, one series per value of `group`, the largest at the bottom."""
    frame = frame.dropna(subset=[y])
    if frame.empty or not frame[y].abs().sum():
        return None
    wide = frame.pivot_table(index=x, columns=group, values=y, aggfunc="sum", sort=False).fillna(0).sort_index()
    wide = wide[wide.abs().sum().sort_values(ascending=False).index]
    series = {str(name): str(words(name)) for name in wide.columns}
    colours = {name: colour for name in series if (colour := look.colour_of(group, name))}
    figure = stacked(wide.reset_index(), x, series, tick, colours=colours)
    for trace in figure.data if figure else ():
        trace.customdata = [{**where, group: trace.meta} for where in trace.customdata]
        trace.meta = y
    return figure


def bridge(values: Mapping[str, float], look: Look = PLAIN) -> go.Figure | None:
    """The MRR bridge from starting_mrr over the movements to mrr, by metric; `values` must tie to the cent."""
    if not any(values.values()):
        return None
    steps = {"starting_mrr": values["starting_mrr"]}
    movements = [movement for movement in (*MOVEMENTS, FX) if movement.metric in values]
    steps |= {movement.metric: movement.sign * values[movement.metric] for movement in movements}
    steps["mrr"] = values["mrr"]
    figure = go.Figure(
        go.Waterfall(
            x=["Start", *(movement.label for movement in movements), "End"],
            y=list(steps.values()),
            measure=["absolute", *["relative"] * len(movements), "total"],
            customdata=[{"movement": metric} for metric in steps],
            text=[money(v, look.currency) for v in steps.values()],
            textposition="outside",
            cliponaxis=False,
            increasing={"marker": {"color": GOOD}},
            decreasing={"marker": {"color": BAD}},
            totals={"marker": {"color": TOTAL}},
            connector={"line": {"color": "#9AA7B4", "width": 1}},
            hovertemplate=f"%{{x}}: %{{y:$,.{look.currency.decimals}f}}<extra></extra>",
        )
    )
    low, high = sorted((values["starting_mrr"], values["mrr"]))
    figure.update_yaxes(tickformat=MONEY, range=[low * 0.8, high * 1.12] if low > 0 else None)
    return figure.update_layout(hovermode="closest")
