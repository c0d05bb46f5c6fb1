"""The doctor's findings and drafts, what a mapping covers, and what the dashboard needs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from company.contract import read_contract
from loader.mapping.reader import read_mapping
from metrics.readiness import needs_of_marts, readiness
from tests.conftest import Company
from tests.mappings.test_exports import EXPORTS, TABLES, pick, run
from warehouse.settings import ROOT

UNKNOWN = {
    "Kunden.csv": "Customer ID;Company;Signup Date;Country;Industry;Segment;Size\n"
    "K1;Alfa;03.01.2026;Germany;Retail;Enterprise;1.200\nK2;Beta;14.02.2026;France;;SMB;15\n"
    "K3;Gamma;20.02.2026;Spain;Tools;smb;7\n",
    "my_subscriptions.csv": "Subscription,Customer,Plan,Status,Interval,Start,End,Seats,Price\n"
    "S1,K1,Pro,active,monthly,2026-01-05,,10,20.00\nS2,K2,Basic,cancelled,annual,2026-02-15,2026-03-01,2,100.00\n",
    "plans.csv": "plan,tier,list price,active\nPro,Growth,20,yes\nBasic,Starter,10,yes\n",
    "cases.tsv": "Case Number\tCustomer\tOpened\tPriority\tClosed At\tSatisfaction\n"
    "1\tK1\t2026-03-01 10:00\thigh\t2026-03-02 09:00\t4\n2\tK2\t2026-03-04 11:30\tlow\t\t\n",
}


def command(*arguments: str) -> str:
    """What `python -m loader …` prints."""
    done = subprocess.run(
        [sys.executable, "-m", "loader", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_doctor_drafts_a_mapping_that_loads(tmp_path: Path) -> None:
    data, draft = tmp_path / "data", tmp_path / "draft.yml"
    data.mkdir()
    for name, text in UNKNOWN.items():
        (data / name).write_text(text)
    said = command("doctor", str(data), "--out", str(draft))
    assert "signup_date: date (day first)" in said
    assert "cases.tsv             utf-8     tab" in said
    assert "opened: time" in said
    assert "need marketing.spend" in said
    rows, outcomes = run(data, str(draft), tmp_path)
    assert sum(outcome.rejected for outcome in outcomes) == 0
    assert pick(rows["crm.accounts"], "account_id", "account_name", "segment", "employee_count", "created_at") == [
        ("K1", "Alfa", "Enterprise", "1200", "2026-01-03 00:00:00"),
        ("K2", "Beta", "SMB", "15", "2026-02-14 00:00:00"),
        ("K3", "Gamma", "SMB", "7", "2026-02-20 00:00:00"),
    ]
    columns = ("subscription_id", "account_id", "product_id", "status", "billing_interval", "ended_at")
    assert pick(rows["billing.subscriptions"], *columns) == [
        ("S1", "K1", "Pro", "active", "monthly", None),
        ("S2", "K2", "Basic", "cancelled", "annual", "2026-03-01 00:00:00"),
    ]
    assert pick(rows["billing.subscription_changes"], "quantity", "unit_price") == [("10", "20.00"), ("2", "100.00")]
    assert pick(rows["support.tickets"], "account_id", "priority", "csat_score", "status") == [
        ("K1", "high", "4", "closed"),
        ("K2", "low", None, "open"),
    ]
    assert yaml.safe_load(draft.read_text())["files"]["my_subscriptions"]["types"]["price"] == "number"
    assert "product.users" not in rows


@pytest.mark.parametrize("name", ["stripe", "hubspot", "salesforce", "zendesk", "spend"])
def test_the_doctor_knows_the_ready_mappings(name: str, tmp_path: Path) -> None:
    said = command("doctor", str(EXPORTS / name), "--out", str(tmp_path / "draft.yml"))
    assert f"MAPPING={name}\n" in said
    assert not (tmp_path / "draft.yml").exists()


def test_mapping_check_says_what_is_filled_guessed_and_missing() -> None:
    said = command("mapping-check", "--data", str(EXPORTS / "zendesk"), "--mapping", "zendesk")
    tickets = said.split("support.tickets: ")[1].split("\n\n")[0]
    assert tickets.startswith("3 lines\n")
    assert "resolved_at 67%" in tickets
    assert "priority = 'normal' in 1 rows" in tickets
    assert "user_id (who asked is a person and not a user of the product)" in tickets
    assert re.search(r"Support & quality +works", said)
    assert "8 metrics need marketing.touches: first_touch_new_mrr" in said


def test_readiness_of_accounts_and_subscriptions() -> None:
    filled = {"crm.accounts", "billing.products", "billing.subscriptions", "billing.subscription_changes"}
    lines = {line.label: line for line in readiness(ROOT / "dbt", filled)}
    assert lines["mrr"].state == lines["nrr_t12m"].state == "works"
    assert lines["cac"].missing == ("marketing.spend",)
    assert lines["Support & quality"].state == "empty"
    assert lines["Retention & cohorts"].state == "works"
    assert {"support.tickets", "support.sla_policies"} == set(lines["first_response_sla"].missing)
    everything = {table.key for table in read_contract(ROOT / "dbt")}
    lacking = {line.label: line.missing for line in readiness(ROOT / "dbt", everything) if line.missing}
    assert lacking["activation_rate"] == lacking["Product adoption"] == ("product.events.activation",)
    everything.add("product.events.activation")
    assert {line.state for line in readiness(ROOT / "dbt", everything)} == {"works"}


def test_the_needs_of_marts_agree_with_dbt(company: Company) -> None:
    """Every mart behind a metric or a page is listed, and needs only sources that dbt's lineage leads to."""
    manifest = json.loads((Path(company.environment["DBT_TARGET_PATH"]) / "manifest.json").read_text())
    nodes = manifest["nodes"]

    def sources(unique_id: str) -> set[str]:
        if unique_id.startswith("source."):
            return {".".join(unique_id.split(".")[-2:])}
        return (
            set().union(*(sources(parent) for parent in nodes[unique_id]["depends_on"]["nodes"]))
            if unique_id in nodes
            else set()
        )

    used = [n for e in manifest["exposures"].values() for n in e["depends_on"]["nodes"]]
    used += [n for m in manifest["semantic_models"].values() for n in m["depends_on"]["nodes"]]
    needs = needs_of_marts()
    assert {name.split(".")[-1] for name in used} <= needs.keys()
    for mart, tables in needs.items():
        unique_id = f"model.gtm_control_tower.{mart}"
        assert unique_id in nodes, f"no mart {mart}"
        if mart not in ("dim_tower", "dim_date"):
            known = {
                ".".join(table.split(".")[:2]) for table in tables
            }  # product.events.activation is some of its rows
            assert known - {"crm.accounts"} <= sources(unique_id), mart


def test_a_draft_is_checked_like_any_mapping(tmp_path: Path) -> None:
    draft = tmp_path / "draft.yml"
    data = tmp_path / "data"
    data.mkdir()
    for name, text in UNKNOWN.items():
        (data / name).write_text(text)
    command("doctor", str(data), "--out", str(draft))
    body = yaml.safe_load(draft.read_text())
    assert read_mapping(str(draft), TABLES).tables.keys() == body["tables"].keys()
    with pytest.raises(AssertionError, match="is there already"):
        command("doctor", str(data), "--out", str(draft))  # it may have been mended
