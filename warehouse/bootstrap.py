"""`python -m warehouse.bootstrap`: fill an empty warehouse (generate, load, build); a filled one is left as it is."""

from __future__ import annotations

import subprocess
import sys

from warehouse import server
from warehouse.connections import owner_connection
from warehouse.errors import TowerError, run_cli
from warehouse.settings import load_settings

STEPS = (["data_gen"], ["loader"], ["warehouse.dbt", "--quiet", "build", "--exclude-resource-type", "unit_test"])


def main() -> None:
    """Run what is missing, each stage as its own process."""
    settings = load_settings()
    print(server.up(settings), flush=True)
    with owner_connection(settings) as connection, connection.cursor() as cursor:
        cursor.execute("select from ops.publications natural join ops.shown where definitions is not null")
        is_filled = cursor.fetchone() is not None
    if is_filled:
        print("the warehouse is filled already", flush=True)
        return
    for step in STEPS:
        print(f"→ {' '.join(step)}", flush=True)
        if subprocess.run([sys.executable, "-m", *step], check=False).returncode != 0:
            raise TowerError(f"the step `{' '.join(step)}` failed; its lines above say why")


if __name__ == "__main__":
    run_cli(main)
