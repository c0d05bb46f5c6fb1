"""The definitions lie in the warehouse with each publication: neither dbt's folder nor a newer build changes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from metrics import catalogue, query
from metrics import definitions as module
from metrics.catalogue import get_metric
from metrics.definitions import definitions
from tests.conftest import empty_company, enter
from tests.warehouse.test_publication import PASSED, make, tiny
from warehouse.connections import autocommit
from warehouse.definitions import MANIFEST
from warehouse.errors import TowerError
from warehouse.publication import publish, rollback
from warehouse.reading import Reader, shown
from warehouse.settings import Settings

__all__ = ["tiny"]


@pytest.fixture(autouse=True)
def anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look up at once what is shown."""
    monkeypatch.setattr(module, "FRESH", 1e-9)


def test_a_connection_is_enough_for_the_catalogue_and_a_question(
    in_company: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = query(["nrr_t12m"]).iloc[0, 0], len(catalogue())
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "gone"))
    assert (query(["nrr_t12m"]).iloc[0, 0], len(catalogue())) == expected
    assert query(["mrr"], reader=Reader(publication=shown()[0])).iloc[0, 0] > 0
    assert in_company.database_name not in definitions().text


def written(folder: Path, label: str) -> Path:
    """What dbt writes of one metric."""
    manifest = json.loads(definitions_of_mrr)
    manifest["metrics"][0]["label"] = label
    folder.mkdir(exist_ok=True)
    (folder / MANIFEST).write_text(json.dumps(manifest))
    return folder


definitions_of_mrr = json.dumps(
    {
        "semantic_models": [{"entities": [{"name": "segment"}], "measures": [{"name": "m"}]}],
        "metrics": [
            {
                "name": "mrr",
                "type": "simple",
                "description": "",
                "type_params": {"input_measures": [{"name": "m"}]},
                "config": {"meta": {"format": "money", "direction": "up_is_good", "behaviour": "stock"}},
            }
        ],
    }
)


def test_a_rollback_shows_the_definitions_of_its_time(tiny: Settings, tmp_path: Path) -> None:
    for value, label in ((1, "MRR of then"), (2, "MRR of now")):
        make(tiny, value)
        publish(tiny, PASSED, target=written(tmp_path / "dbt", label))
    assert get_metric("mrr").label == "MRR of now" and get_metric("mrr", 1).label == "MRR of then"
    rollback(tiny)
    assert get_metric("mrr").label == "MRR of then" and get_metric("mrr", 2).label == "MRR of now"


def test_definitions_that_stay_the_same_are_kept_once_and_go_with_their_publications(
    tiny: Settings, tmp_path: Path
) -> None:
    counts = []
    for value, label in enumerate(("a", "a", "b", "b", "b", "b")):
        make(tiny, value)
        publish(tiny, PASSED, target=written(tmp_path / "dbt", label))
        with autocommit(tiny.owner()) as cursor:
            cursor.execute("select count(*) from ops.definitions")
            counts.append(cursor.fetchone()[0])
    assert counts == [1, 1, 2, 2, 2, 1]  # the last three publications stay, the next one takes away what they left


def test_without_definitions_of_its_own_it_is_what_dbt_wrote_last(
    server: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = empty_company(server, "tower_no_definitions", tmp_path, tmp_path / "target")
    enter(company, monkeypatch)
    (tmp_path / "target" / MANIFEST).unlink()  # that of the project, which every company is lent
    with pytest.raises(TowerError, match="the semantic layer is not built"):
        catalogue()
    written(tmp_path / "target", "MRR of dbt")
    assert get_metric("mrr").label == "MRR of dbt"
