"""docs/models.md says what the dbt project says; the semantic layer is valid."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import Company
from warehouse.dbt import dbt_environment
from warehouse.docs import models_page
from warehouse.settings import ROOT, Settings


def test_the_page_of_the_marts_is_up_to_date(company: Company) -> None:
    manifest = json.loads((Path(company.environment["DBT_TARGET_PATH"]) / "manifest.json").read_text(encoding="utf-8"))
    assert models_page(manifest) == (ROOT / "docs/models.md").read_text(encoding="utf-8"), "run `make docs`"


def test_metricflow_finds_nothing_wrong_with_the_semantic_layer(in_company: Settings) -> None:
    program = Path(sys.executable).parent / "mf"
    environment = dbt_environment(in_company) | {"PATH": os.environ["PATH"]}
    command = [str(program), "validate-configs", "--skip-dw", "--show-all"]
    result = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout[-2000:]
    assert "ERRORS: 0, FUTURE_ERRORS: 0, WARNINGS: 0" in result.stdout
