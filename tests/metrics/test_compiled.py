"""The SQL of metrics is kept between processes, for as long as the definitions stay the same."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

from metrics import flow
from metrics.compiled import KEPT, compiled
from metrics.definitions import Definitions, definitions
from tests.conftest import Company
from warehouse.settings import ROOT, Settings

ASK = "import sys; from metrics import query; print(query(['mrr']).iloc[0, 0], 'metricflow' in sys.modules)"


@pytest.fixture
def kept(in_company: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of what is kept, with nothing in it and nothing of dbt beside it."""
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path))
    return tmp_path / KEPT


def ask(given: Definitions | None = None) -> str:
    """The SQL of one question."""
    return compiled(given or definitions(), ("mrr",), ("segment",), ())


def test_a_process_that_finds_the_sql_kept_does_without_metricflow(company: Company, kept: Path) -> None:
    environment = company.environment | {"DBT_TARGET_PATH": str(kept.parent)}

    def said() -> list[str]:
        command = [sys.executable, "-c", ASK]
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True).stdout.split()

    first, again = said(), said()
    assert first[0] == again[0] and float(first[0]) > 0
    assert (first[1], again[1]) == ("True", "False")


def test_what_is_kept_names_no_database_and_is_not_compiled_again(
    company: Company, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sql = ask()
    assert "marts" in sql and company.environment["POSTGRES_DB"] not in sql
    (file,) = kept.rglob("*.sql")
    file.write_text("select 1")
    monkeypatch.setattr(flow, "sql_of", None)
    assert ask() == "select 1"
    assert company.environment["POSTGRES_DB"] not in definitions().text


def test_other_definitions_are_compiled_anew_and_what_was_kept_for_the_earlier_goes(kept: Path) -> None:
    ask()
    other = Definitions("other", definitions().text.replace("fct_revenue_monthly", "fct_other_monthly"))
    assert "fct_other_monthly" in ask(other)
    assert len([*kept.iterdir()]) == 1


def test_sql_that_was_cut_short_or_can_not_be_kept_is_compiled(kept: Path) -> None:
    sql = ask()
    for file in kept.rglob("*.sql"):
        file.write_text("")
    assert ask() == sql
    shutil.rmtree(kept)
    kept.write_text("no folder")
    assert ask() == sql


def test_a_question_to_its_own_models_has_the_sql_that_all_models_would_give(kept: Path) -> None:
    text = definitions().text
    every = frozenset(model.name for model in flow._manifest(text).semantic_models)
    for names, groups in [
        (("mrr",), ("segment",)),
        (("sales_velocity",), ("source_channel",)),
        (("ltv_cac_ratio",), ()),
    ]:
        assert len(flow._models(text, names)) < len(every)
        request = MetricFlowQueryRequest.create(metric_names=names, group_by_names=groups or None)
        whole = flow._engine(text, every).explain(request).sql_statement.sql
        assert numberless(flow.sql_of(text, names, groups, ())) == numberless(whole)


def numberless(sql: str) -> str:
    """SQL without the numbers that MetricFlow gives to what it reads."""
    return re.sub(r"sma_\d+", "sma", sql)
