"""The board report: what the executive page shows, read once, drawn on the page and written as a PDF (A4 landscape)."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Container
from dataclasses import dataclass
from typing import Any

import pandas as pd

from app.data import first_row, rows, split
from app.found import Found
from app.selection import COMPARISONS, DIMENSIONS, Filters, Tower
from app.ui.cards import Fact, facts
from app.ui.colours import ACTUAL, BAD, FX, GOOD, LOSSES, MOVEMENTS, TARGET, TOTAL, Look, Movement, look_of, moves_of
from app.ui.formats import listed
from app.ui.visit import Visit
from metrics.company import Company
from metrics.formats import Currency, money

KPIS = ["mrr", "arr", "nrr_t12m", "grr_t12m", "active_customers", "logo_churn_rate", "activation_rate"]
KPIS += ["cac", "ltv_cac_ratio", "quick_ratio"]
TINTS = {"green": "#1B7F4B", "red": "#B3261E", "gray": "#5B6B7B"}


@dataclass(frozen=True)
class Board:
    """Everything that the executive page and its report show."""

    facts: list[Fact]
    series: Found
    total: Found
    monthly: Found
    splits: dict[str, Found]
    movers: Found
    company: Company

    @property
    def look(self) -> Look:
        """How amounts are written and segments coloured."""
        return look_of(self.company)

    @property
    def bridge(self) -> dict[str, float]:
        """From starting_mrr over the movements to mrr, by metric."""
        return first_row(self.total)

    @property
    def gap(self) -> float:
        """Start plus movements less end: zero when the bridge ties."""
        moved = sum(movement.sign * self.bridge[movement.metric] for movement in _moved(self.bridge))
        return round(self.bridge["starting_mrr"] + moved - self.bridge["mrr"], 2)


def read(tower: Tower, filters: Filters) -> Board:
    """Ask once for all of it."""
    monthly = split(tower, filters, [*moves_of(tower.company)], grain="month")
    signed = monthly.frame.copy()
    signed[LOSSES] *= -1
    return Board(
        facts(tower, filters, KPIS),
        split(tower, filters, ["mrr", "mrr_target"], grain="month", whole=True),
        split(tower, filters, ["starting_mrr", *moves_of(tower.company), "mrr"]),
        monthly.having(signed),
        {dimension: split(tower, filters, ["mrr"], dimension) for dimension in DIMENSIONS},
        rows(tower, "top_movers", filters),
        tower.company,
    )


def pdf(board: Board, visit: Visit) -> bytes:
    """The report as PDF bytes: KPIs; MRR, bridge and movements; splits and top movers; definitions."""
    from matplotlib.backends.backend_pdf import PdfPages

    out = io.BytesIO()
    chosen = " · ".join(f"{key}: {value}" for key, value in visit.in_words.items())
    with PdfPages(out, metadata={"Title": "Board report", "Subject": chosen}) as pages:
        for number, draw in enumerate((_kpis, _mrr, _splits, _definitions), 1):
            figure = _sheet(visit.build, chosen, number)
            draw(figure, board)
            pages.savefig(figure)
    return out.getvalue()


def _sheet(tower: Tower, chosen: str, number: int) -> Any:
    """An empty page with the cover line and the selection on top."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.69, 8.27))
    title = f"{tower.company.name or 'GTM Control Tower'}: board report"
    figure.text(0.05, 0.945, title, fontsize=17, weight="bold", color="#1C2733")
    figure.text(0.95, 0.95, f"As of {tower.as_of:%-d %b %Y} · build {tower.publication}", ha="right", color="#5B6B7B")
    figure.text(0.05, 0.915, "\n".join(textwrap.wrap(chosen, 150)), va="top", fontsize=8.5, color="#5B6B7B")
    if tower.forced:
        said = f"These numbers have not passed all checks. They are shown because: {tower.forced}"
        figure.text(0.05, 0.03, textwrap.shorten(said, 140, placeholder=" …"), fontsize=8, color="#B42318")
    figure.text(0.95, 0.03, f"{number} / 4", ha="right", fontsize=8, color="#5B6B7B")
    return figure


def _kpis(figure: Any, board: Board) -> None:
    lines = [
        [
            fact.metric.label + (" *" if fact.ignored else ""),
            fact.text + (f" (n = {fact.cases:,.0f})" if fact.is_few else ""),
            *(changed.said if (changed := fact.changes[compare]) else "–" for compare in COMPARISONS),
            fact.of_target or "–",
        ]
        for fact in board.facts
    ]
    heads = ["KPI", "Value", *(f"Change on {label.lower()}" for label in COMPARISONS.values()), "Target"]
    grid = _table(figure.add_axes((0.05, 0.16, 0.9, 0.68)), heads, lines, [0.28, 0.16, 0.18, 0.18, 0.2])
    for row, fact in enumerate(board.facts, 1):
        for column, compare in enumerate(COMPARISONS, 2):
            grid[row, column].get_text().set_color(TINTS[fact.judged(fact.changes[compare])])
    if lacking := [f"{fact.metric.label} needs {listed(fact.lacks)}" for fact in board.facts if fact.lacks]:
        said = "\n".join(textwrap.wrap(f"Not loaded: {'; '.join(lacking)}.", 170))
        figure.text(0.05, 0.065, said, va="top", fontsize=8, color="#5B6B7B")
    if any(fact.ignored for fact in board.facts):
        figure.text(0.05, 0.1, "* Not recorded by an active filter, and shown without it.", fontsize=8, color="#5B6B7B")
    if any(fact.is_partial for fact in board.facts):
        figure.text(0.05, 0.075, "The last month is partial.", fontsize=8, color="#5B6B7B")


