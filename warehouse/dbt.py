"""`python -m warehouse.dbt …`: dbt with the warehouse's settings; a full build that passes is published."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from warehouse.connections import connect, owner_connection
from warehouse.errors import TowerError, run_cli
from warehouse.settings import Settings, load_settings


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
        "GROSS_MARGIN": str(settings.gross_margin),
        "DBT_PROJECT_DIR": str(settings.root / "dbt"),
        "DBT_PROFILES_DIR": str(settings.root / "dbt"),
        "DBT_TARGET_PATH": str(target_path(settings)),
        "DBT_LOG_PATH": str(settings.root / "dbt" / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def run_dbt(settings: Settings, arguments: list[str]) -> int:
    """Run dbt as its own process; returns its exit code."""
    program = Path(sys.executable).parent / "dbt"
    return subprocess.run([str(program), *arguments], env=dbt_environment(settings), check=False).returncode


def run_tool(settings: Settings, command: list[str]) -> int:
    """Run a program of the virtual environment in the dbt project's folder, with dbt's settings."""
    program = Path(sys.executable).parent / command[0]
    folder = settings.root / "dbt"
    environment = dbt_environment(settings)
    return subprocess.run([str(program), *command[1:]], env=environment, cwd=folder, check=False).returncode


def publish(settings: Settings) -> None:
    """Record the models that were just built in ops.publications: the app's caches are keyed by it.

    Its status is `succeeded` when the tests ran and passed with them, and `untested` when they did not run; tests that
    only warn are said and kept.
    """
    results: list[dict[str, Any]] = json.loads((target_path(settings) / "run_results.json").read_text())["results"]
    kinds = [result["unique_id"].split(".")[0] for result in results]
    warnings = []
    if warned := {r["unique_id"]: r["failures"] for r in results if r.get("status") == "warn"}:
        nodes = json.loads((target_path(settings) / "manifest.json").read_text())["nodes"]
        warnings = [f"{nodes[key]['config']['meta']['warning']} {count:,}" for key, count in warned.items()]
    for warning in warnings:
        print(f"warning: {warning}")
    with owner_connection(settings) as connection, connection.cursor() as cursor:
        cursor.execute(
            "insert into ops.publications (published_at, load_run_id, as_of_date, models, tests, status, warnings) "
            "select %s, max(load_run_id), max(as_of_date), %s, %s, %s, %s from marts.dim_tower",
            (
                datetime.now(UTC).replace(tzinfo=None),
                kinds.count("model"),
                kinds.count("test") + kinds.count("unit_test"),
                "succeeded" if "test" in kinds else "untested",
                "; ".join(warnings)[:4000],
            ),
        )
        connection.commit()


def main() -> int:
    """Pass the arguments to dbt. `build` and `run` without a selection are published when everything passes."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__ + "\n\nusage: python -m warehouse.dbt build|run|test|docs|… [dbt options], or lint (sqlfluff)")
        return 0
    settings = load_settings()
    if arguments == ["lint"]:
        return run_tool(settings, ["sqlfluff", "lint", "models", "tests", "analyses", "--disable-progress-bar"])
    command = next((word for word in arguments if not word.startswith("-")), "")
    if command in ("build", "run", "test", "source", "show", "snapshot", "run-operation"):
        with _loaded(settings) as connection:
            os.environ.setdefault("TOWER_BOOKS", "error" if _is_synthetic(connection) else "warn")
    code = run_dbt(settings, arguments)
    if code == 0 and command in ("build", "run") and not {"--select", "-s"} & {*arguments}:
        publish(settings)
    if code == 0 and arguments[:2] == ["docs", "generate"]:
        target = target_path(settings)
        code = run_tool(
            settings,
            [
                "colibri",
                "generate",
                "--manifest",
                f"{target}/manifest.json",
                "--catalog",
                f"{target}/catalog.json",
                "--output-dir",
                f"{target}/lineage",
            ],
        )
    if code != 0:
        raise TowerError(f"dbt {command} failed; the lines above name the model or test")
    return 0


def _is_synthetic(connection: Any) -> bool:
    """Whether the generator made what is loaded: it leaves truth/ beside its files, and its books tie."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select source_folder from ops.load_runs where status = 'succeeded' and mode = 'replace' "
            "order by load_run_id desc limit 1"
        )
        row = cursor.fetchone()
    return bool(row) and (Path(row[0]) / "truth").is_dir()


def _loaded(settings: Settings) -> Any:
    """A connection, once it is clear that the raw tables are there."""
    connection = connect(settings.owner())
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('raw.crm_accounts') is not null")
        if not cursor.fetchone()[0]:
            raise TowerError(
                "the warehouse is empty; run `make load-data` first (and `make gen-data` for the synthetic company)"
            )
    return connection


if __name__ == "__main__":
    run_cli(main)
