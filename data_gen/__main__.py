"""`python -m data_gen`: write the synthetic company as CSV files."""

from __future__ import annotations

import argparse
import time
from datetime import date
from pathlib import Path

from rich.console import Console

from data_gen.generate import generate
from data_gen.plan import Plan
from warehouse.errors import run_cli
from warehouse.settings import load_settings


def main() -> None:
    """Parse the command line and write the files."""
    settings = load_settings()
    parser = argparse.ArgumentParser(prog="python -m data_gen", description=__doc__)
    parser.add_argument("--accounts", type=int, default=settings.num_accounts, help="number of accounts (NUM_ACCOUNTS)")
    parser.add_argument("--seed", type=int, default=settings.seed, help="same seed, same files (SEED)")
    parser.add_argument(
        "--start", type=date.fromisoformat, default=settings.start_date, help="first day (DATA_START_DATE)"
    )
    parser.add_argument("--end", type=date.fromisoformat, default=settings.end_date, help="last day (DATA_END_DATE)")
    parser.add_argument("--scenario", default=settings.scenario, help="default, calm or nordic (SCENARIO)")
    parser.add_argument("--out", type=Path, default=settings.data_dir, help="folder to write (DATA_DIR)")
    options = parser.parse_args()
    began = time.monotonic()
    plan = Plan(options.accounts, options.seed, options.start, options.end, options.scenario)
    rows = generate(plan, options.out)
    Console(soft_wrap=True, highlight=False).print(
        f"wrote {rows:,} rows of {plan.accounts:,} accounts ({plan.start} to {plan.end}, seed {plan.seed}) "
        f"to {options.out} in {time.monotonic() - began:.1f} s"
    )


if __name__ == "__main__":
    run_cli(main)