def _mrr(figure: Any, board: Board) -> None:
    series = board.series.frame
    currency = board.company.currency
    line = _axes(figure, (0.07, 0.5, 0.4, 0.32), "MRR against target", currency)
    months = _months(series)
    line.plot(months, series["mrr"], color=ACTUAL, marker="o", markersize=3, label="MRR")
    line.plot(months, series["mrr_target"], color=TARGET, linestyle="--", label="Target")
    line.set_xticks(range(0, len(months), max(1, len(months) // 6)))
    line.legend(frameon=False, fontsize=8)
    _bridge(_axes(figure, (0.55, 0.5, 0.4, 0.32), "MRR bridge", currency), board.bridge, currency)
    figure.text(0.55, 0.445, f"Ties to the cent: {currency.exact(abs(board.gap))} apart.", fontsize=8)
    _movements(_axes(figure, (0.07, 0.09, 0.88, 0.3), "MRR movements by month", currency), board.monthly.frame)


def _moved(metrics: Container[str]) -> list[Movement]:
    """The movements of which there is anything."""
    return [movement for movement in (*MOVEMENTS, FX) if movement.metric in metrics]


def _months(frame: pd.DataFrame) -> list[str]:
    return [f"{pd.Timestamp(month):%b %y}" for month in frame["period"]]


def _bridge(axes: Any, values: dict[str, float], currency: Currency) -> None:
    level, high = values["starting_mrr"], max(values["starting_mrr"], values["mrr"])
    _step(axes, "Start", 0, values["starting_mrr"], TOTAL, currency)
    for movement in _moved(values):
        signed = movement.sign * values[movement.metric]
        _step(axes, movement.label, level, signed, GOOD if signed >= 0 else BAD, currency)
        level += signed
    _step(axes, "End", 0, values["mrr"], TOTAL, currency)
    low = min(values["starting_mrr"], values["mrr"])
    axes.set_ylim(low * 0.8 if low > 0 else None, max(axes.get_ylim()[1], high) * 1.03)
    axes.tick_params(axis="x", labelsize=7)


def _step(axes: Any, label: str, bottom: float, size: float, colour: str, currency: Currency) -> None:
    """One bar of the bridge with its size on top."""
    axes.bar(label, size, bottom=bottom, color=colour)
    axes.annotate(money(size, currency), (label, max(bottom, bottom + size)), ha="center", va="bottom", fontsize=7.5)


def _movements(axes: Any, monthly: pd.DataFrame) -> None:
    up, down = [0.0] * len(monthly), [0.0] * len(monthly)
    for movement in _moved(monthly.columns):
        values = monthly[movement.metric].fillna(0).tolist()
        base = [a if value >= 0 else b for a, b, value in zip(up, down, values, strict=True)]
        axes.bar(_months(monthly), values, bottom=base, color=movement.colour, label=movement.label)
        up = [a + max(value, 0) for a, value in zip(up, values, strict=True)]
        down = [b + min(value, 0) for b, value in zip(down, values, strict=True)]
    axes.axhline(0, color="#5B6B7B", linewidth=0.6)
    axes.legend(frameon=False, fontsize=8, ncols=5, loc="upper center", bbox_to_anchor=(0.5, -0.1))


def _splits(figure: Any, board: Board) -> None:
    company, currency = board.company, board.company.currency
    for place, dimension in enumerate(DIMENSIONS):
        title = f"MRR by {company.noun(dimension)}"
        axes = _axes(figure, (0.11 + place * 0.31, 0.57, 0.18, 0.26), title, currency)
        part = board.splits[dimension].frame.dropna().sort_values("mrr")
        colours = [board.look.colour_of(dimension, value) or ACTUAL for value in part[dimension]]
        shown = axes.barh(range(len(part)), part["mrr"], color=colours)
        axes.grid(visible=False)
        total = max(part["mrr"].sum(), 1)
        axes.bar_label(shown, [f"{money(v, currency)} · {v / total:.0%}" for v in part["mrr"]], fontsize=7, padding=2)
        axes.set_yticks(range(len(part)), part[dimension], fontsize=7.5)
        axes.xaxis.set_visible(False)
        axes.set_xlim(0, float(part["mrr"].max() or 1) * 1.45)
    columns = ["account_name", "segment", "region", "won", "expansion", "contraction", "churn", "change"]
    lines = [
        [str(row[name]) if name in columns[:3] else money(float(row[name]), currency) for name in columns]
        for _, row in board.movers.frame.head(12).iterrows()
    ]
    heads = [company.label(name) for name in columns]
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


def _axes(figure: Any, place: tuple[float, float, float, float], title: str, currency: Currency) -> Any:
    axes = figure.add_axes(place)
    axes.set_title(title, loc="left", fontsize=10, weight="bold")
    axes.yaxis.set_major_formatter(lambda value, _: money(value, currency))
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
