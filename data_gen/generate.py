"""Makes a company: every domain in turn, into one folder of files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from company.contract import read_contract
from data_gen import population
from data_gen.billing import tables as billing_tables
from data_gen.billing.simulation import simulate
from data_gen.clock import epoch
from data_gen.crm import tables as crm_tables
from data_gen.marketing import tables as marketing_tables
from data_gen.plan import Plan
from data_gen.product import tables as product_tables
from data_gen.profile import company_yml
from data_gen.support import tables as support_tables
from data_gen.writer import Folder, Format, dates, labels, whole
from warehouse.settings import ROOT


def generate(plan: Plan, target: Path, console: Console | None = None, form: Format | None = None) -> int:
    """Write the company into `target`, replacing what is there when all is done; returns the number of rows.

    The files have the raw contract's columns, or those of another form.
    """
    console = console or Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
    )
    form = form or contract_form(plan)
    with Folder(target, form) as folder, Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("accounts", total=int((plan.month_edges[:-1] < plan.cut).sum()) + 4)

        def step(text: str) -> None:
            progress.update(task, description=text, advance=1)

        people = population.build(plan)
        billing = simulate(people)
        step("subscriptions")
        billing_tables.write(billing, folder)
        step("sales")
        crm_tables.write(billing, folder)
        marketing_tables.write(people, folder)
        step("usage events")
        users = product_tables.write(billing, folder, lambda: step("usage events"))
        support_tables.write(billing, users, folder)
        _write_incidents(plan, folder)
        _write_surges(plan, folder)
        folder.write_text("company.yml", company_yml(plan.shape))
        step("done")
    return folder.rows


def contract_form(plan: Plan) -> Format:
    """The columns that the raw contract has, and the company's time zone."""
    tables = read_contract(ROOT / "dbt")
    columns = {table.file.removesuffix(".csv"): frozenset(column.name for column in table.columns) for table in tables}
    return Format(columns, plan.shape.calendar.timezone)


def _write_incidents(plan: Plan, folder: Folder) -> None:
    rows = plan.incidents
    n = np.arange(len(rows))
    folder.write(
        "truth/incidents",
        {
            "incident": labels([row.kind for row in rows], n),
            "metric": labels([row.scope.metric for row in rows], n),
            "dimension": labels([row.scope.dimension for row in rows], n),
            "value": labels([row.scope.value for row in rows], n),
            "direction": labels([row.scope.direction for row in rows], n),
            "description": labels([row.description for row in rows], n),
            "start_date": dates([epoch(row.start) for row in rows]),
            "end_date": dates([epoch(row.end) for row in rows]),
        },
    )


def _write_surges(plan: Plan, folder: Folder) -> None:
    rows = plan.surges
    n = np.arange(len(rows))
    folder.write(
        "truth/small_incidents",
        {
            "incident": labels(["drift" if row.is_drift else "surge" for row in rows], n),
            "metric": labels([row.scope.metric for row in rows], n),
            "dimension": labels([row.scope.dimension for row in rows], n),
            "value": labels([row.scope.value for row in rows], n),
            "direction": labels([row.scope.direction for row in rows], n),
            "percent": whole([row.percent for row in rows]),
            "description": labels([row.description for row in rows], n),
            "start_date": dates([epoch(row.start) for row in rows]),
            "end_date": dates([epoch(row.end) for row in rows]),
        },
    )
