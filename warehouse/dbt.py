"""`python -m warehouse.dbt …`: dbt with the warehouse's settings; what is built whole and tested is published."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from warehouse import publication
from warehouse.connections import connect, owner_connection
from warehouse.errors import Refused, TowerError, run_cli
from warehouse.plausibility import gate
from warehouse.results import Results, read_results
from warehouse.settings import Settings, load_settings

USAGE = "usage: python -m warehouse.dbt build|run|test|docs|… [dbt options], or lint (sqlfluff, without a warehouse)"
# options that choose some models, tests or rows
CHOICES = {"--select", "-s", "--exclude", "--models", "-m", "--selector", "--empty", "--sample"}
READING = ("build", "run", "test", "source", "show", "snapshot", "run-operation")  # need what the loader writes

# The plan rate of the fiscal year that holds the as-of date, as company.fx.plan_rate says it: the rate in force as the
# year begins, before the first dated rate the first.
PLAN_RATES = """
    with settings as (
        select reporting_currency, (fiscal_year_first_month - 1) * interval '1 month' as shift from raw.company_settings
    ),
    plan as (
        select cast(date_trunc('year', as_of_date - shift) + shift as date) as year_start
        from ops.load_runs cross join settings
        where status = 'succeeded' order by load_run_id desc limit 1
    )
    select currency, (array_agg(rate order by valid_from <= year_start desc,
        case when valid_from <= year_start then valid_from end desc nulls last, valid_from))[1]
    from raw.company_fx_rates cross join settings cross join plan
    where currency <> reporting_currency group by currency order by currency
"""

# By month the rate in force at its end, or on the as-of date, as company.fx.month_end_rate says it: one for each month
# in which a rate begins, and for all time before them the first one.
MONTH_RATES = """
    with known as (
        select fx.currency, fx.valid_from, fx.rate
        from raw.company_fx_rates as fx cross join raw.company_settings
        where fx.currency <> reporting_currency
    ),
    today as (
        select as_of_date from ops.load_runs where status = 'succeeded' order by load_run_id desc limit 1
    )
    select currency, date '0001-01-01' as from_month, (array_agg(rate order by valid_from))[1] as rate
    from known group by currency
    union all
    select currency, cast(date_trunc('month', valid_from) as date), (array_agg(rate order by valid_from desc))[1]
    from known cross join today
    where valid_from <= as_of_date group by 1, 2
    order by 1, 2
