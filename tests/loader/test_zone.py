"""Days are those of the company's time zone: which is today, where the window begins, and when a day begins."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from company.calendar import instant, local_day
from company.contract import read_contract
from company.profile import Calendar, Profile
from loader.check.today import Today
from loader.load import load
from loader.loaded import Options
from warehouse.settings import ROOT

STOCKHOLM, NEW_YORK = "Europe/Stockholm", "America/New_York"
ACCOUNTS = """account_id,account_name,segment,industry,country,region,acquisition_channel,created_at,status
a,A,SMB,Retail,SE,Europe,Referral,{created},customer
"""
COLUMN = next(
    column
    for table in read_contract(ROOT / "dbt")
    if table.key == "crm.accounts"
    for column in table.columns
    if column.name == "created_at"
)


def window(folder: Path, scratch: Path, created: str, zone: str) -> tuple[date | None, date | None]:
    """First day and today of a company that has one account."""
    (folder / "crm").mkdir(parents=True, exist_ok=True)
    (folder / "crm/accounts.csv").write_text(ACCOUNTS.format(created=created), encoding="utf-8")
    profile = Profile(calendar=Calendar(zone))
    scratch.mkdir()
    found = load(None, read_contract(ROOT / "dbt"), Options(folder, profile=profile), scratch, lambda *_: None)
    assert not found.problems
    return found.window.start, found.window.as_of


@pytest.mark.parametrize(
    ("created", "zone", "expected"),
    [
        ("2026-01-31 23:30:00", "UTC", date(2026, 1, 31)),
        ("2026-01-31 23:30:00", STOCKHOLM, date(2026, 2, 1)),  # an hour ahead in winter
        ("2026-07-31 21:59:59", STOCKHOLM, date(2026, 7, 31)),  # two in summer
        ("2026-07-31 22:00:00", STOCKHOLM, date(2026, 8, 1)),
        ("2026-03-01 04:59:59", NEW_YORK, date(2026, 2, 28)),
        ("2026-03-01", NEW_YORK, date(2026, 3, 1)),  # a day without a time is that day, everywhere
        ("03/13/2026", NEW_YORK, date(2026, 3, 13)),
        ("03/13/2026 00:00", NEW_YORK, date(2026, 3, 12)),
    ],
)
def test_an_instant_is_of_the_day_that_the_company_s_calendar_shows(
    tmp_path: Path, created: str, zone: str, expected: date
) -> None:
    assert window(tmp_path / "data", tmp_path / "scratch", created, zone) == (expected, expected)


def test_what_is_later_than_today_begins_at_the_company_s_midnight() -> None:
    today = Today(date(2026, 3, 28), STOCKHOLM)
    assert today.first_later(COLUMN) == datetime(2026, 3, 28, 23)  # the clocks change in the night after
    assert Today(date(2026, 3, 29), STOCKHOLM).first_later(COLUMN) == datetime(2026, 3, 29, 22)
    assert today.day_of(datetime(2026, 3, 28, 23)) == date(2026, 3, 29)


def test_days_of_a_zone_on_both_changes_of_the_clocks() -> None:
    assert [instant(date(2026, 10, 25), minutes, STOCKHOLM).hour for minutes in (0, 150, 1440)] == [22, 1, 23]
    assert local_day(datetime(2026, 10, 25, 22, 59, 59), STOCKHOLM) == date(2026, 10, 25)
    assert local_day(datetime(2026, 10, 25, 23), STOCKHOLM) == date(2026, 10, 26)
