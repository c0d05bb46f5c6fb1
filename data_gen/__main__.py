"""`python -m data_gen`: write the synthetic company as CSV files."""

from __future__ import annotations

import argparse
import time
from datetime import date
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from data_gen import billing_tables, company, crm_tables, marketing_tables, product_tables, support_tables
from data_gen.billing import Billing
from data_gen.plan import Plan, epoch
from data_gen.writer import Folder, dates, labels
from warehouse.errors import run_cli
from warehouse.settings import load_settings


def generate(plan: Plan, target: Path, console: Console | None = None) -> int:
    """Write the company into `target`, replacing what is there when all is done; returns the number of rows."""
    console = console or Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
    )
    with Folder(target) as folder, Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("accounts", total=int((plan.month_edges[:-1] < plan.cut).sum()) + 4)

        def step(text: str) -> None:
            progress.update(task, description=text, advance=1)

        people = company.build(plan)
        billing = Billing(people)
        billing.run()
        step("billing")
        billing_tables.write(billing, folder)
        step("sales")
        crm_tables.write(billing, folder)
        marketing_tables.write(people, folder)
        step("usage events")
        users = product_tables.write(billing, folder, lambda: step("usage events"))
        support_tables.write(billing, users, folder)
        _incidents(plan, folder)
        step("done")
    return folder.rows


def _incidents(plan: Plan, folder: Folder) -> None:
    rows = plan.incidents()
    n = np.arange(len(rows))
    names = ("name", "metric", "dimension", "value", "direction", "description")
    columns = {name: labels([getattr(row, name) for row in rows], n) for name in names}
    columns |= {"start_date": dates([epoch(r.start) for r in rows]), "end_date": dates([epoch(r.end) for r in rows])}
    folder.write("truth/incidents", {"incident": columns.pop("name"), **columns})


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
    parser.add_argument("--scenario", default=settings.scenario, help="default, or calm: no incidents (SCENARIO)")
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
