"""The board report: what the executive page shows, read once, drawn on the page and written as a PDF (A4 landscape)."""

from __future__ import annotations

import io
import textwrap
from dataclasses import dataclass
from typing import Any

import pandas as pd

from app.data import Tower, rows, split
from app.filters import COMPARISONS, Filters, selection
from app.ui.cards import Fact, facts
from app.ui.formats import COLOURS, money

KPIS = ["mrr", "arr", "nrr_t12m", "grr_t12m", "active_customers", "logo_churn_rate", "activation_rate"]
KPIS += ["cac", "ltv_cac_ratio", "quick_ratio"]
MOVES = {
    "new_mrr": "New",
    "reactivation_mrr": "Reactivation",
    "expansion_mrr": "Expansion",
    "contraction_mrr": "Contraction",
    "churned_mrr": "Churn",
}
LOSSES = ["contraction_mrr", "churned_mrr"]
SPLITS = {"segment": "segment", "region": "region", "acquisition_channel": "channel"}
TINTS = {"green": "#1B7F4B", "red": "#B3261E", "gray": "#5B6B7B"}


@dataclass(frozen=True)
class Board:
    """Everything that the executive page and its report show."""

    facts: list[Fact]
    series: pd.DataFrame
    bridge: dict[str, float]
    monthly: pd.DataFrame
    splits: dict[str, pd.DataFrame]
    movers: pd.DataFrame

    @property
    def gap(self) -> float:
        """Start plus movements less end: zero when the bridge ties."""
        values = list(self.bridge.values())
        return round(sum(values[:4]) - sum(values[4:]), 2)


def read(tower: Tower, filters: Filters) -> Board:
    """Ask once for all of it."""
    total = split(tower, filters, ["starting_mrr", *MOVES, "mrr"]).iloc[0].fillna(0)
    names = ["start", "new", "reactivation", "expansion", "contraction", "churn", "end"]
    monthly = split(tower, filters, list(MOVES), grain="month")
    monthly[LOSSES] *= -1
    return Board(
        facts(tower, filters, KPIS),
        split(tower, filters, ["mrr", "mrr_target"], grain="month", whole=True),
        dict(zip(names, (float(total[name]) for name in ("starting_mrr", *MOVES, "mrr")), strict=True)),
        monthly,
        {dimension: split(tower, filters, ["mrr"], dimension) for dimension in SPLITS},
        rows(tower, "top_movers", filters),
    )


def pdf(board: Board, tower: Tower, filters: Filters) -> bytes:
    """The report as PDF bytes: KPIs; MRR, bridge and movements; splits and top movers; definitions."""
    from matplotlib.backends.backend_pdf import PdfPages

    out = io.BytesIO()
    chosen = " · ".join(f"{key}: {value}" for key, value in selection(filters).items())
    with PdfPages(out, metadata={"Title": "Board report", "Subject": chosen}) as pages:
        for number, draw in enumerate((_kpis, _mrr, _splits, _definitions), 1):
            figure = _sheet(tower, chosen, number)
            draw(figure, board)
            pages.savefig(figure)
    return out.getvalue()


