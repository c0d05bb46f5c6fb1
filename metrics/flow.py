"""MetricFlow: a question in its words becomes PostgreSQL's SQL. Importing it takes a second: compiled.py does."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any

from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.postgres import PostgresSQLSqlPlanRenderer
from metricflow_semantic_interfaces.implementations.semantic_manifest import PydanticSemanticManifest
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
            return str(_engine(definitions, _models(definitions, names)).explain(request).sql_statement.sql)
        except InformativeUserError as error:
            raise MetricError(
                f"cannot ask for {', '.join(names)} by {', '.join(groups) or 'total'}: {str(error).splitlines()[0]}"
            ) from error


@lru_cache(maxsize=64)
def _engine(definitions: str, models: frozenset[str]) -> MetricFlowEngine:
    """MetricFlow over some semantic models and the metrics that rest on no others.

    A metric is cut by what its own models know (catalogue.py). Given all models, MetricFlow would look through each of
    them for a join: half of its time.
    """
    whole = _manifest(definitions)
    few = {
        "semantic_models": [model for model in whole.semantic_models if model.name in models],
        "metrics": [metric for metric in whole.metrics if _models(definitions, (metric.name,)) <= models],
        "saved_queries": [],
    }
    return MetricFlowEngine(SemanticManifestLookup(whole.copy(update=few)), CompileOnly())  # type: ignore[arg-type]


def _models(definitions: str, names: tuple[str, ...]) -> frozenset[str]:
    """The semantic models that metrics rest on."""
    model_of, metrics = _measures(definitions)
    return frozenset(model_of[measure] for name in names for measure in metrics[name])


@lru_cache(maxsize=1)
def _measures(definitions: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The model of each measure, and the measures of each metric."""
    whole = _manifest(definitions)
    models = {measure.name: model.name for model in whole.semantic_models for measure in model.measures}
    return models, {metric.name: [given.name for given in metric.input_measures] for metric in whole.metrics}


@lru_cache(maxsize=1)
def _manifest(definitions: str) -> PydanticSemanticManifest:
    return parse_manifest_from_dbt_generated_manifest(definitions)
