"""The SQL of metrics is kept between processes, for as long as the definitions stay the same."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

from metrics import flow
from metrics.catalogue import manifest_path
from metrics.compiled import KEPT, compiled
from tests.conftest import Company
from warehouse.settings import ROOT, Settings

ASK = "import sys; from metrics import query; print(query(['mrr']).iloc[0, 0], 'metricflow' in sys.modules)"


@pytest.fixture
def manifest(in_company: Settings, tmp_path: Path) -> Path:
    """The company's semantic manifest, in a folder of its own."""
    file = tmp_path / "semantic_manifest.json"
    file.write_bytes(manifest_path().read_bytes())
    return file


def ask(file: Path, version: int = 1) -> str:
    """The SQL of one question."""
    return compiled(file, version, ("mrr",), ("segment",), ())


def test_a_process_that_finds_the_sql_kept_does_without_metricflow(company: Company, manifest: Path) -> None:
    environment = company.environment | {"DBT_TARGET_PATH": str(manifest.parent)}

    def said() -> list[str]:
        command = [sys.executable, "-c", ASK]
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True).stdout.split()

    first, again = said(), said()
    assert first[0] == again[0] and float(first[0]) > 0
    assert (first[1], again[1]) == ("True", "False")


def test_what_is_kept_names_no_database_and_is_not_compiled_again(
    company: Company, manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql = ask(manifest)
    assert "marts" in sql and company.environment["POSTGRES_DB"] not in sql
    (kept,) = (manifest.parent / KEPT).rglob("*.sql")
    kept.write_text("select 1")
    monkeypatch.setattr(flow, "sql_of", None)
    assert ask(manifest) == "select 1"
    other = manifest.read_text().replace(company.environment["POSTGRES_DB"], "another")
    manifest.write_text(other)
    assert ask(manifest, version=2) == "select 1"


def test_other_definitions_are_compiled_anew_and_what_was_kept_for_the_earlier_goes(manifest: Path) -> None:
    ask(manifest)
    manifest.write_text(manifest.read_text().replace("fct_revenue_monthly", "fct_other_monthly"))
    assert "fct_other_monthly" in ask(manifest, version=2)
    assert len([*(manifest.parent / KEPT).iterdir()]) == 1


def test_sql_that_was_cut_short_or_can_not_be_kept_is_compiled(manifest: Path) -> None:
    sql = ask(manifest)
    for file in (manifest.parent / KEPT).rglob("*.sql"):
        file.write_text("")
    assert ask(manifest) == sql
    closed = manifest.parent / "closed"
    closed.mkdir()
    (closed / manifest.name).write_bytes(manifest.read_bytes())
    (closed / KEPT).write_text("no folder")
    assert ask(closed / manifest.name) == sql


def test_a_question_to_its_own_models_has_the_sql_that_all_models_would_give(manifest: Path) -> None:
    definitions = manifest.read_text()
    every = frozenset(model.name for model in flow._manifest(definitions).semantic_models)
    for names, groups in [
        (("mrr",), ("segment",)),
        (("sales_velocity",), ("source_channel",)),
        (("ltv_cac_ratio",), ()),
    ]:
        assert len(flow._models(definitions, names)) < len(every)
        request = MetricFlowQueryRequest.create(metric_names=names, group_by_names=groups or None)
        whole = flow._engine(definitions, every).explain(request).sql_statement.sql
        assert numberless(flow.sql_of(definitions, names, groups, ())) == numberless(whole)


def numberless(sql: str) -> str:
    """SQL without the numbers that MetricFlow gives to what it reads."""
    return re.sub(r"sma_\d+", "sma", sql)
