"""`python -m data_gen.next_day`: the day after the last loaded one in the synthetic company's life, as a drop, merged.

The company's life is drawn up to a horizon and its files are cut at a day: the drop is what a cut one day later adds
and changes. Nothing is deleted.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
from rich.console import Console

from data_gen.__main__ import generate
from data_gen.plan import Plan
from warehouse.connections import owner_connection
from warehouse.errors import TowerError, run_cli
from warehouse.settings import Settings, load_settings

# what a day brings: file, name, and when a row of the drop (b) counts, beside the row it replaces (a)
NEWS = [
    ("crm/accounts", "new accounts", "a.account_id is null"),
    ("crm/accounts", "became customers", "b.status = 'customer' and a.status is distinct from 'customer'"),
    ("crm/accounts", "churned", "b.status = 'churned' and a.status is distinct from 'churned'"),
    ("crm/deals", "new deals", "a.deal_id is null"),
    ("crm/deals", "won", "b.stage = 'closed_won' and a.stage is distinct from 'closed_won'"),
    ("crm/deals", "lost", "b.stage = 'closed_lost' and a.stage is distinct from 'closed_lost'"),
    ("billing/invoices", "new invoices", "a.invoice_id is null"),
    ("billing/invoices", "paid", "b.paid_at is not null and a.paid_at is null"),
    ("support/tickets", "new tickets", "a.ticket_id is null"),
    ("support/tickets", "solved", "b.resolved_at is not null and a.resolved_at is null"),
    ("product/events", "usage events", "a.event_id is null"),
]


def write_difference(old: Path, new: Path, target: Path) -> Counter[str]:
    """Write the rows of one folder's files that another's lack; the first column of each file is its key.

    Returns the number of `rows`, and of each of the news.
    """
    counts: Counter[str] = Counter()
    with duckdb.connect() as db:
        db.execute("set memory_limit = '1GB'")
        for path in sorted(new.glob("[!t]*/*.csv")):
            name = path.relative_to(new)
            file = target / name
            file.parent.mkdir(parents=True, exist_ok=True)
            reads = "read_csv(?, all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"')"
            db.execute(f"create or replace temp table a as from {reads}", [str(old / name)])
            db.execute(f"create or replace temp table b as from {reads}", [str(path)])
            key = db.execute("describe b").fetchall()[0][0]
            fresh = f'from b where hash(b) not in (select hash(a) from a) order by "{key}"'
            db.execute(f"create or replace temp table c as {fresh}")
            rows = db.execute("select count(*) from c").fetchall()[0][0]
            if rows:
                db.execute(f"copy c to '{file.as_posix()}' (header, delimiter ',', quote '\"', escape '\"')")
            counts["rows"] += rows
            for table, what, condition in NEWS:
                if table == name.with_suffix("").as_posix():
                    query = f'select count(*) from c as b left join a on a."{key}" = b."{key}" where {condition}'
                    counts[what] = db.execute(query).fetchall()[0][0]
    return counts


def next_day(settings: Settings, target: Path, console: Console | None = None) -> tuple[date, Counter[str]]:
    """Write the drop of the day after the last loaded one into `target`/<day>. Raises TowerError for other data."""
    if settings.as_of_date:
        raise TowerError("AS_OF_DATE is set, so every day would look like that one; remove it from .env")
    plan = Plan(settings.num_accounts, settings.seed, settings.start_date, settings.end_date, settings.scenario)
    today, accounts = _loaded(settings)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if plan.end <= today <= plan.horizon:
            generate(replace(plan, until=today), folder / "old", console)
        if not accounts or accounts != _accounts(folder / "old"):
            raise TowerError(
                "the warehouse does not hold the synthetic company of .env; `make gen-data load-data` puts it there"
            )
        day = today + timedelta(days=1)
        generate(replace(plan, until=day), folder / "new", console)
        shutil.rmtree(target / day.isoformat(), ignore_errors=True)
        return day, write_difference(folder / "old", folder / "new", target / day.isoformat())


def _accounts(folder: Path) -> set[tuple[str, str, str]]:
    """What tells one company from another: keys, names and beginnings of its accounts."""
    path = folder / "crm/accounts.csv"
    if not path.exists():
        return set()
    with path.open(newline="", encoding="utf-8") as file:
        return {(row["account_id"], row["account_name"], row["created_at"]) for row in csv.DictReader(file)}


def _loaded(settings: Settings) -> tuple[date, set[tuple[str, str, str]]]:
    """The last loaded day, and the accounts in the warehouse."""
    with owner_connection(settings) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select as_of_date from ops.load_runs where status = 'succeeded' order by load_run_id desc limit 1"
        )
        last = cursor.fetchone()
        if not last:
            raise TowerError("nothing is loaded yet; run `make gen-data load-data`")
        cursor.execute(
            "select account_id, account_name, to_char(created_at, 'YYYY-MM-DD HH24:MI:SS') from raw.crm_accounts"
        )
        return last[0], set(cursor.fetchall())


def main() -> int:
    """Write the drop, say what the day brings, and load it."""
    settings = load_settings()
    parser = argparse.ArgumentParser(prog="python -m data_gen.next_day", description=__doc__)
    beside = settings.data_dir.parent / f"{settings.data_dir.name}-days"
    parser.add_argument("--out", type=Path, default=beside, help="folder for the drops, one a day (beside DATA_DIR)")
    options = parser.parse_args()
    day, counts = next_day(settings, options.out)
    news = ", ".join(f"{counts[what]:,} {what}" for _, what, _ in NEWS)
    Console(soft_wrap=True, highlight=False).print(
        f"{day}: {news}; {counts['rows']:,} new and changed rows in {options.out / day.isoformat()}"
    )
    command = [sys.executable, "-m", "loader", "--mode", "merge", "--data", str(options.out / day.isoformat())]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    run_cli(main)
