"""The questions of dbt/analyses are compiled and asked."""

from __future__ import annotations

from pathlib import Path

import psycopg2
import pytest

from tests.conftest import Company
from warehouse.settings import ROOT

MAY_BE_EMPTY = {"inactive_customers_by_value"}  # nobody inactive is an answer too
QUESTIONS = sorted(file.stem for file in (ROOT / "dbt/analyses").glob("*.sql"))


@pytest.fixture(scope="module")
def compiled(company: Company) -> Path:
    """The folder with the compiled SQL."""
    company.run("warehouse.dbt", "--quiet", "compile", "--select", "path:analyses")
    return Path(company.environment["DBT_TARGET_PATH"]) / "compiled/gtm_control_tower/analyses"


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered(company: Company, compiled: Path, question: str) -> None:
    assert (ROOT / f"dbt/analyses/{question}.sql").read_text(encoding="utf-8").startswith("-- ")
    with psycopg2.connect(company.environment["DATABASE_URL"]) as connection, connection.cursor() as cursor:
        cursor.execute((compiled / f"{question}.sql").read_text(encoding="utf-8"))
        assert cursor.fetchall() or question in MAY_BE_EMPTY
    connection.close()
