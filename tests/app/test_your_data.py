"""The page Your data and its twin in the terminal: a company that has accounts and deals alone, worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.ui.formats import plain
from tests.app.conftest import small_only
from tests.app.test_customer_pages import frame_with
from tests.app.test_pages import open_app
from tests.conftest import Company, empty_company, enter
from warehouse.connections import owner_connection
from warehouse.settings import ROOT, Settings

pytestmark = pytest.mark.usefixtures("fresh_caches")

REGION = "**Nord** <b>"  # text, wherever it is shown
ACCOUNTS = f"""\
account_id,account_name,segment,industry,employee_count,country,region,acquisition_channel,created_at,status
A1,Acme,SMB,Software,10,Germany,{REGION},Referral,2026-01-05,customer
A2,Bolt,Scale,Software,10,Germany,{REGION},Referral,2026-01-06,prospect
A3,Core,SMB,Software,many,Germany,{REGION},Referral,2026-01-07,prospect
"""
DEALS = f"""\
deal_id,deal_name,account_id,owner_id,deal_type,segment,region,source_channel,amount,currency,stage,created_at,closed_at
D1,One,A1,R1,new,SMB,{REGION},Referral,100,EUR,closed_won,2026-02-01,2026-03-01
D2,Two,A1,R1,new,SMB,{REGION},Referral,200,EUR,Negotiation,2026-02-02,2026-03-02
D3,Three,A2,R1,new,SMB,{REGION},Referral,300,,Handshake,2026-02-03,
"""
OF_ACCOUNTS = (
    "1 of 3 rows rejected: 1 type in employee_count (not a whole number).",
    "Acquisition channel: learned from the rows, since company.yml does not say: Referral.",
    f"Region: learned from the rows, since company.yml does not say: {REGION}.",
    "Segment: learned from the rows, since company.yml does not say: SMB, Scale.",
    "No row has a value in owner_id.",
)


@pytest.fixture(scope="module")
def built(server: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A CRM's export of two files and no company.yml, loaded and built."""
    folder = tmp_path_factory.mktemp("crm_only")
    (folder / "data/crm").mkdir(parents=True)
    (folder / "data/crm/accounts.csv").write_text(ACCOUNTS)
    (folder / "data/crm/deals.csv").write_text(DEALS)
    company = empty_company(server, "tower_crm_only", folder / "data", folder / "target")
    company.run("loader", "--max-rejects", "50")
    company.run("warehouse.dbt", "--quiet", "build", "--exclude-resource-type", "unit_test")
    return company


@pytest.fixture
def crm_only(built: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """This process sees that company."""
    enter(built, monkeypatch)
    return built


def expander(test: AppTest, table: str) -> tuple[str, str]:
    """The label and the text of a source's expander."""
    (found,) = (e for e in test.expander if e.label.split(": ")[-1].startswith(f"{table},"))
    return found.label, "\n".join(text.value for text in found.markdown)


def test_the_page_says_how_each_source_stands(crm_only: Company) -> None:
    test = open_app("your_data", {})
    assert not test.exception and not test.error
    table = frame_with(test, "state", "learned").set_index("source")
    accounts = ["! Read, with notes", 2, 1, 4, 1]
    assert [*table.loc["crm.accounts", ["state", "rows", "rejected", "learned", "empty"]]] == accounts
    deals = ["! Read, with notes", 3, 1, "EUR"]
    assert [*table.loc["crm.deals", ["state", "rows", "contradicted", "currency"]]] == deals
    needed = [name for name, state in table["state"].items() if state == "✗ Needed, not loaded"]
    assert needed == ["crm.deal_stage_history", "crm.sales_reps", "crm.targets"]  # the last for quotas
    assert table.loc["support.tickets", "state"] == "– Not loaded"
    label, text = expander(test, "crm.accounts")
    assert label == "! Read, with notes: crm.accounts, 2 rows"
    assert text.splitlines()[: len(OF_ACCOUNTS)] == [f"- {plain(note)}" for note in OF_ACCOUNTS]
    assert REGION not in text  # its signs are escaped
    label, text = expander(test, "crm.deals")
    assert "Nobody says whether deals in Handshake" in text and "1 row contradicts itself" in text
    assert "Amounts in EUR (2 rows)" in text
    (opens,) = (
        t.value.set_index("source") for t in test.dataframe if [*t.value.columns] == ["source", "metrics", "pages"]
    )
    assert {*opens.index} == {name for name, state in table["state"].items() if state == "– Not loaded"}
    assert "CSAT" in opens.loc["support.tickets", "metrics"]


def test_the_terminal_says_the_same(crm_only: Company) -> None:
    lines = crm_only.run("metrics", "your-data").stdout.splitlines()
    assert lines[0].startswith(
        "your data, as of load 1: ✗ Needed, not loaded: 3 · ! Read, with notes: 2 · – Not loaded: "
    )
    for note in OF_ACCOUNTS:
        assert f"crm.accounts: {note}" in lines
    assert any(line.startswith("crm.deals: 1 row contradicts itself: ") for line in lines)
    assert any(line.startswith("support.tickets is not loaded: ") and "4 pages rest on it: " in line for line in lines)
    assert not any("…" in line for line in lines)


def test_own_data_ends_with_it() -> None:
    steps = (ROOT / "Makefile").read_text().split("\nown-data:")[1].split("\n\n")[0].splitlines()
    assert steps[-1].strip() == "@$(PY) -m metrics your-data"


@pytest.fixture
def scoped(crm_only: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Everybody sees one segment only."""
    monkeypatch.setenv("ACCESS_FILE", str(small_only(tmp_path)))


def test_a_row_scope_is_told_nothing_that_the_audit_keeps_from_it(scoped: None) -> None:
    test = open_app("your_data", {})
    assert not test.exception and not test.error
    assert any("closed to your row scope" in caption.value for caption in test.caption)
    table = frame_with(test, "state", "learned").set_index("source")
    assert table["contradicted"].isna().all() and table["empty"].isna().all() and table["currency"].isna().all()
    _, text = expander(test, "crm.accounts")
    assert "1 of 3 rows rejected." in text and "employee" not in text


@pytest.fixture
def failed_load(crm_only: Company) -> Iterator[None]:
    """A load that was refused after the one that is built."""
    with owner_connection() as connection, connection.cursor() as cursor:
        cursor.execute(
            "insert into ops.load_runs (started_at, finished_at, loaded_by, status, source_folder, file_hashes, "
            "rows_read, rows_loaded, rows_rejected, message) values "
            "(now(), now(), 'x', 'failed', 'x', '{}', 0, 0, 0, '7 problems in 1 file')"
        )
        connection.commit()
        yield
        cursor.execute("delete from ops.load_runs where loaded_by = 'x'")
        connection.commit()


def test_a_load_that_failed_is_said_above(failed_load: None) -> None:
    test = open_app("your_data", {})
    assert [box.value for box in test.warning] == [
        "The last load failed: 7 problems in 1 file. The numbers rest on an earlier one."
    ]
    assert len(frame_with(test, "state", "learned")) == 26


def test_the_synthetic_company_is_read_whole(in_company: Settings) -> None:
    table = frame_with(open_app("your_data", {}), "state", "learned").set_index("source")
    assert {*table.drop(["billing.usage_charges", "support.ticket_status_history"])["state"]} == {"✓ Read whole"}
