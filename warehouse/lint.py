"""`python -m warehouse.lint lint models`: sqlfluff over SQL that dbt renders without a warehouse.

sqlfluff's dbt templater asks the warehouse which relations exist before it renders the first model. What is linted
does not depend on the answer: here there are none, so that every incremental model is judged as a first build.
"""

from __future__ import annotations

from typing import Any

from dbt.adapters.base import BaseRelation
from dbt.adapters.postgres import Plugin as PostgresPlugin
from dbt.adapters.postgres import PostgresAdapter
from sqlfluff.cli.commands import cli


class UnconnectedAdapter(PostgresAdapter):
    """dbt's adapter over a warehouse that is empty and is never asked."""

    def set_relations_cache(self, *_: Any, **__: Any) -> None:
        """Nothing is there to remember."""

    def list_relations_without_caching(self, schema_relation: BaseRelation) -> list[BaseRelation]:
        """No schema holds a relation."""
        return []


def main() -> None:
    """Hand the command line to sqlfluff."""
    PostgresPlugin.adapter = UnconnectedAdapter  # type: ignore[assignment]  # dbt declares a protocol
    cli(prog_name="sqlfluff")


if __name__ == "__main__":
    main()
