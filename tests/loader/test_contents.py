"""What is kept of the tables after a load: the columns without any value, and the currencies of the amounts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.loader.box import Box, make_box

ACCOUNTS = (
    "account_id,account_name,segment,industry,employee_count,country,region,acquisition_channel,created_at,status"
)
SPEND = "spend_id,spend_date,channel,campaign,amount,impressions,clicks,leads,currency"


@pytest.fixture(scope="module")
def box(server: dict[str, str]) -> Box:
    """A warehouse for this module."""
    return make_box(server, "tower_contents")


def write(folder: Path, file: str, *lines: str) -> None:
    """A file of the contract's own shape."""
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*lines, ""]))


def kept(box: Box, table: str) -> tuple[object, ...]:
    """What ops.loaded_tables says of a table."""
    (row,) = box.rows(f"select empty_columns, currencies from ops.loaded_tables where source_table = '{table}'")
    return row


def test_columns_without_any_value_and_currencies_are_kept_as_they_are_now(box: Box, tmp_path: Path) -> None:
    write(tmp_path, "crm/accounts.csv", ACCOUNTS, "A1,Acme,SMB,Retail,,Germany,Europe,Referral,2026-01-01,customer")
    write(
        tmp_path,
        "marketing/spend.csv",
        SPEND,
        "S1,2026-01-02,Search,x,10,,5,,eur",
        "S2,2026-01-03,Search,x,20,,,,EUR",
        "S3,2026-01-03,Search,x,20,,,,",
    )
    assert box.load(tmp_path).run
    empty, currencies = kept(box, "crm.accounts")
    assert (empty, currencies) == (["employee_count", "owner_id"], {})  # the file has no owner_id
    assert kept(box, "marketing.spend") == (["impressions", "leads"], {"EUR": 2})
    assert kept(box, "crm.deals") == ([], {})  # a table without rows lacks no column
    more = tmp_path / "more"
    write(more, "crm/accounts.csv", ACCOUNTS, "A2,Bolt,SMB,Retail,10,Germany,Europe,Referral,2026-01-01,customer")
    assert box.load(more, mode="append").run
    assert kept(box, "crm.accounts") == (["owner_id"], {})
    assert kept(box, "marketing.spend") == (["impressions", "leads"], {"EUR": 2})
