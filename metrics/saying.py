"""Your data in the terminal: a line for each source, and below it what there is to say of some."""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from metrics.sources import COUNTED, MOST, Source, State
from metrics.your_data import YourData

COLOURS = {State.RED: "red", State.AMBER: "yellow", State.GREEN: "green", State.GREY: "bright_black"}


def show_sources(data: YourData) -> None:
    """Print what each source is, what there is to say of it, and what those that are not loaded would open.

    A terminal gets the first names of a long list, a pipe all of them.
    """
    is_terminal = sys.stdout.isatty()
    out = Console(highlight=False, width=None if is_terminal else 200)
    said = " · ".join(f"{words}: {number}" for (_, words), number in data.states.items())
    out.print(f"your data, as of load {data.load}: {said}")
    out.print(_grid(data))
    for source in data.sources:
        for note in source.notes:
            out.print(f"{source.table}: {note}", markup=False, soft_wrap=True)
    for source in data.sources:
        if not source.rows:
            out.print(
                f"{source.table} is not loaded: {' '.join(source.resting(MOST if is_terminal else None))}",
                markup=False,
                soft_wrap=True,
            )
    out.print("the same, with everything that rests on each source: the page Your data of the dashboard")


def _grid(data: YourData) -> Grid:
    grid = Grid("state", "source", *COUNTED.values(), "days", "metrics", "pages", box=None, pad_edge=False)
    for column in grid.columns:
        column.justify = "left" if column.header in ("state", "source", "days") else "right"
    for source in data.sources:
        grid.add_row(Text(source.words, COLOURS[source.state]), source.table, *_figures(source))
    return grid


def _figures(source: Source) -> list[str]:
    days = f"{source.first} to {source.last}" if source.first else ""
    return [
        *("–" if number is None else f"{number:,}" for number in source.figures.values()),
        days,
        *(f"{len(names):,}" for names in (source.metrics, source.pages)),
    ]