def _sheet(tower: Tower, chosen: str, number: int) -> Any:
    """An empty page with the cover line and the selection on top."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.69, 8.27))
    figure.text(0.05, 0.945, "GTM Control Tower: board report", fontsize=17, weight="bold", color="#1C2733")
    figure.text(0.95, 0.95, f"As of {tower.as_of:%d %b %Y} · build {tower.publication}", ha="right", color="#5B6B7B")
    figure.text(0.05, 0.915, "\n".join(textwrap.wrap(chosen, 150)), va="top", fontsize=8.5, color="#5B6B7B")
    figure.text(0.95, 0.03, f"{number} / 4", ha="right", fontsize=8, color="#5B6B7B")
    return figure


def _kpis(figure: Any, board: Board) -> None:
    lines = [
        [
            fact.metric.label + (" *" if fact.ignored else ""),
            fact.text + (f" (n = {fact.cases:,.0f})" if fact.is_few else ""),
            *(fact.changes[compare] or "–" for compare in COMPARISONS),
            fact.of_target or "–",
        ]
        for fact in board.facts
    ]
    heads = ["KPI", "Value", *(f"Change on {label.lower()}" for label in COMPARISONS.values()), "Target"]
    grid = _table(figure.add_axes((0.05, 0.16, 0.9, 0.68)), heads, lines, [0.28, 0.16, 0.18, 0.18, 0.2])
    for row, fact in enumerate(board.facts, 1):
        for column, compare in enumerate(COMPARISONS, 2):
            grid[row, column].get_text().set_color(TINTS[fact.judged(fact.changes[compare] or "0.0 ")])
    if any(fact.ignored for fact in board.facts):
        figure.text(0.05, 0.1, "* Not recorded by an active filter, and shown without it.", fontsize=8, color="#5B6B7B")
    if any(fact.is_partial for fact in board.facts):
        figure.text(0.05, 0.075, "The last month is partial.", fontsize=8, color="#5B6B7B")


def _mrr(figure: Any, board: Board) -> None:
    line = _axes(figure, (0.07, 0.5, 0.4, 0.32), "MRR against target")
    months = [f"{pd.Timestamp(month):%b %y}" for month in board.series["period"]]
    line.plot(months, board.series["mrr"], color=COLOURS["actual"], marker="o", markersize=3, label="MRR")
    line.plot(months, board.series["mrr_target"], color=COLOURS["target"], linestyle="--", label="Target")
    line.set_xticks(range(0, len(months), max(1, len(months) // 6)))
    line.legend(frameon=False, fontsize=8)
    steps = _axes(figure, (0.55, 0.5, 0.4, 0.32), "MRR bridge")
    level, names = 0.0, list(board.bridge)
    for name, value in board.bridge.items():
        signed = -value if name in ("contraction", "churn") else value
        whole = name in ("start", "end")
        colour = COLOURS["total"] if whole else COLOURS["expansion"] if signed >= 0 else COLOURS["churn"]
        steps.bar(name.capitalize(), signed, bottom=0 if whole else level, color=colour)
        before, level = level, signed if whole else level + signed
        top = level if whole else max(before, level)
        steps.annotate(money(signed), (names.index(name), top), ha="center", va="bottom", fontsize=7.5)
    low = min(board.bridge["start"], board.bridge["end"])
    steps.set_ylim(low * 0.8 if low > 0 else None, steps.get_ylim()[1] * 1.03)
    steps.tick_params(axis="x", labelsize=7)
    figure.text(0.55, 0.445, f"Ties to the cent: ${abs(board.gap):.2f} apart.", fontsize=8)
    bars = _axes(figure, (0.07, 0.09, 0.88, 0.3), "MRR movements by month")
    up, down = [0.0] * len(board.monthly), [0.0] * len(board.monthly)
    months = [f"{pd.Timestamp(month):%b %y}" for month in board.monthly["period"]]
    for name, label in MOVES.items():
        base, values = down if name in LOSSES else up, board.monthly[name].fillna(0).tolist()
        colour = COLOURS[name.removesuffix("_mrr").replace("churned", "churn")]
        bars.bar(months, values, bottom=base, color=colour, label=label)
        base[:] = [a + b for a, b in zip(base, values, strict=True)]
    bars.axhline(0, color="#5B6B7B", linewidth=0.6)
    bars.legend(frameon=False, fontsize=8, ncols=5, loc="upper center", bbox_to_anchor=(0.5, -0.1))


def _splits(figure: Any, board: Board) -> None:
    for place, (dimension, label) in enumerate(SPLITS.items()):
        axes = _axes(figure, (0.11 + place * 0.31, 0.57, 0.18, 0.26), f"MRR by {label}")
        part = board.splits[dimension].dropna().sort_values("mrr")
        colours = [COLOURS.get(str(value), COLOURS["actual"]) for value in part[dimension]]
        shown = axes.barh(range(len(part)), part["mrr"], color=colours)
        axes.grid(visible=False)
        total = max(part["mrr"].sum(), 1)
        axes.bar_label(shown, [f"{money(v)} · {v / total:.0%}" for v in part["mrr"]], fontsize=7, padding=2)
        axes.set_yticks(range(len(part)), part[dimension], fontsize=7.5)
        axes.xaxis.set_visible(False)
        axes.set_xlim(0, float(part["mrr"].max() or 1) * 1.45)
    columns = ["account_name", "segment", "region", "won", "expansion", "contraction", "churn", "change"]
    lines = [
        [str(row[name]) if name in columns[:3] else money(float(row[name])) for name in columns]
        for _, row in board.movers.head(12).iterrows()
    ]
    heads = [name.replace("_", " ").capitalize() for name in columns]
    axes = figure.add_axes((0.05, 0.06, 0.9, 0.44))
    axes.set_title("Top movers: accounts whose MRR changed most over the range", loc="left", fontsize=10, weight="bold")
    _table(axes, heads, lines, [0.24, 0.12, 0.14, 0.1, 0.1, 0.1, 0.1, 0.1], words=3)


def _definitions(figure: Any, board: Board) -> None:
    figure.text(0.05, 0.84, "Definitions", fontsize=12, weight="bold")
    height = 0.8
    for fact in board.facts:
        lines = textwrap.wrap(fact.metric.description, 125)
        figure.text(0.05, height, fact.metric.label, weight="bold", va="top")
        figure.text(0.24, height, "\n".join(lines), va="top")
        height -= 0.028 + 0.02 * len(lines)


def _axes(figure: Any, place: tuple[float, float, float, float], title: str) -> Any:
    axes = figure.add_axes(place)
    axes.set_title(title, loc="left", fontsize=10, weight="bold")
    axes.yaxis.set_major_formatter(lambda value, _: money(value))
    axes.grid(axis="y", color="#E3E8EE", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    return axes


def _table(axes: Any, heads: list[str], lines: list[list[str]], widths: list[float], words: int = 1) -> Any:
    axes.axis("off")
    if not lines:
        axes.text(0, 0.9, "Nothing in this selection.", color="#5B6B7B")
        return None
    grid = axes.table(lines, colLabels=heads, colWidths=widths, cellLoc="right", loc="upper center", edges="horizontal")
    grid.auto_set_font_size(False)
    grid.set_fontsize(9)
    grid.scale(1, 1.7 if len(lines) > 10 else 2.2)
    for (row, column), cell in grid.get_celld().items():
        cell.set_edgecolor("#DDE3EA")
        if column < words:
            cell.get_text().set_horizontalalignment("left")
        if row == 0:
            cell.get_text().set_weight("bold")
            cell.get_text().set_horizontalalignment("left" if column < words else "right")
    return grid
