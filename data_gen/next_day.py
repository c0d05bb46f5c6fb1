"""`python -m data_gen.next_day`: the synthetic company one day later, as a drop of what differs, and merge it.

The generator draws a company for a whole window: when its end moves by a day, history is drawn anew. The drop is
therefore the difference between the two companies: new and changed rows, and keys that are gone (<table>.deleted.csv).
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import duckdb
from rich.console import Console

from data_gen.__main__ import generate
from data_gen.plan import Plan
from warehouse.connections import owner_connection
from warehouse.errors import TowerError, run_cli
from warehouse.settings import Settings, load_settings


@dataclass
class Drop:
    """How many rows a drop holds."""

    rows: int = 0
    deleted: int = 0


def write_difference(old: Path, new: Path, target: Path) -> Drop:
    """Write what turns the files of one folder into those of another; the first column of each file is its key."""
    drop = Drop()
    with duckdb.connect() as db:
        db.execute("set memory_limit = '1GB'")
        for path in sorted(new.glob("[!t]*/*.csv")):
            before, file = old / path.relative_to(new), target / path.relative_to(new)
            file.parent.mkdir(parents=True, exist_ok=True)
            reads = "read_csv(?, all_varchar = true, header = true, delim = ',', quote = '\"', escape = '\"')"
            db.execute(f"create or replace temp table a as from {reads}", [str(before)])
            db.execute(f"create or replace temp table b as from {reads}", [str(path)])
            key = db.execute("describe b").fetchall()[0][0]
            changed = f'from b where hash(b) not in (select hash(a) from a) order by "{key}"'
            for query, name in (
                (changed, file),
                (
                    f'select "{key}" from a where "{key}" not in (select "{key}" from b)',
                    file.with_suffix(".deleted.csv"),
                ),
            ):
                db.execute(f"create or replace temp table c as {query}")
                rows = db.execute("select count(*) from c").fetchall()[0][0]
                if rows:
                    db.execute(f"copy c to '{name.as_posix()}' (header, delimiter ',', quote '\"', escape '\"')")
                drop.deleted += rows if name.name.endswith(".deleted.csv") else 0
                drop.rows += 0 if name.name.endswith(".deleted.csv") else rows
    return drop


def next_day(settings: Settings, target: Path) -> tuple[date, Drop]:
    """Write the drop of the day after the last loaded one into `target`/<day>. Raises TowerError for other data."""
    if settings.as_of_date:
        raise TowerError("AS_OF_DATE is set, so every day would look like that one; remove it from .env")
    first = Plan(settings.num_accounts, settings.seed, settings.start_date, settings.end_date, settings.scenario)
    loaded, last = _loaded(settings)
    today = max(last, settings.end_date)
    with tempfile.TemporaryDirectory() as name:
        folder, quiet = Path(name), Console(quiet=True)
        generate(first, folder / "first", quiet)
        accounts = hashlib.sha256((folder / "first/crm/accounts.csv").read_bytes()).hexdigest()
        if loaded != accounts:
            raise TowerError(
                "the warehouse does not hold the synthetic company of .env; `make gen-data load-data` puts it there"
            )
        generate(replace(first, end=today), folder / "old", quiet)
        generate(replace(first, end=today + timedelta(days=1)), folder / "new", quiet)
        day = today + timedelta(days=1)
        shutil.rmtree(target / day.isoformat(), ignore_errors=True)
        return day, write_difference(folder / "old", folder / "new", target / day.isoformat())


def _loaded(settings: Settings) -> tuple[str, date]:
    """The hash of the accounts that were loaded as a whole, and the last loaded day."""
    with owner_connection(settings) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select file_hashes ->> 'crm/accounts.csv' from ops.load_runs "
            "where status = 'succeeded' and mode = 'replace' order by load_run_id desc limit 1"
        )
        row = cursor.fetchone()
        cursor.execute(
            "select as_of_date from ops.load_runs where status = 'succeeded' order by load_run_id desc limit 1"
        )
        last = cursor.fetchone()
    if not row or not last:
        raise TowerError("nothing is loaded yet; run `make gen-data load-data`")
    return str(row[0]), last[0]


def main() -> int:
    """Write the drop and load it."""
    settings = load_settings()
    parser = argparse.ArgumentParser(prog="python -m data_gen.next_day", description=__doc__)
    beside = settings.data_dir.parent / f"{settings.data_dir.name}-days"
    parser.add_argument("--out", type=Path, default=beside, help="folder for the drops, one a day (beside DATA_DIR)")
    options = parser.parse_args()
    day, drop = next_day(settings, options.out)
    Console(soft_wrap=True, highlight=False).print(
        f"{day}: {drop.rows:,} new and changed rows and {drop.deleted:,} deletions in {options.out / day.isoformat()}"
    )
    command = [sys.executable, "-m", "loader", "--mode", "merge", "--data", str(options.out / day.isoformat())]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    run_cli(main)
