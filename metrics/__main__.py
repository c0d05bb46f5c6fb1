"""`python -m metrics list` and `python -m metrics query mrr --by segment --grain month`."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from metrics.catalogue import catalogue
from metrics.saying import show_sources
from metrics.your_data import your_data
from warehouse.errors import run_cli
from warehouse.reading import CANDIDATE, EVERYTHING, Reader
from warehouse.settings import load_settings


def main() -> int:
    """Parse the command line and print a table."""
    parser = argparse.ArgumentParser(prog="python -m metrics", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    known = commands.add_parser("list", help="every metric with its definition")
    known.add_argument("words", nargs="*", help="only those with these words in name, label or definition")
    ask = commands.add_parser("query", help="ask for metrics")
    ask.add_argument("metrics", nargs="+")
    ask.add_argument("--by", nargs="*", default=[], help="dimensions to group by")
    ask.add_argument("--grain", help="day, week, month, quarter, year, fiscal_quarter or fiscal_year")
    ask.add_argument("--start", type=date.fromisoformat)
    ask.add_argument("--end", type=date.fromisoformat)
    check = commands.add_parser("expected", help="compare the totals that you know with the marts")
    check.add_argument("--data", type=Path, help="folder with expected.yml (DATA_DIR)")
    check.add_argument("--candidate", action="store_true", help="compare with what waits to be shown")
    commands.add_parser("restated", help="keep the values of what is shown, and say which closed months moved")
    commands.add_parser("your-data", help="what was read, source by source, and what rests on it")
    options = parser.parse_args()
    console = Console()
    if options.command == "your-data":
        show_sources(your_data())
        return 0
    if options.command == "restated":
        from metrics.restated.moved import restate  # behind it stands the engine

        if found := restate():
            values = len({(one.metric, one.month) for one in found})
            print(f"restated: {values:,} values of closed months; Data health lists them")
        return 0
    if options.command == "expected":
        reader = Reader(publication=CANDIDATE) if options.candidate else EVERYTHING
        return compare(console, (options.data or load_settings().data_dir) / "expected.yml", reader)
    if options.command == "list":
        return show_list(console, options.words)
    from metrics.engine import query  # behind it stands MetricFlow, which takes seconds to import

    console.print(
        query(options.metrics, options.by, None, options.start, options.end, options.grain).to_string(index=False),
        markup=False,
    )
    return 0


def show_list(console: Console, words: list[str]) -> int:
    """Print the metrics that have all the words: a table on a terminal, otherwise a line each. Returns 1 for none."""
    rows = [
        (metric.name, metric.label, metric.description, ", ".join(metric.dimensions))
        for metric in sorted(catalogue().values(), key=lambda metric: metric.name)
    ]
    found = [row for row in rows if all(word.lower() in "\n".join(row[:3]).lower() for word in words)]
    if console.is_terminal:
        grid = Table("metric", "label", "definition", "dimensions")
        grid.columns[0].no_wrap = True
        grid.columns[3].overflow = "fold"
        for row in found:
            grid.add_row(*map(escape, row))
        from metrics.engine import grains

        console.print(grid, f"by {', '.join(grains())}", sep="\n")
    else:
        widths = [max((len(row[column]) for row in found), default=0) for column in range(3)]
        for row in found:
            print("  ".join([*map(str.ljust, row[:3], widths), row[3]]).rstrip())
    if not found:
        console.print(f"no metric has {' and '.join(words)} in its name, label or definition", markup=False)
    return 0 if found else 1


def compare(console: Console, path: Path, reader: Reader) -> int:
    """Check expected.yml, keep and print the results. Returns 1 when a total is off."""
    if not path.is_file():
        console.print(f"no {path}: nothing to compare", markup=False, soft_wrap=True)
        return 0
    from metrics.expected import keep_results, read_expected, run_checks

    results = run_checks(read_expected(path), reader)
    keep_results(path, results, reader)
    grid = Table("", "metric", "month", "filters", "expected", "found", "tolerance", box=None, pad_edge=False)
    console.width = max(console.width, 140)
    for result in results:
        check, found = result.check, "-" if result.found is None else f"{result.found:,.2f}"
        filters = ", ".join(f"{key} {' or '.join(values)}" for key, values in check.filters.items())
        month = f"{check.month:%Y-%m}" if check.month else ""
        grid.add_row(
            result.status, check.metric, month, filters, f"{check.value:,.2f}", found, f"{check.tolerance:,.2f}"
        )
    console.print(grid)
    off = sum(result.status != "as expected" for result in results)
    console.print(f"{len(results) - off} of {len(results)} totals are as expected")
    return 1 if off else 0


if __name__ == "__main__":
    run_cli(main)
