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
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from rich.console import Console

from data_gen.__main__ import generate
from data_gen.plan import Plan
from warehouse.connections import owner_connection
from warehouse.errors import TowerError, run_cli
from warehouse.settings import Settings, load_settings

# what a day brings: file, name, and the column that came to hold the value, or any if none is named
NEWS = [
    ("crm/accounts", "new accounts", "account_id", ""),
    ("crm/accounts", "became customers", "status", "customer"),
    ("crm/accounts", "churned", "status", "churned"),
    ("crm/deals", "new deals", "deal_id", ""),
    ("crm/deals", "won", "stage", "closed_won"),
    ("crm/deals", "lost", "stage", "closed_lost"),
    ("billing/invoices", "new invoices", "invoice_id", ""),
    ("billing/invoices", "paid", "paid_at", ""),
    ("support/tickets", "new tickets", "ticket_id", ""),
    ("support/tickets", "solved", "resolved_at", ""),
    ("product/events", "usage events", "event_id", ""),
]


def write_difference(old: Path, new: Path, target: Path) -> Counter[str]:
    """Write the rows that one folder's files hold and another's don't; returns the number of `rows` and of the news."""
    counts: Counter[str] = Counter()
    for path in sorted(new.glob("[!t]*/*.csv")):
        name = path.relative_to(new)
        rows = list(_changes(old / name, path))
        if not rows:
            continue
        with path.open(encoding="utf-8") as file:
            header = file.readline()
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(header + "".join(after for _, after in rows), encoding="utf-8")
        counts["rows"] += len(rows)
        columns, *afters = csv.reader([header, *(after for _, after in rows)])
        befores = csv.reader([before or "\n" for before, _ in rows])
        for before, after in zip(befores, afters, strict=True):
            was, now = dict(zip(columns, before, strict=False)), dict(zip(columns, after, strict=True))
            for table, what, column, value in NEWS:
                if table == name.with_suffix("").as_posix():
                    wanted = now[column] == value if value else now[column] != ""
                    counts[what] += wanted and was.get(column, "") != now[column]
    return counts


def _changes(old: Path, new: Path) -> Iterator[tuple[str, str]]:
    """The lines of a file that differ from its earlier state, each with the line it replaces, empty for a new row.

    Rows keep their order and the key is their first column. Raises ValueError when a row is gone.
    """
    with old.open(encoding="utf-8") as earlier, new.open(encoding="utf-8") as later:
        before = next(earlier, "")
        for line in later:
            if line == before:
                before = next(earlier, "")
            elif line.split(",", 1)[0] == before.split(",", 1)[0]:
                yield before, line
                before = next(earlier, "")
            else:
                yield "", line
    if before:
        raise ValueError(f"{old} has a row that {new} lacks: {before}")


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
            "select as_of_date from ops.load_runs where status = 'succeeded' and as_of_date is not null "
            "order by load_run_id desc limit 1"
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
    news = ", ".join(f"{counts[what]:,} {what}" for _, what, _, _ in NEWS)
    Console(soft_wrap=True, highlight=False).print(
        f"{day}: {news}; {counts['rows']:,} new and changed rows in {options.out / day.isoformat()}"
    )
    command = [sys.executable, "-m", "loader", "--mode", "merge", "--data", str(options.out / day.isoformat())]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    run_cli(main)
