"""Plain bars: with values and cases, shares, in falling order, and distributions."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from app.ui.charts.at import at
from app.ui.colours import ACTUAL, FEW_CASES, PLAIN, Look
from app.ui.formats import FEW, MONEY, TICKS, words
from metrics.formats import Currency, money, number

MANY = 9  # vertical bars beyond which not each has room for two lines of text


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
    look: Look = PLAIN,
) -> go.Figure | None:
    """Plain bars with their values, written as `kind` (money, percent, count, …) says.

    `n` names the column with the number of cases: it is written beside the value, and bars on fewer than ten cases are
    grey. Where bars are many it is shown on hover, and in place of a value that rests on few.
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
            text=_labels(
                _written(values, kind, many, look, list(frame[n]) if n else []) if labels is None and kind else labels,
                [] if many else cases,
                " " if horizontal else "<br>",
            ),
            textposition=[("inside" if fits else "outside") for fits in inside] if horizontal else "outside",
            textangle=0,
            constraintext="none" if horizontal else "both",
            hovertext=cases or None,
            marker_color=_bar_colours(frame, x, n, colours, look),
            customdata=at(frame, x),
            meta=y,
            cliponaxis=False,
            showlegend=False,
            hovertemplate=f"%{{{across}}}: %{{{up}:{tick}}}{' (%{hovertext})' if n else ''}<extra></extra>",
        )
    )
    figure.update_layout(hovermode="closest", bargap=0.5 if len(frame) < 3 else 0.2)
    return _bar_axes(figure, values, tick, horizontal, 1.25 if n else 1.15, many)


def _written(values: pd.Series, kind: str, many: bool, look: Look, cases: list[float]) -> list[str]:
    """Values as `kind` says; shares of many bars without decimals, and the cases alone where they are few."""
    written = [f"{v:.0%}" if many and kind == "percent" else number(v, kind, look.currency) for v in values]
    if not (many and cases):
        return written
    return [f"n={count:.0f}" if count < FEW else text for text, count in zip(written, cases, strict=True)]


def _labels(labels: list[str] | None, cases: list[str], gap: str) -> list[str] | None:
    """What stands on bars, with the number of cases where there is room."""
    if labels and cases:
        return [f"{text}{gap}({count})" for text, count in zip(labels, cases, strict=True)]
    return labels


def _bar_colours(frame: pd.DataFrame, x: str, n: str, colours: list[str] | None, look: Look) -> list[str]:
    """Each bar in the colour of its meaning; grey where it rests on few cases."""
    if colours is None:
        colours = [look.colour_of(x, value) or ACTUAL for value in frame[x]]
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


def pareto(frame: pd.DataFrame, name: str, count: str) -> go.Figure | None:
    """Bars in falling order, each with the share that it and those above it make up."""
    frame = frame.sort_values(count, ascending=False, ignore_index=True)
    cumulated = frame[count].cumsum() / max(frame[count].sum(), 1)
    labels = [f"{n:,.0f} · Σ {share:.0%}" for n, share in zip(frame[count], cumulated, strict=True)]
    return bars(frame, name, count, tick=",d", labels=labels, horizontal=True)


def shares(frame: pd.DataFrame, name: str, value: str, tick: str = MONEY, *, look: Look = PLAIN) -> go.Figure | None:
    """Horizontal bars with values and shares, largest first."""
    frame = frame.dropna(subset=[value]).sort_values(value, ascending=False)
    total = frame[value].sum()
    if not total:
        return None
    labels = [f"{money(v, look.currency) if tick == MONEY else f'{v:,.0f}'} · {v / total:.0%}" for v in frame[value]]
    return bars(frame, name, value, tick=tick, labels=labels, horizontal=True, look=look)


def histogram(frame: pd.DataFrame, value: str, colour: str, look: Look = PLAIN) -> go.Figure | None:
    """Distribution on a logarithmic scale."""
    if frame.empty:
        return None
    ranges, figure = steps(frame[value], look.currency), go.Figure()
    for name, part in frame.groupby(colour, sort=False):
        figure.add_bar(
            x=[money(np.sqrt(low * high), look.currency) for low, high in ranges.values()],
            y=[part[value].between(low, high, inclusive="left").sum() for low, high in ranges.values()],
            name=str(name),
            hovertext=list(ranges),
            customdata=[{colour: str(name), value: step} for step in ranges],
            meta=value,
            marker_color=look.colour_of(colour, name),
            hovertemplate="%{hovertext}: %{y}",
        )
    figure.update_layout(barmode="stack")
    figure.update_xaxes(nticks=8, tickangle=0)
    return figure


def steps(values: pd.Series, currency: Currency) -> dict[str, tuple[float, float]]:
    """The logarithmic steps of a histogram: where each begins and ends, by its label."""
    edges = np.geomspace(max(values.min(), 1), max(values.max(), 10) * 1.001, 22)
    return {f"{money(low, currency)} – {money(high, currency)}": (low, high) for low, high in pairwise(edges)}
