"""MetricFlow: a question in its words becomes PostgreSQL's SQL. Importing it takes a second: compiled.py does."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any

from dbt_semantic_interfaces.protocols import SemanticManifest
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.postgres import PostgresSQLSqlPlanRenderer
from metricflow_semantics.errors.error_classes import InformativeUserError
from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

from metrics.catalogue import MetricError

_lock = threading.Lock()


class CompileOnly:
    """The client that MetricFlow asks for: it renders PostgreSQL and runs nothing."""

    sql_engine_type = SqlEngine.POSTGRES
    sql_plan_renderer = PostgresSQLSqlPlanRenderer()

    def query(self, *_: Any) -> Any:
        """Never called: the compiled SQL runs elsewhere."""
        raise NotImplementedError

    execute = dry_run = query

    def close(self) -> None:
        """Nothing to close."""

    def render_bind_parameter_key(self, bind_parameter_key: str) -> str:
        """psycopg2's style."""
        return f"%({bind_parameter_key})s"


def sql_of(definitions: str, names: tuple[str, ...], groups: tuple[str, ...], where: tuple[str, ...]) -> str:
    """The SQL of a question about the definitions of a semantic manifest (its JSON). Raises MetricError."""
    with _lock:
        try:
            request = MetricFlowQueryRequest.create(
                metric_names=names, group_by_names=groups or None, where_constraints=where or None
            )
            return str(_engine(definitions).explain(request).sql_statement.sql)
        except InformativeUserError as error:
            raise MetricError(
                f"cannot ask for {', '.join(names)} by {', '.join(groups) or 'total'}: {str(error).splitlines()[0]}"
            ) from error


@lru_cache(maxsize=1)
def _engine(definitions: str) -> MetricFlowEngine:
    manifest: SemanticManifest = parse_manifest_from_dbt_generated_manifest(definitions)
    return MetricFlowEngine(SemanticManifestLookup(manifest), CompileOnly())  # type: ignore[arg-type]
