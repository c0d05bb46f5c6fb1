"""company.yml at load: which file counts, and that its rows come and go with the data."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from company.profile import Profile, Vocabulary, Word
from company.tables import COLUMNS
from loader.write.company import find_company
from tests.loader.box import Box, make_box
from warehouse.errors import TowerError

ACCOUNTS = "account_id,account_name,segment,industry,country,region,acquisition_channel,status,created_at\n"
SMALL = ACCOUNTS + "a-1,One,SMB,Software,DE,Europe,Events,customer,2026-01-05 10:00:00\n"
SUBSCRIPTIONS = (
    "subscription_id,account_id,product_id,status,billing_interval,started_at\n"
    "s-1,a-1,p-1,active,monthly,2026-01-05 10:00:00\n"
)


@pytest.fixture(scope="module")
def box(server: dict[str, str]) -> Box:
    """A warehouse of its own."""
    return make_box(server, "tower_whose")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An account and its subscription."""
    for name, text in (("crm/accounts", SMALL), ("billing/subscriptions", SUBSCRIPTIONS)):
        path = tmp_path / f"{name}.csv"
        path.parent.mkdir()
        path.write_text(text)
    return tmp_path


def test_the_named_file_goes_before_the_one_beside_the_data_and_that_before_the_project_s(tmp_path: Path) -> None:
    data, project, named = tmp_path / "data", tmp_path / "project", tmp_path / "ours.yml"
    data.mkdir()
    project.mkdir()
    assert find_company(data, None, project) is None
    (project / "company.yml").touch()
    assert find_company(data, None, project) == project / "company.yml"
    (data / "company.yml").touch()
    assert find_company(data, None, project) == data / "company.yml"
    with pytest.raises(TowerError, match=r"COMPANY_FILE: there is no file .*ours\.yml"):
        find_company(data, named, project)
    named.touch()
    assert find_company(data, named, project) == named


def test_a_load_writes_what_the_profile_says(box: Box, folder: Path) -> None:
    (folder / "company.yml").write_text(
        "name: Ours\ngross_margin: 0.7\nwords: {segment: {label: Tier, values: [B, A]}}"
    )
    assert box.load(folder).company == "Ours"
    assert box.rows("select company_name, gross_margin, gross_margin_source from raw.company_settings") == [
        ("Ours", Decimal("0.7"), "company.yml")
    ]
    assert box.rows("select value, position from raw.company_words order by position") == [("B", 1), ("A", 2)]
    assert box.rows("select kind, label from raw.company_labels") == [("segment", "Tier")]
    assert box.load(folder, gross_margin=Decimal("0.5")).company == "Ours"
    assert box.rows("select gross_margin_source from raw.company_settings") == [("environment",)]


def test_without_a_profile_every_table_is_there_and_says_nothing(box: Box, folder: Path) -> None:
    box.load(folder, profile=Profile("Earlier", vocabularies=(Vocabulary("segment", None, (Word("A"),)),)))
    assert box.load(folder).company is None
    assert {table: box.count(table) for table in COLUMNS} == dict.fromkeys(COLUMNS, 0) | {"company_settings": 1}


def test_a_drop_without_a_profile_keeps_the_last_one(box: Box, folder: Path) -> None:
    box.load(folder, profile=Profile("Ours"))
    (folder / "crm/accounts.csv").write_text(SMALL.replace("One", "Two"))
    assert box.load(folder, mode="merge").company == "Ours"
    (folder / "crm/accounts.csv").write_text(SMALL.replace("One", "Three"))
    assert box.load(folder, mode="merge", profile=Profile("Renamed")).company == "Renamed"


def test_a_drop_with_a_new_profile_alone_rewrites_the_company_and_nothing_else(box: Box, folder: Path) -> None:
    """Its file of rates too; what says the same again is nothing new, and a folder without any file will do."""
    own = {"company_file": folder / "company.yml", "mode": "merge"}
    (folder / "company.yml").write_text("{name: Ours, currency: {reporting: EUR}}\n")
    box.load(folder)
    accounts = box.content("crm_accounts")
    assert box.load(folder, **own).run == 0
    (folder / "company.yml").write_text("{name: Theirs, currency: {reporting: EUR}}\n")
    done = box.load(folder, **own)
    assert done.run and (done.company, done.read, len(done.outcomes)) == ("Theirs", 0, 0)
    assert box.rows("select company_name from raw.company_settings") == [("Theirs",)]
    drop = folder.parent / "drop"
    drop.mkdir()
    (drop / "company.yml").write_text("{name: Theirs, currency: {reporting: EUR}}\n")
    (drop / "fx_rates.csv").write_text("month,currency,rate\n2026-01,SEK,0.09\n")
    assert box.load(drop, **own).run
    assert box.rows("select rate::float from raw.company_fx_rates where currency = 'SEK'") == [(0.09,)]
    assert box.content("crm_accounts") == accounts


def test_a_refused_load_leaves_the_company_as_it_was(box: Box, folder: Path) -> None:
    box.load(folder, profile=Profile("Ours"))
    (folder / "crm/accounts.csv").write_text(SMALL.replace("customer", "nonsense"))
    assert box.load(folder, profile=Profile("Other")).problems
    assert box.rows("select company_name from raw.company_settings") == [("Ours",)]
