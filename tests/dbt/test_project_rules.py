"""The rules of dbt's project evaluator, over our manifest: staging discipline, names, tests and documentation.

(The evaluator itself is a package from the hub, and this project needs no network.)
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from company.contract import read_contract
from tests.conftest import Company
from tests.dbt.mutate import MUTANTS, Mutant, file_of
from warehouse.settings import ROOT

Node = dict[str, Any]
# what the evaluator would flag, and why it stays
LOOKED_UP_EVERYWHERE = {
    "int_as_of",
    "dim_company",
    "dim_account",
    "int_loaded_sources",
}  # one row, what everything is cut by, and what is there at all
REJOINED = {  # step: why its reader also reads what the step was made of
    "int_subscription_mrr_monthly": "the two sides of the reconciliation: what was billed and what MRR says",
    "int_usage_states": "usage that counts stands beside the ledger's states, and ends with the same subscription",
    "fct_order_lines": "an order adds up its lines; each line carries its share of the order's discount",
    "int_stage_win_probability": "an open deal is weighed by the history of all deals",
    "int_ticket_ends": "only tickets that are closed without a date need an end from elsewhere",
    "int_ticket_waits": "a wait is placed on the clock of its ticket, and then taken off it",
    "int_feature_bases": "use of a feature is compared with all use of the same slice",
    "int_usage_days": "the fingerprint decides which days' events are read again",
    "fct_churn": "an episode is matched to the month that it ended in",
    "churn_risk": "customer 360 shows the flags of risk beside the parts of health",
}
MANY_JOINS = {  # model: why it reads seven others or more
    "int_anomaly_flows": "one branch per watched metric",
    "fct_deals": "a deal with its stage, its odds and its owner",
    "int_timeline_events": "one branch per kind of event",
    "int_account_activity": "one row of signs of life per account, each from its own step",
    "int_customer_signals": "one row of signals per account and month, each from its own step",
    "customer_360": "everything about an account in one row",
    "dim_account": "the one place of an account's attributes",
    "int_loaded_sources": "one row per table of the contract",
    "int_episode_lookback": "one row per episode with what was recorded of it, each from its own step",
    "int_churn_features": "one row of signs of churn per account and month, each from its own step",
    "int_words": "one branch for each place where the data have words",
}
WITHOUT_GRAIN = ("int_activation_durations",)  # a list of durations, in which equal rows are right


@pytest.fixture(scope="module")
def manifest(company: Company) -> Node:
    """What dbt knows of the project."""
    path = Path(company.environment["DBT_TARGET_PATH"]) / "manifest.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def models(manifest: Node) -> dict[str, Node]:
    """Models by unique id, the time spine left out."""
    found = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"}
    return {key: node for key, node in found.items() if node["fqn"][1] in ("staging", "intermediate", "marts")}


@pytest.fixture(scope="module")
def tests_of(manifest: Node) -> dict[str, list[Node]]:
    """Data tests by the node they are attached to."""
    found: dict[str, list[Node]] = defaultdict(list)
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test":
            for parent in node["depends_on"]["nodes"]:
                found[parent].append(node)
    return found


def layer(node: Node) -> str:
    """staging, intermediate or marts."""
    return str(node["fqn"][1])


def parents(node: Node, kind: str) -> list[str]:
    """Unique ids of the parents of a kind (model, source, snapshot).

    A model of scores waits for what it is scored from, and reads none of it.
    """
    if kind == "model" and node["name"].startswith("stg_scores__"):
        return []
    return [key for key in node["depends_on"]["nodes"] if key.startswith(f"{kind}.")]


def test_names_say_the_layer_and_the_source(models: dict[str, Node]) -> None:
    for node in models.values():
        name, folder = node["name"], node["fqn"][2]
        if layer(node) == "staging":
            assert name.startswith(f"stg_{folder}__"), name
        elif layer(node) == "intermediate":
            assert name.startswith("int_"), name
        else:
            assert not name.startswith(("stg_", "int_")), name


def test_a_model_is_described_and_tested_beside_its_sql(manifest: Node, models: dict[str, Node]) -> None:
    for node in models.values():
        if layer(node) != "staging":
            beside = Path(node["original_file_path"]).with_suffix(".yml")
            assert Path(node["patch_path"].split("://")[1]) == beside, node["name"]
    beside_of = {node["name"]: node["patch_path"].split("://")[1] for node in models.values()}
    for test in manifest["unit_tests"].values():
        assert test["original_file_path"] == beside_of[test["model"]], test["name"]


def test_a_metric_is_defined_beside_the_measures_of_its_domain(manifest: Node) -> None:
    domains = {node["original_file_path"] for node in manifest["semantic_models"].values()}
    assert {metric["original_file_path"] for metric in manifest["metrics"].values()} == domains
    assert {Path(path).parent.name for path in domains} == {"semantic"}


AMOUNT = re.compile(r"numeric\(38, ?[24]\)")  # the type of money in a mart's contract


def test_a_metric_that_sums_money_is_written_as_money(manifest: Node, models: dict[str, Node]) -> None:
    types = {
        node["name"]: {name: col["data_type"] or "" for name, col in node["columns"].items()}
        for node in models.values()
    }
    measures = {
        measure["name"]: (model["node_relation"]["alias"], measure["expr"] or measure["name"])
        for model in manifest["semantic_models"].values()
        for measure in model["measures"]
    }
    summed = {}
    for metric in manifest["metrics"].values():
        if metric["type"] == "simple":
            mart, expr = measures[metric["type_params"]["measure"]["name"]]
            taken = re.findall(r"\w+", re.sub(r"\bwhen\b.*?\bthen\b", "", expr))  # what it sums, not when
            if any(AMOUNT.fullmatch(types[mart].get(word, "")) for word in taken):
                summed[metric["name"]] = metric["config"]["meta"]["format"]
    assert {"mrr_base_12m", "ending_mrr", "won_amount"} <= summed.keys()
    assert {name for name, kind in summed.items() if kind != "money"} == set()


def test_only_staging_reads_sources_and_each_model_reads_one(models: dict[str, Node]) -> None:
    for node in models.values():
        sources = parents(node, "source")
        if layer(node) == "staging":
            assert len(sources) == 1 and not parents(node, "model"), node["name"]
            assert node["config"]["materialized"] == "view", node["name"]
        else:
            assert not sources, f"{node['name']} reads a source directly"


def test_every_source_is_used_and_described(manifest: Node, models: dict[str, Node]) -> None:
    used = {key for node in models.values() for key in parents(node, "source")}
    assert used == set(manifest["sources"])
    for source in manifest["sources"].values():
        assert source["description"] and source["source_description"], source["name"]
        assert all(column["description"] for column in source["columns"].values()), source["name"]


def test_nothing_is_hard_coded(models: dict[str, Node]) -> None:
    for node in models.values():
        code = re.sub(r"--.*", "", node["raw_code"])
        assert not re.search(r"\b(from|join)\s+(raw|staging|intermediate|marts|ops|scores)\.", code), node["name"]
        assert not re.search(r"\b(current_date|current_timestamp|now\s*\(|getdate)", code), node["name"]
        assert "::" not in code and "distinct on" not in code and "generate_series" not in code, node["name"]


def test_every_model_and_column_is_described(models: dict[str, Node]) -> None:
    for node in models.values():
        assert node["description"], node["name"]
        assert node["columns"], node["name"]
        assert all(column["description"] for column in node["columns"].values()), node["name"]


def test_every_model_has_a_tested_key(models: dict[str, Node], tests_of: dict[str, list[Node]]) -> None:
    for key, node in models.items():
        kinds = defaultdict(set)
        for test in tests_of[key]:
            if metadata := test.get("test_metadata"):
                kinds[str(metadata["kwargs"].get("column_name")).strip('"')].add(metadata["name"])
        if layer(node) == "marts":
            assert any({"unique", "not_null"} <= found for found in kinds.values()), f"{node['name']} has no tested key"
            assert node["config"]["contract"]["enforced"], node["name"]
        elif layer(node) == "intermediate" and node["name"] not in WITHOUT_GRAIN:
            grain = [test for test in tests_of[key] if (test.get("test_metadata") or {}).get("name") == "one_row_per"]
            assert len(grain) == 1, f"{node['name']} has no tested grain"


def test_every_mart_carries_its_layer_tag_and_an_owner(models: dict[str, Node]) -> None:
    for node in models.values():
        if layer(node) == "marts":
            prefix = node["name"].split("_")[0]
            wanted = {"dim": "dimension", "fct": "fact"}.get(prefix, "mart")
            assert wanted in node["tags"], f"{node['name']} lacks the tag {wanted}"
            assert node["config"]["meta"].get("owner"), node["name"]


def test_dependencies_run_one_way(models: dict[str, Node]) -> None:
    order = {"staging": 0, "intermediate": 1, "marts": 2}
    for node in models.values():
        for key in parents(node, "model"):
            if key in models:
                assert order[layer(models[key])] <= order[layer(node)], f"{node['name']} leans on {models[key]['name']}"


def test_nothing_is_rejoined_or_joins_too_much_without_a_reason(models: dict[str, Node]) -> None:
    above = {key: {parent for parent in parents(node, "model") if parent in models} for key, node in models.items()}
    below: dict[str, set[str]] = defaultdict(set)
    for key, upper in above.items():
        for parent in upper:
            below[parent].add(key)
    name = {key: node["name"] for key, node in models.items()}
    rejoined = {
        name[step]
        for key in models
        for step in above[key]
        for origin in above[step] & above[key]
        if below[step] == {key} and name[origin] not in LOOKED_UP_EVERYWHERE
    }
    assert rejoined == set(REJOINED)
    assert {name[key] for key, upper in above.items() if len(upper) >= 7} == set(MANY_JOINS)


def test_no_chain_of_views(models: dict[str, Node]) -> None:
    for node in models.values():
        views = [
            key for key in parents(node, "model") if key in models and models[key]["config"]["materialized"] == "view"
        ]
        assert node["config"]["materialized"] != "view" or not views, node["name"]


def test_there_are_as_many_tests_as_promised(manifest: Node) -> None:
    kinds = Counter(node["resource_type"] for node in manifest["nodes"].values())
    assert kinds["test"] >= 400
    assert len(manifest["unit_tests"]) >= 60


def test_no_test_only_warns_of_the_synthetic_company(manifest: Node) -> None:
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    assert {node["config"]["severity"].lower() for node in tests} == {"error"}


def test_singular_tests_and_exposures_lean_on_what_is_there(manifest: Node, models: dict[str, Node]) -> None:
    assert len(manifest["exposures"]) >= 5
    for exposure in manifest["exposures"].values():
        assert exposure["owner"] and exposure["description"] and exposure["depends_on"]["nodes"], exposure["name"]
        for key in exposure["depends_on"]["nodes"]:
            assert key not in models or layer(models[key]) == "marts", f"{exposure['name']} reads {key}"


def test_what_is_loaded_is_told_of_every_table_of_the_contract(models: dict[str, Node]) -> None:
    code = next(node["raw_code"] for node in models.values() if node["name"] == "int_loaded_sources")
    missing = [table.key for table in read_contract(ROOT / "dbt") if f"'{table.key}'" not in code]
    assert missing == [], "int_loaded_sources says what is loaded: give it each table with the column that dates it"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.mistake)
def test_what_a_mutant_spoils_stands_in_its_model_once(mutant: Mutant) -> None:
    assert file_of(ROOT / "dbt", mutant).read_text(encoding="utf-8").count(mutant.right) == 1
