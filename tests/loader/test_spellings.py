"""Words that differ in capitals alone are one word; every count was worked out by hand."""

from __future__ import annotations

import re
from pathlib import Path

from loader.write.spellings import spelled
from tests.loader.box import TABLES, make_box
from warehouse.settings import ROOT

HEADER = (
    "account_id,account_name,segment,industry,employee_count,country,region,acquisition_channel,owner_id,"
    "created_at,status"
)


def accounts(*lines: tuple[str, str, str, str]) -> str:
    """A file of accounts: key, segment, region, channel."""
    rows = [
        f"{key},{key},{segment},X,,US,{region},{channel},,2026-01-05,customer"
        for key, segment, region, channel in lines
    ]
    return "\n".join([HEADER, *rows, ""])


def test_the_declared_spelling_goes_before_the_most_frequent() -> None:
    assert spelled({"SMB": 1, "smb": 3, "Smb": 1, "Big": 2}, set()) == {"SMB": "smb", "Smb": "smb"}
    assert spelled({"SMB": 0, "smb": 3}, {"SMB"}) == {"smb": "SMB"}
    assert spelled({"a": 1, "A": 1}, set()) == {"a": "A"}  # as often: the first by the alphabet
    assert spelled({"a": 1, "A": 9}, {"a", "A"}) == {}  # both are declared: two words


def test_spellings_are_one_word_in_every_table(server: dict[str, str], tmp_path: Path) -> None:
    """smb stands twice and SMB four times, spend included; company.yml has nordics; what is merged counts beside."""
    box = make_box(server, "tower_spellings")
    data = tmp_path / "data"
    (data / "crm").mkdir(parents=True)
    (data / "company.yml").write_text("words:\n  region: [nordics]\n")
    (data / "crm/accounts.csv").write_text(
        accounts(
            ("a", "SMB", "Nordics", "Ads"), ("b", "smb", "Nordics", "ads"), ("c", "SMB", "DACH", "Fair"),
            ("d", "smb", "DACH", "Fair"), ("e", "SMB", "DACH", "Fair"), ("f", "SMB", "DACH", "Fair"),
        )
    )  # fmt: skip
    (data / "marketing").mkdir()
    (data / "marketing/spend.csv").write_text(
        "spend_id,spend_date,channel,campaign,amount,impressions,clicks,leads\n"
        "1,2026-01-05,ads,x,5,,,\n2,2026-01-06,ads,x,5,,,\n"
    )
    done = box.load(data)
    assert done.folded == (
        "segment: smb (2 rows) is read as SMB",
        "region: Nordics (2 rows) is read as nordics",
        "acquisition_channel: Ads (1 row) is read as ads",
    )
    query = "select segment, region, acquisition_channel, count(*) from raw.crm_accounts group by 1, 2, 3 order by 2"
    assert box.rows(query) == [("SMB", "DACH", "Fair", 4), ("SMB", "nordics", "ads", 2)]
    (data / "crm/accounts.csv").write_text(accounts(("g", "smb", "DACH", "Fair")))
    assert box.load(data, mode="merge").folded == ("segment: smb (1 row) is read as SMB",)
    assert box.rows("select kind, spelling, value, row_count from ops.word_spellings order by 1") == [
        ("acquisition_channel", "Ads", "ads", 1),
        ("region", "Nordics", "nordics", 2),
        ("segment", "smb", "SMB", 3),
    ]


def test_the_contract_and_the_models_find_words_in_the_same_columns() -> None:
    """int_words reads each kind from the columns that the contract marks with it."""
    text = (ROOT / "dbt/macros/words.sql").read_text(encoding="utf-8")
    body = text[text.index("macro places_of_words") :].split("endmacro")[0]
    models = {
        (kind, table, column)
        for kind, places in re.findall(r"'(\w+)': \[(.*)\]", body)
        for table, column in re.findall(r"\('([\w.]+)', '(\w+)'\)", places)
    }
    marked = {(c.word, t.key, c.name) for t in TABLES for c in t.columns if c.word}
    assert {one for one in marked if one[0] not in ("stage", "pipeline")} == models
