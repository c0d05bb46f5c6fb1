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
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from rich.console import Console

from data_gen.generate import generate
from data_gen.plan import Plan
from data_gen.shapes import shape_of
from data_gen.shapes.shape import Shape
from data_gen.writer import TRUTH
from warehouse.connections import owner_connection
from warehouse.errors import TowerError, run_cli
from warehouse.settings import Settings, load_settings


@dataclass(frozen=True)
class News:
    """What a day brings: rows of a table whose column came to hold one of the values, or any if none is named."""

    what: str
    table: str
    column: str
    values: frozenset[str] = frozenset()

    def is_in(self, before: dict[str, str], after: dict[str, str]) -> bool:
        """Whether a row tells it."""
        value = after[self.column]
        return (value in self.values if self.values else value != "") and before.get(self.column, "") != value


def news_of(shape: Shape) -> list[News]:
    """What a day of this company may bring, in the order in which it is told."""
    won = frozenset(pipeline.won for pipeline in shape.pipelines)
    lost = frozenset(pipeline.lost for pipeline in shape.pipelines)
    return [
        News("new accounts", "crm/accounts", "account_id"),
        News("became customers", "crm/accounts", "status", frozenset({"customer"})),
        News("churned", "crm/accounts", "status", frozenset({"churned"})),
        News("new deals", "crm/deals", "deal_id"),
        News("won", "crm/deals", "stage", won),
        News("lost", "crm/deals", "stage", lost),
        News("new invoices", "billing/invoices", "invoice_id"),
        News("paid", "billing/invoices", "paid_at"),
        News("new tickets", "support/tickets", "ticket_id"),
        News("solved", "support/tickets", "resolved_at"),
        News("usage events", "product/events", "event_id"),
    ]


def write_difference(old: Path, new: Path, target: Path, news: list[News]) -> Counter[str]:
    """Write the rows that one folder's files hold and another's don't; returns the number of `rows` and of the news."""
    counts: Counter[str] = Counter()
    for path in sorted(new.glob("*/*.csv")):
        name = path.relative_to(new)
        if name.parts[0] == TRUTH:
            continue
        rows = list(_changes(old / name, path))
        if not rows:
            continue
        with path.open(encoding="utf-8") as file:
            header = file.readline()
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(header + "".join(after for _, after in rows), encoding="utf-8")
        counts["rows"] += len(rows)
        counts.update(_told(header, rows, [one for one in news if one.table == name.with_suffix("").as_posix()]))
    return counts


def _told(header: str, rows: list[tuple[str, str]], news: list[News]) -> Counter[str]:
    """How many of a table's changed rows tell each of the news."""
    counts: Counter[str] = Counter()
    columns, *afters = csv.reader([header, *(after for _, after in rows)])
    befores = csv.reader([before or "\n" for before, _ in rows])
    for before, after in zip(befores, afters, strict=True):
        was, now = dict(zip(columns, before, strict=False)), dict(zip(columns, after, strict=True))
        counts.update(one.what for one in news if one.is_in(was, now))
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
        drop = target / day.isoformat()
        shutil.rmtree(drop, ignore_errors=True)
        counts = write_difference(folder / "old", folder / "new", drop, news_of(plan.shape))
        drop.mkdir(parents=True, exist_ok=True)
        shutil.copy(folder / "new" / "company.yml", drop)
        return day, counts


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
    news = ", ".join(f"{counts[one.what]:,} {one.what}" for one in news_of(shape_of(settings.scenario)))
    Console(soft_wrap=True, highlight=False).print(
        f"{day}: {news}; {counts['rows']:,} new and changed rows in {options.out / day.isoformat()}"
    )
    command = [sys.executable, "-m", "loader", "--mode", "merge", "--data", str(options.out / day.isoformat())]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    run_cli(main)
