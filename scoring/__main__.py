"""`python -m scoring [topics …]`: score what is loaded, by all scorers or those named; a build does it by itself."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from rich.console import Console
from rich.progress import track
from rich.table import Table

from scoring.companies import SEEDS, Evidence, judged, observed
from scoring.run import SCORERS, chosen, run
from scoring.shape import Figure
from warehouse.errors import TowerError, run_cli
from warehouse.settings import load_settings


def main() -> int:
    """Score, or judge on what ships with the project. Returns 1 when a figure misses its bound."""
    parser = argparse.ArgumentParser(
        prog="python -m scoring",
        description=__doc__,
        epilog="scorers: " + "; ".join(f"{scorer.name} ({scorer.says})" for scorer in SCORERS.values()),
    )
    parser.add_argument("scorers", nargs="*", metavar="scorer", help="all of them without a name")
    parser.add_argument("--dry-run", action="store_true", help="score and judge, but write nothing")
    parser.add_argument("--self-test", action="store_true", help="judge on what ships with the project; no warehouse")
    parser.add_argument("--companies", type=int, default=len(SEEDS), help="how many synthetic ones to judge on, too")
    given = parser.parse_args()
    scorers = chosen(given.scorers)
    if given.self_test:
        figures = {scorer.name: scorer.self_test() for scorer in scorers}
        if seeds := SEEDS[: given.companies]:
            for name, found in judged(given.scorers, _observed(given.scorers, seeds)).items():
                figures[name] += found
        _show(figures)
        missed = [figure.name for found in figures.values() for figure in found if not figure.is_kept]
        if missed:
            raise TowerError(f"out of bounds: {', '.join(missed)}")
        return 0
    print("\n".join(run(load_settings(), scorers, given.dry_run)))
    return 0


def _observed(names: list[str], seeds: Sequence[int]) -> list[Evidence]:
    """What is seen of each company, with a line of progress."""
    console = Console(stderr=True)
    return list(track(observed(names, seeds), "judging on synthetic companies", len(seeds), console=console))


def _show(figures: dict[str, list[Figure]]) -> None:
    table = Table("scorer", "figure", "value", "baseline", "bound", "cases", "judged on", "")
    for scorer, found in figures.items():
        for one in found:
            sign = "≥" if one.is_higher_better else "≤"
            values = ["–" if value is None else f"{value:.3f}" for value in (one.value, one.baseline)]
            bound = "–" if one.bound is None else f"{sign} {one.bound:.3f}"
            kept = "" if one.bound is None else "kept" if one.is_kept else "missed"
            table.add_row(scorer, one.name, *values, bound, f"{one.cases:,}", one.judged_on, kept)
    Console(width=None if Console().is_terminal else 150).print(table)


if __name__ == "__main__":
    run_cli(main)
