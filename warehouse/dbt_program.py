"""`python -m warehouse.dbt_program …`: the dbt program, spared two of its costs; dbt.py gives it the settings.

Each of its threads keeps its connection from node to node, as other adapters of dbt do: hundreds of tests, each on a
connection of its own, took longer to connect than to run.
"""

from __future__ import annotations

import gc

from dbt.adapters.contracts.connection import ConnectionState
from dbt.adapters.postgres import PostgresConnectionManager
from dbt.cli.main import cli

# the project stays in memory, and looking for garbage in it as often as Python does takes a seventh of a build
GARBAGE = (50_000, 50, 1_000)


def release(self: PostgresConnectionManager) -> None:
    """End what the thread's connection has open, and keep it; one that is broken goes as dbt lets it go."""
    connection = self.get_if_exists()
    if connection is None or connection.state != ConnectionState.OPEN:
        return
    if connection.handle.closed:
        self.clear_thread_connection()
        return
    self._rollback_handle(connection)
    connection.transaction_open = False


if __name__ == "__main__":
    gc.set_threshold(*GARBAGE)
    PostgresConnectionManager.release = release  # type: ignore[assignment]
    cli(prog_name="dbt")
