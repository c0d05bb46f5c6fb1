"""`python -m benchmarks [path|loader|pages]`: the whole path by size, the loader beside `psql \\copy`, the pages."""

from __future__ import annotations

import argparse
import statistics
import tempfile
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.table import Table

from benchmarks import pages
from benchmarks.measure import bench_environment, measure, python, settle
from company.contract import Table as ContractTable
from company.contract import read_contract
from warehouse.errors import TowerError, run_cli
from warehouse.server import binaries
from warehouse.settings import load_settings

out = Console(soft_wrap=True, highlight=False)


def path(sizes: list[int]) -> None:
    """Every stage after `make setup`, by number of accounts: rows, seconds, peak memory."""
    grid = Table("accounts", "stage", "rows", "seconds", "peak MB", "server MB", box=None)
    for column in grid.columns[2:]:
        column.justify = "right"
    for accounts in sizes:
        with tempfile.TemporaryDirectory() as name, bench_environment(Path(name), accounts) as environment:
            stages = {
                "generate": python("data_gen"),
                "prepare": python("warehouse", "up"),
                "load": python("loader"),
                "build and test": python("warehouse.dbt", "--quiet", "build"),
                "insights": python("insights", "--out", f"{name}/INSIGHTS.md"),
            }
            total = 0.0
            for stage, command in stages.items():
                out.print(f"{accounts:,} accounts: {stage} …")
                found = measure(command, environment)
                total += found.seconds
                rows = f"{_rows(Path(name) / 'data'):,}" if stage in ("generate", "load") else ""
                figures = (f"{found.seconds:.1f}", f"{found.memory:,.0f}", f"{found.server:,.0f}")
                grid.add_row(f"{accounts:,}", stage, rows, *figures)
            grid.add_row(f"{accounts:,}", "all", "", f"{total:.1f}", "", "", style="bold", end_section=True)
    out.print(grid)


def _rows(folder: Path) -> int:
    return sum(_lines(file) for file in folder.glob("[!t]*/*.csv"))


def _lines(file: Path) -> int:
    """Lines below the header."""
    with file.open("rb") as lines:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: lines.read(1 << 20), b"")) - 1


def loader(accounts: int, repeats: int = 3) -> None:
    """Check, COPY and audit beside bare `\\copy` of the same files into tables without a single rule.

    Then the same rows under other names: a mapping translates them, and one event in a hundred is unreadable.
    """
    tables = read_contract(load_settings().root / "dbt")
    with tempfile.TemporaryDirectory() as name, bench_environment(Path(name), accounts) as environment:
        measure(python("data_gen"), environment)
        measure(python("warehouse", "up"), environment)
        folder = Path(environment["DATA_DIR"])
        _race("every check", folder, tables, environment, repeats, ["loader"])
        other = Path(name) / "export"
        mapping = _foreign(folder, other)
        mapped = [table for table in tables if table.key in FOREIGN]
        command = ["loader", "--data", str(other), "--mapping", str(mapping), "--max-rejects", "2"]
        _race("a mapping and 1 % bad rows", folder, mapped, environment, repeats, command)


FOREIGN = ("crm.accounts", "product.users", "product.events")


def _foreign(folder: Path, target: Path) -> Path:
    """The files of FOREIGN as another system would export them, its own headers and bad rows included; the mapping."""
    target.mkdir()
    files: dict[str, Any] = {}
    tables: dict[str, Any] = {}
    for key in FOREIGN:
        name = key.partition(".")[2]
        with (folder / f"{key.replace('.', '/')}.csv").open() as source, (target / f"{name}.csv").open("w") as written:
            columns = source.readline().strip().split(",")
            written.write(",".join(f"Their {column}" for column in columns) + "\n")
            for number, line in enumerate(source):
                bad = key == "product.events" and number % 100 == 50
                written.write(f"{line.rstrip().rpartition(',')[0]},the day before\n" if bad else line)
        times = [column for column in columns if column.endswith("_at")]
        files[name] = {"match": f"{name}*", "types": {f"their_{column}": "time" for column in times}}
        tables[key] = {"from": name, "columns": {column: f"their_{column}" for column in columns}}
    mapping = target / "theirs.yml"
    mapping.write_text(yaml.safe_dump({"title": "Another system", "files": files, "tables": tables}))
    return mapping


def _race(
    what: str, folder: Path, tables: list[ContractTable], environment: dict[str, str], repeats: int, command: list[str]
) -> None:
    """Time a load side by side with bare \\copy of the clean files."""
    script = ["create schema bare;"]
    for table in tables:
        columns = ", ".join(f'"{column.name}" {column.data_type}' for column in table.columns)
        script.append(f"create table bare.{table.relation} ({columns});")
    bare = ["\\set ON_ERROR_STOP on", "drop schema if exists bare cascade;", *script]
    bare += [f"\\copy bare.{t.relation} from '{folder / t.file}' with (format csv, header true)" for t in tables]
    psql = [str(binaries.psql()), environment["DATABASE_URL"], "-q"]
    ours, theirs = [], []
    for _ in range(repeats):
        settle()
        theirs.append(measure(psql, environment, "\n".join(bare) + "\n").seconds)
        settle()
        ours.append(measure(python(*command), environment))
    ratio = statistics.median(b / a.seconds for a, b in zip(ours, theirs, strict=True))
    out.print(
        f"{sum(_lines(folder / table.file) for table in tables):,} rows with {what}: "
        f"{statistics.median(run.seconds for run in ours):.2f} s, peak {max(run.memory for run in ours):,.0f} MB; "
        f"psql \\copy {statistics.median(theirs):.2f} s; {ratio:.2f} × the speed of bare \\copy "
        f"(median of {repeats}, side by side)"
    )


def main() -> None:
    """Parse the command line and run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", nargs="?", choices=["path", "loader", "pages", "all"], default="all")
    parser.add_argument("--accounts", type=int, nargs="*", help="sizes (default 500 5000 50000; loader: 5000 20000)")
    options = parser.parse_args()
    if options.accounts and min(options.accounts) < 20:
        raise TowerError("--accounts must be at least 20")
    if options.what in ("pages", "all"):
        pages.run(out)
    if options.what in ("loader", "all"):
        for accounts in options.accounts or [5000, 20_000]:
            loader(accounts)
    if options.what in ("path", "all"):
        path(options.accounts or [500, 5000, 50_000])


if __name__ == "__main__":
    run_cli(main)
