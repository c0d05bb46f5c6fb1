"""`python -m loader`: check a folder of files and load it, all or nothing; `rejects` gives the bad rows back."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import duckdb
from rich.console import Console

from company.contract import read_contract
from company.profile import Profile
from company.reading import read_profile
from loader.files.facts import BROKEN
from loader.load import analyze, first_line, keep_others_out, run_load
from loader.loaded import Options
from loader.mapping.coverage import cover, filled_by, mapping_check
from loader.mapping.reader import names, read_mapping
from loader.mapping.source import MappedSource
from loader.saying import console
from loader.write.company import find_company
from loader.write.rejected import export_rejects
from loader.write.undo import undo
from warehouse.arguments import day, one_of, percentage, whole
from warehouse.connections import owner_connection
from warehouse.errors import TowerError, run_cli
from warehouse.settings import load_settings


def main() -> int:
    """Run the command that is named, or load."""
    commands = {"rejects": rejects, "mapping-check": check_mapping, "doctor": see_doctor, "undo": undo_load}
    if command := commands.get("".join(sys.argv[1:2])):
        try:
            return command(sys.argv[2:])
        except (*BROKEN, duckdb.Error) as error:
            raise TowerError(first_line(error)) from error
    options = parse()
    if not options.folder.is_dir():
        raise TowerError(
            f"no folder {options.folder}; run `make gen-data`, or name yours: `make load-data DATA=folder`"
        )
    run_load(options)
    return 0


def parse() -> Options:
    """The options of the command line; defaults come from the settings."""
    settings = load_settings()
    parser = argparse.ArgumentParser(
        prog="python -m loader",
        description=__doc__,
        epilog="`python -m loader rejects --help` for rejected rows, `python -m loader undo` takes the last load back",
    )
    parser.add_argument("--data", type=Path, default=settings.data_dir, help="folder with the files (DATA_DIR)")
    parser.add_argument(
        "--mode",
        type=one_of("MODE", "replace", "append", "merge"),
        default="replace",
        metavar="replace|append|merge",
        help="replace everything; append new rows; or merge: put rows in or replace them by their key",
    )
    parser.add_argument(
        "--mapping", default="", help=f"how to read another system's files: {', '.join(names())}, a YAML file, or a,b"
    )
    parser.add_argument("--strict", action="store_true", help="refuse the load for any bad row, and any other format")
    parser.add_argument(
        "--max-rejects",
        type=percentage("MAX_REJECTS"),
        default=0.01,
        metavar="PERCENT",
        help="of a table's rows that may be bad (1)",
    )
    parser.add_argument(
        "--dates",
        type=one_of("DATES", "dmy", "mdy"),
        metavar="dmy|mdy",
        help="how to read dates such as 03/04/2026 that tell nothing",
    )
    parser.add_argument(
        "--numbers",
        type=one_of("NUMBERS", "comma", "point"),
        metavar="comma|point",
        help="what stands before decimals where 1.200 tells nothing",
    )
    parser.add_argument(
        "--as-of", type=day("AS_OF_DATE"), default=settings.as_of_date, help='"today" of every metric (AS_OF_DATE)'
    )
    parser.add_argument("--from", dest="start", type=day("FROM"), help="first day of the window, if not found")
    parser.add_argument("--check-only", action="store_true", help="check the files and stop")
    given = parser.parse_args()
    day_first = {"dmy": True, "mdy": False, None: None}[given.dates]
    comma = {"comma": True, "point": False, None: None}[given.numbers]
    tables = read_contract(settings.root / "dbt")
    mappings = tuple(read_mapping(name, tables) for name in given.mapping.split(",") if name)
    company = find_company(given.data, settings.company_file, settings.root)
    return Options(
        given.data,
        given.mode,
        given.strict,
        given.max_rejects,
        given.as_of,
        day_first,
        comma,
        given.check_only,
        mappings,
        given.start,
        read_profile(company) if company else None,
        company,
        settings.gross_margin,
    )


def check_mapping(arguments: list[str]) -> int:
    """Say which columns of the contract a mapping fills in a folder, guesses or leaves empty; loads nothing."""
    parser = argparse.ArgumentParser(prog="python -m loader mapping-check", description=check_mapping.__doc__)
    parser.add_argument("--data", type=Path, help="folder with the files")
    parser.add_argument("--mapping", help=f"{', '.join(names())}, a YAML file, or several: a,b")
    given = parser.parse_args(arguments)
    if not (given.data and given.mapping):
        raise TowerError(f"make mapping-check DATA=folder MAPPING=name; ready mappings: {', '.join(names())}")
    dbt = load_settings().root / "dbt"
    tables = read_contract(dbt)
    if not given.data.is_dir():
        raise TowerError(f"no folder {given.data}")
    mappings = [read_mapping(name, tables) for name in given.mapping.split(",") if name]
    with tempfile.TemporaryDirectory(prefix="load") as scratch:
        out = console()
        return mapping_check(out, given.data, tables, mappings, Path(scratch), _readiness(out, dbt))


def see_doctor(arguments: list[str]) -> int:
    """Look at a folder of unknown files: what they are, a draft mapping, and what the dashboard could show."""
    from loader.mapping.doctor import Doctor  # only this command needs it

    parser = argparse.ArgumentParser(prog="python -m loader doctor", description=see_doctor.__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="folder with the files")
    parser.add_argument("--out", type=Path, default=Path("draft.yml"), help="where the draft goes (draft.yml)")
    given = parser.parse_args(arguments)
    if not given.folder:
        raise TowerError("name the folder: make doctor DATA=folder")
    if not given.folder.is_dir():
        raise TowerError(f"no folder {given.folder}")
    settings = load_settings()
    dbt = settings.root / "dbt"
    tables, out = read_contract(dbt), console()
    company = find_company(given.folder, settings.company_file, settings.root)
    profile = read_profile(company) if company else Profile()
    with tempfile.TemporaryDirectory(prefix="load") as name:
        mappings, filled = Doctor(out, given.folder, tables, Path(name), given.out, profile).look()
    trouble: list[str] = []
    if mappings:
        with tempfile.TemporaryDirectory(prefix="load") as name:
            found, trouble = cover(MappedSource(given.folder, tables, Path(name), mappings), tables)
        filled = filled_by(found, mappings)
    if not filled:
        return 1
    out.print()
    _readiness(out, dbt)(filled)
    for line in trouble:
        out.print(f"trouble: {line}", markup=False)
    return 0


def _readiness(out: Console, dbt: Path) -> Callable[[set[str]], None]:
    """Prints what the dashboard can show with the tables that have rows."""

    def show(filled: set[str]) -> None:
        from metrics.readiness import print_readiness  # what stands above is known to these commands alone

        print_readiness(out, dbt, filled)

    return show


def rejects(arguments: list[str]) -> int:
    """Write the rejected rows of a load as files that can be mended and merged."""
    parser = argparse.ArgumentParser(prog="python -m loader rejects", description=rejects.__doc__)
    parser.add_argument("--run", type=whole("RUN"), help="number of the load (the last one with rejected rows)")
    parser.add_argument("--out", type=Path, default=Path("rejects"), help="folder to write (rejects)")
    given = parser.parse_args(arguments)
    with owner_connection() as connection:
        written = export_rejects(connection, given.run, given.out)
    out = console()
    for file, rows in written.items():
        out.print(f"{given.out / file}: {rows:,} rows", markup=False)
    out.print(
        f"{given.out / 'reasons.csv'} says why. Mend, then: make load-data DATA={given.out} MODE=merge", markup=False
    )
    return 0


def undo_load(arguments: list[str]) -> int:
    """Put back what the last load replaced: the raw tables, what is known of them, and the load's "today"."""
    argparse.ArgumentParser(prog="python -m loader undo", description=undo_load.__doc__).parse_args(arguments)
    with owner_connection() as connection:
        with connection, connection.cursor() as cursor:
            keep_others_out(cursor)
            last, earlier = undo(cursor)
        analyze(connection, read_contract(load_settings().root / "dbt"))
    out = console()
    out.print(f"{last.describe()} is undone: {earlier.describe()} is in force again", markup=False)
    out.print("next: make dbt-run dbt-test")
    return 0


if __name__ == "__main__":
    run_cli(main)