"""


def target_path(settings: Settings) -> Path:
    """Where dbt writes its artefacts; DBT_TARGET_PATH overrides."""
    return Path(os.environ.get("DBT_TARGET_PATH") or settings.root / "dbt" / "target")


def dbt_environment(settings: Settings) -> dict[str, str]:
    """The variables that dbt/profiles.yml and dbt_project.yml read."""
    url = settings.owner()
    return os.environ | {
        "TOWER_HOST": str(url.host),
        "TOWER_PORT": str(url.port or 5432),
        "TOWER_DATABASE": str(url.database),
        "TOWER_OWNER": str(url.username),
        "TOWER_PASSWORD": str(url.password or ""),
        "DBT_PROJECT_DIR": str(settings.root / "dbt"),
        "DBT_PROFILES_DIR": str(settings.root / "dbt"),
        "DBT_TARGET_PATH": str(target_path(settings)),
        "DBT_LOG_PATH": str(target_path(settings).parent / "logs"),
        "DBT_USE_FAST_TEST_EDGES": "true",  # fewer edges between tests and models, of which the same order follows
        "PYTHONPATH": str(settings.root),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def run_dbt(settings: Settings, arguments: list[str]) -> int:
    """Run dbt as its own process, which ends when this one is killed; returns its exit code."""
    command = [sys.executable, "-m", "warehouse.dbt_program", *arguments]
    read_end, write_end = os.pipe()  # only this process holds the end that is written to
    environment = dbt_environment(settings) | {"TOWER_PARENT": str(read_end)}
    try:
        return subprocess.run(command, env=environment, pass_fds=[read_end], check=False).returncode
    finally:
        os.close(read_end)
        os.close(write_end)


def run_tool(settings: Settings, command: list[str]) -> int:
    """Run a program of the virtual environment in the dbt project's folder, with dbt's settings."""
    program = Path(sys.executable).parent / command[0]
    folder = settings.root / "dbt"
    environment = dbt_environment(settings)
    return subprocess.run([str(program), *command[1:]], env=environment, cwd=folder, check=False).returncode


def lint(settings: Settings) -> int:
    """Judge the SQL of the project: dbt's own templating, no warehouse; returns sqlfluff's exit code."""
    options = ["--disable-progress-bar", "--processes", "2"]
    command = ["python", "-m", "warehouse.lint", "lint", "models", "tests", "analyses", *options]
    return run_tool(settings, command)


def lineage(settings: Settings) -> int:
    """Draw the lineage of every column beside the docs that dbt has just generated."""
    target = target_path(settings)
    inputs = ["--manifest", f"{target}/manifest.json", "--catalog", f"{target}/catalog.json"]
    return run_tool(settings, ["colibri", "generate", *inputs, "--output-dir", f"{target}/lineage"])


def main() -> int:
    """Run what the command line names."""
    return run(sys.argv[1:])


def run(arguments: list[str]) -> int:
    """Pass the arguments to dbt. What `build`, or `run` and then `test`, made without a selection is published."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(f"{__doc__}\n\n{USAGE}")
        return 0
    settings = load_settings()
    if arguments == ["lint"]:
        return lint(settings)
    command = next((word for word in arguments if not word.startswith("-")), "")
    if command in READING:
        with _loaded(settings) as connection:
            # an invoice keeps the rate of its own month, MRR has each month's: their books tie in no one currency
            ties = _is_synthetic(connection) and not _is_spot(connection)
            os.environ.setdefault("TOWER_BOOKS", "error" if ties else "warn")
            os.environ |= _calendar(connection) | {"TOWER_FX_RATES": json.dumps(_rates(connection))}
    if command == "test" and is_whole(arguments):
        publication.check_built(settings)
    if command in ("build", "run") and is_whole(arguments):
        with publication.build(settings, "--full-refresh" in arguments):
            results = _run(settings, arguments, command)
    else:
        results = _run(settings, arguments, command)
    if "test" in results.kinds and is_whole(arguments) and publication.is_waiting(settings):
        _publish(settings, results)
    if arguments[:2] == ["docs", "generate"] and lineage(settings) != 0:
        raise TowerError("the lineage of the columns could not be drawn")
    return 0


def _publish(settings: Settings, results: Results) -> None:
    """Show what has passed its tests, unless it is implausible. Raises Refused that says why."""
    verdict = gate.judge(settings, target_path(settings))
    if verdict.note:
        print(f"plausibility: {verdict.note}")
    if verdict.findings:
        for finding in verdict.findings:
            print(f"held: {finding.say()}")
        gate.hold(settings, verdict, results.tests)
        raise Refused(verdict.told)
    if off := _totals_off(settings):
        publication.refuse(settings, off, results.tests)
        raise Refused(
            f"the build is held, what was shown stays: {off}. Mend the files or expected.yml, or show it all the same: "
            '`make publish FORCE=1 WHY="…"`'
        )
    publication.publish(settings, results, "", verdict.is_new_start, target_path(settings))
    restate(settings)


def _totals_off(settings: Settings) -> str:
    """How the candidate misses the totals that the user knows, those of expected.yml beside the files of the load."""
    with owner_connection(settings) as connection, connection.cursor() as cursor:
        cursor.execute(
            "select source_folder from ops.load_runs where status = 'succeeded' order by load_run_id desc limit 1"
        )
        found = cursor.fetchone()
        folder = settings.root / found[0] if found else settings.data_dir
        if not (folder / "expected.yml").is_file():
            return ""
        command = [sys.executable, "-m", "metrics", "expected", "--candidate", "--data", str(folder)]
        if subprocess.run(command, cwd=settings.root, check=False).returncode == 0:
            return ""
        cursor.execute("select count(*) filter (where status <> 'as expected'), count(*) from ops.expected_checks")
        off, checks = cursor.fetchone()
    return f"{off} of {checks} totals of expected.yml are off" if off else "expected.yml can not be compared"


