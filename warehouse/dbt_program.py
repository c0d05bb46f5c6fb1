"""`python -m warehouse.dbt_program …`: dbt, spared what it pays for each node; dbt.py gives it the settings.

Each of its threads keeps its connection from node to node, as other adapters of dbt do: hundreds of tests, each on a
connection of its own, took longer to connect than to run. A data test, and a table that moves into its place, is one
statement, run as such instead of through macros that each set up all of dbt's others; what no log shows is not written.
"""

from __future__ import annotations

import gc
import os
import threading
from typing import Any

from dbt.adapters.base import BaseRelation
from dbt.adapters.contracts.connection import ConnectionState
from dbt.adapters.exceptions import RelationTypeNullError
from dbt.adapters.postgres import PostgresAdapter, PostgresConnectionManager
from dbt.cli.main import cli
from dbt.task.test import TestResultData, TestRunner
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager

# the project stays in memory, and looking for garbage in it as often as Python does takes a seventh of a build
GARBAGE = (50_000, 50, 1_000)
SILENT = (EventLevel.DEBUG, EventLevel.TEST)
FIRE, EXECUTE = EventManager.fire_event, TestRunner.execute_data_test


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


def fire(self: EventManager, e: BaseEvent, level: EventLevel | None = None, *rest: Any, **options: Any) -> None:
    """Tell the logs of an event, unless none of them takes its level."""
    if (level or e.level_tag()) not in SILENT or any(log.level in SILENT for log in self.loggers):
        FIRE(self, e, level, *rest, **options)


def judge(self: TestRunner, data_test: Any, manifest: Any) -> TestResultData:
    """What dbt's test materialization finds, in the same words of SQL; one that keeps its failures goes dbt's way."""
    config = data_test.config
    if config.store_failures or config.store_failures_as or config.limit is not None:
        return EXECUTE(self, data_test, manifest)
    calc, rows = config.fail_calc, data_test.compiled_code
    sql = f"select {calc}, {calc} {config.warn_if}, {calc} {config.error_if} from (\n{rows}\n) as found"
    _, cursor = self.adapter.connections.add_select_query(sql)
    failures, should_warn, should_error = cursor.fetchone()
    response = self.adapter.connections.get_response(cursor).to_dict(omit_none=True)
    return TestResultData(int(failures), should_warn, should_error, response)


def rename(self: PostgresAdapter, from_relation: BaseRelation, to_relation: BaseRelation) -> None:
    """What dbt's macros rename_relation come to, for tables and views."""
    self.cache_renamed(from_relation, to_relation)
    self.execute(f"alter table {from_relation.render()} rename to {self.quote(str(to_relation.identifier))}", True)


def drop(self: PostgresAdapter, relation: BaseRelation) -> None:
    """What dbt's macros drop_relation come to, for tables and views."""
    if relation.type is None:
        raise RelationTypeNullError(relation)
    self.cache_dropped(relation)
    self.execute(f"drop {relation.type} if exists {relation.render()} cascade")


def end_with_parent() -> None:
    """End as soon as the process that started dbt has: another build may fill the candidate from then on."""

    def wait() -> None:
        os.read(pipe, 1)  # returns when nobody holds the other end
        os._exit(1)

    if "TOWER_PARENT" in os.environ:
        pipe = int(os.environ.pop("TOWER_PARENT"))
        threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    end_with_parent()
    gc.set_threshold(*GARBAGE)
    PostgresConnectionManager.release = release  # type: ignore[assignment]
    EventManager.fire_event = fire  # type: ignore[method-assign]
    TestRunner.execute_data_test = judge  # type: ignore[method-assign]
    PostgresAdapter.rename_relation = rename  # type: ignore[method-assign,assignment]
    PostgresAdapter.drop_relation = drop  # type: ignore[method-assign,assignment]
    cli(prog_name="dbt")
