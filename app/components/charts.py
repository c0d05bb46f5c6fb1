"""The charts: each takes a frame and returns a plotly figure, or None when there is nothing to draw."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import plotly.express as px
import plotly.graph_objects as go

from app.components.formats import COLOURS, FEW, money, words

MONEY, PERCENT = "$~s", ".0%"


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
        colour = COLOURS["target"] if column in dashed else None
        figure.add_scatter(
            x=frame[x],
            y=frame[column],
            name=label,
            mode="lines+markers" if markers else "lines",
            line={"width": 2.5, "color": colour, **style},
            marker={"size": 5},
            hovertemplate=f"%{{y:{tick}}}" if tick else None,
        )
    figure.update_yaxes(tickformat=tick, rangemode="tozero" if zero else "normal")
    return figure


def stacked(
    frame: pd.DataFrame, x: str, series: dict[str, str], tick: str = "", *, side_by_side: bool = False
) -> go.Figure | None:
    """Stacked bars, negative values below the axis; or the series side by side."""
    if frame.empty or not frame[list(series)].abs().to_numpy().sum():
        return None
    figure = go.Figure()
    for column, label in series.items():
        figure.add_bar(
            x=frame[x].map(words),
            y=frame[column],
            name=label,
            marker_color=COLOURS.get(column.removesuffix("_mrr").replace("churned", "churn")),
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
    tick: str = "",
    labels: list[str] | None = None,
    colours: list[str] | None = None,
    horizontal: bool = False,
) -> go.Figure | None:
    """Plain bars with their values."""
    frame = frame.dropna(subset=[y])
    if frame.empty or not frame[y].abs().sum():
        return None
    names = frame[x].map(words)
    place = {"x": frame[y], "y": names, "orientation": "h"} if horizontal else {"x": names, "y": frame[y]}
    figure = go.Figure(
        go.Bar(
            **place,
            text=labels,
            textposition="auto" if horizontal else "outside",
            textangle=0,
            marker_color=colours or COLOURS["actual"],
            cliponaxis=False,
        )
    )
    figure.update_layout(hovermode="closest")
    (figure.update_xaxes if horizontal else figure.update_yaxes)(tickformat=tick)
    if not horizontal and labels and frame[y].min() >= 0:
        figure.update_yaxes(range=[0, float(frame[y].max()) * 1.15])
    if horizontal:
        figure.update_yaxes(autorange="reversed")
    return figure


def bridge(values: dict[str, float]) -> go.Figure | None:
    """The MRR bridge: start, movements, end. `values` must tie to the cent."""
    if not any(values.values()):
        return None
    steps = ["new", "reactivation", "expansion", "contraction", "churn"]
    signed = [values[s] if s not in ("contraction", "churn") else -values[s] for s in steps]
    figure = go.Figure(
        go.Waterfall(
            x=["Start", "New", "Reactivation", "Expansion", "Contraction", "Churn", "End"],
            y=[values["start"], *signed, values["end"]],
            measure=["absolute", *["relative"] * 5, "total"],
            text=[money(v) for v in (values["start"], *signed, values["end"])],
            textposition="outside",
            cliponaxis=False,
            increasing={"marker": {"color": COLOURS["expansion"]}},
            decreasing={"marker": {"color": COLOURS["churn"]}},
            totals={"marker": {"color": COLOURS["total"]}},
            connector={"line": {"color": "#9AA7B4", "width": 1}},
            hovertemplate="%{x}: %{y:$,.2f}<extra></extra>",
        )
    )
    low = min(values["start"], values["end"])
    figure.update_yaxes(
        tickformat=MONEY, range=[low * 0.8, max(values["start"], values["end"]) * 1.12] if low > 0 else None
    )
    figure.update_layout(hovermode="closest")
    return figure


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
            hovertemplate="%{y}, month %{x}: %{z:.1%}<extra></extra>",
        )
    )
    figure.update_layout(hovermode="closest", xaxis={"title": "Months since the first payment", "type": "category"})
    figure.update_yaxes(autorange="reversed")
    return figure


def survival(frame: pd.DataFrame, group: str) -> tuple[go.Figure | None, pd.DataFrame]:
    """Kaplan-Meier curves per group while enough are at risk, and the number at risk; old accounts enter late."""
    figure, risk = go.Figure(), []
    marks = [0, 90, 180, 365, 545, 730, 1095]
    for name, part in frame.groupby(group, sort=False):
        duration, entry = part["duration_days"].to_numpy(), part["observed_from_days"].to_numpy()
        days, share = kaplan_meier(duration, part["is_churned"].to_numpy(bool), entry)
        enough = np.array([((duration >= day) & (entry <= day)).sum() >= FEW for day in days])
        drawn = slice(0, int(np.flatnonzero(enough)[-1]) + 1 if enough.any() else 0)
        figure.add_scatter(
            x=days[drawn],
            y=share[drawn],
            name=str(name),
            mode="lines",
            line={"shape": "hv", "width": 2.5, "color": COLOURS.get(str(name))},
            hovertemplate="%{y:.1%}",
        )
        at_risk = {
            f"day {d}": int(((part["duration_days"] >= d) & (part["observed_from_days"] <= d)).sum()) for d in marks
        }
        risk.append({"Number at risk": name, **at_risk})
    figure.update_yaxes(tickformat=PERCENT, range=[0, 1.02])
    return (figure, pd.DataFrame(risk)) if risk else (None, pd.DataFrame())


def kaplan_meier(duration: np.ndarray, event: np.ndarray, entry: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Product-limit estimate with left truncation (Kaplan and Meier, 1958): event times and the share still there."""
    times = np.unique(duration[event])
    at_risk = np.array([((duration >= t) & (entry < t)).sum() for t in times])
    deaths = np.array([(event & (duration == t) & (entry < t)).sum() for t in times])
    share = np.cumprod(1 - deaths / np.maximum(at_risk, 1)) if len(times) else np.zeros(0)
    return np.concatenate([[0], times]), np.concatenate([[1.0], share])