def restate(settings: Settings) -> None:
    """Let `metrics` say which closed months moved, where what is shown continues another publication."""
    with owner_connection(settings) as connection, connection.cursor() as cursor:
        cursor.execute("select from ops.publications natural join ops.shown where continues is not null")
        if cursor.fetchone() is None:
            return
    command = [sys.executable, "-m", "metrics", "restated"]
    subprocess.run(command, cwd=settings.root, check=False)


def is_whole(arguments: list[str]) -> bool:
    """Whether nothing is chosen among models, tests and rows."""
    return not CHOICES & {word.split("=")[0] for word in arguments}


def _run(settings: Settings, arguments: list[str], command: str) -> Results:
    """Run dbt; returns what it says of its nodes. Raises TowerError that names what failed."""
    since, target = time.time(), target_path(settings)
    code = run_dbt(settings, arguments)
    if command not in ("build", "run", "test"):
        if code != 0:
            raise TowerError(f"dbt {command} failed; the lines above say why")
        return Results()
    results = read_results(target, since)
    if code != 0:
        if command == "test" and is_whole(arguments):
            publication.refuse(settings, results.failed)
        raise TowerError(f"dbt {command} failed: {results.failed}")
    return results


def _is_synthetic(connection: Any) -> bool:
    """Whether the generator made what is loaded: it leaves truth/ beside its files, and its books tie."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select source_folder from ops.load_runs where status = 'succeeded' and mode = 'replace' "
            "order by load_run_id desc limit 1"
        )
        row = cursor.fetchone()
    return bool(row) and (Path(row[0]) / "truth").is_dir()


def _rates(connection: Any) -> dict[str, str | dict[str, str]]:
    """What one unit of each other currency is worth in the reporting currency: one rate for the whole of history.

    Under spot it is one for each first day of a month from which on it is another.
    """
    with connection.cursor() as cursor:
        if _is_spot(connection):
            cursor.execute(MONTH_RATES)
            months: dict[str, dict[str, str]] = {}
            for code, month, rate in cursor.fetchall():
                months.setdefault(code, {})[str(month)] = format(rate, "f")
            return dict(months)
        cursor.execute(PLAN_RATES)
        return {code: format(rate, "f") for code, rate in cursor.fetchall()}


def _is_spot(connection: Any) -> bool:
    """Whether the company converts at month-end rates."""
    with connection.cursor() as cursor:
        cursor.execute("select fx_method = 'spot' from raw.company_settings")
        return bool(cursor.fetchone()[0])


def _calendar(connection: Any) -> dict[str, str]:
    """What SQL must know of the company's calendar when it is written: in UTC, instants cost nothing."""
    with connection.cursor() as cursor:
        cursor.execute("select timezone, fiscal_year_first_month from raw.company_settings")
        timezone, first_month = cursor.fetchone()
        return {"TOWER_TIMEZONE": timezone, "TOWER_FISCAL_MONTH": str(first_month)}


def _loaded(settings: Settings) -> Any:
    """A connection, once it is clear that the raw tables are there."""
    connection = connect(settings.owner())
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('raw.crm_accounts') is not null")
        if not cursor.fetchone()[0]:
            raise TowerError(
                "the warehouse is empty; run `make load-data` first (and `make gen-data` for the synthetic company)"
            )
        cursor.execute("select to_regclass('raw.company_settings') is not null")
        if not cursor.fetchone()[0]:
            raise TowerError("an earlier version loaded the warehouse, without company.yml; run `make load-data` again")
    return connection


if __name__ == "__main__":
    run_cli(main)
