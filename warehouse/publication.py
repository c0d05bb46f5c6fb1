"""What readers see as one state of the warehouse: every full build that passes is recorded in ops.publications."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from warehouse.connections import owner_connection
from warehouse.settings import Settings


def publish(settings: Settings, target: Path) -> None:
    """Record the models that were just built in ops.publications: the app's caches are keyed by it.

    `target` is the folder of dbt's artefacts. The status is `succeeded` when the tests ran and passed with the models,
    and `untested` when they did not run; tests that only warn are said and kept.
    """
    results: list[dict[str, Any]] = json.loads((target / "run_results.json").read_text())["results"]
    kinds = [result["unique_id"].split(".")[0] for result in results]
    warnings = []
    if warned := {r["unique_id"]: r["failures"] for r in results if r.get("status") == "warn"}:
        nodes = json.loads((target / "manifest.json").read_text())["nodes"]
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
