"""`python -m metrics list` and `python -m metrics query mrr --by segment --grain month`."""

from __future__ import annotations

import argparse
from datetime import date

from rich.console import Console
from rich.table import Table

from metrics import catalogue, query
from warehouse.errors import run_cli


def main() -> None:
    """Parse the command line and print a table."""
    parser = argparse.ArgumentParser(prog="python -m metrics", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="every metric with its definition")
    ask = commands.add_parser("query", help="ask for metrics")
    ask.add_argument("metrics", nargs="+")
    ask.add_argument("--by", nargs="*", default=[], help="dimensions to group by")
    ask.add_argument("--grain", help="day, week, month, quarter or year")
    ask.add_argument("--start", type=date.fromisoformat)
    ask.add_argument("--end", type=date.fromisoformat)
    options = parser.parse_args()
    console = Console()
    if options.command == "list":
        grid = Table("metric", "label", "definition", "dimensions")
        for metric in sorted(catalogue().values(), key=lambda m: m.name):
            grid.add_row(metric.name, metric.label, metric.description, ", ".join(metric.dimensions))
        console.print(grid)
        return
    console.print(
        query(options.metrics, options.by, None, options.start, options.end, options.grain).to_string(index=False),
        markup=False,
    )


if __name__ == "__main__":
    run_cli(main)