def pareto(frame: pd.DataFrame, name: str, count: str) -> go.Figure | None:
    """Bars in falling order, each with the share that it and those above it make up."""
    frame = frame.sort_values(count, ascending=False, ignore_index=True)
    cumulated = frame[count].cumsum() / max(frame[count].sum(), 1)
    labels = [f"{n:,.0f} · Σ {share:.0%}" for n, share in zip(frame[count], cumulated, strict=True)]
    return bars(frame, name, count, tick=",d", labels=labels, horizontal=True)


def band(frame: pd.DataFrame, tick: str) -> go.Figure | None:
    """A series with its expected band and the flagged points."""
    if frame.empty:
        return None
    figure = go.Figure()
    known = frame.dropna(subset=["expected_value"])
    figure.add_scatter(
        x=known["period_start"],
        y=known["upper_bound"],
        mode="lines",
        line={"width": 0},
        showlegend=False,
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=known["period_start"],
        y=known["lower_bound"],
        mode="lines",
        line={"width": 0},
        fill="tonexty",
        name="Expected band",
        fillcolor="rgba(0,114,178,0.15)",
        hoverinfo="skip",
    )
    figure.add_scatter(
        x=known["period_start"],
        y=known["expected_value"],
        mode="lines",
        name="Expected",
        line={"dash": "dot", "color": COLOURS["target"]},
    )
    figure.add_scatter(
        x=frame["period_start"],
        y=frame["actual_value"],
        mode="lines+markers",
        name="Actual",
        line={"color": COLOURS["actual"], "width": 2},
        marker={"size": 4},
    )
    flagged = frame[frame["is_anomaly"]]
    figure.add_scatter(
        x=flagged["period_start"],
        y=flagged["actual_value"],
        mode="markers",
        name="Flagged",
        text=flagged["severity"],
        marker={"size": 12, "symbol": "diamond", "color": [COLOURS[s] for s in flagged["severity"]]},
        hovertemplate="%{y:,.0f} (%{text})",
    )
    figure.update_yaxes(tickformat=tick)
    return figure


def shares(frame: pd.DataFrame, name: str, value: str, tick: str = MONEY) -> go.Figure | None:
    """Horizontal bars with values and shares, largest first."""
    frame = frame.dropna(subset=[value]).sort_values(value, ascending=False)
    total = frame[value].sum()
    if not total:
        return None
    labels = [f"{money(v) if tick == MONEY else f'{v:,.0f}'} · {v / total:.0%}" for v in frame[value]]
    colours = [COLOURS.get(str(v), COLOURS["actual"]) for v in frame[name]]
    return bars(frame, name, value, tick=tick, labels=labels, colours=colours, horizontal=True)


def histogram(frame: pd.DataFrame, value: str, colour: str) -> go.Figure | None:
    """Distribution on a logarithmic scale."""
    if frame.empty:
        return None
    edges = np.geomspace(max(frame[value].min(), 1), max(frame[value].max(), 10) * 1.001, 22)
    parts = []
    for name, part in frame.groupby(colour, sort=False):
        counts, _ = np.histogram(part[value], edges)
        parts.append(
            pd.DataFrame(
                {
                    "size": [money(np.sqrt(a * b)) for a, b in pairwise(edges)],
                    "deals": counts,
                    colour: name,
                }
            )
        )
    figure = px.bar(pd.concat(parts), x="size", y="deals", color=colour, color_discrete_map=COLOURS)
    figure.update_xaxes(title=None, nticks=8, tickangle=0)
    figure.update_yaxes(title=None)
    return figure
