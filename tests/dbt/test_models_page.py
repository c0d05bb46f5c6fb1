"""docs/models.md says what the dbt project says; the semantic layer is valid."""

from __future__ import annotations

import json
from pathlib import Path

from dbt_semantic_interfaces.implementations.semantic_manifest import PydanticSemanticManifest
from dbt_semantic_interfaces.validations.semantic_manifest_validator import SemanticManifestValidator

from metrics.definitions import definitions
from tests.conftest import Company
from warehouse.docs import models_page
from warehouse.settings import ROOT, Settings


def test_the_page_of_the_marts_is_up_to_date(company: Company) -> None:
    manifest = json.loads((Path(company.environment["DBT_TARGET_PATH"]) / "manifest.json").read_text(encoding="utf-8"))
    assert models_page(manifest) == (ROOT / "docs/models.md").read_text(encoding="utf-8"), "run `make docs`"


def test_metricflow_finds_nothing_wrong_with_the_semantic_layer(in_company: Settings) -> None:
    manifest = PydanticSemanticManifest.parse_raw(definitions().text)
    found = SemanticManifestValidator[PydanticSemanticManifest]().validate_semantic_manifest(manifest)
    assert len(manifest.metrics) > 150
    assert not (found.errors or found.future_errors or found.warnings), found.summary()
