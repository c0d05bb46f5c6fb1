"""Today is the last day on which something is known to have happened."""

from __future__ import annotations

from datetime import date

import pytest

from company.contract import Column, read_contract
from loader.check.outcome import Days
from loader.check.window import Span, window_of
from warehouse.errors import TowerError
from warehouse.settings import ROOT

LOADED = date(2026, 8, 1)
HAPPENED = Column("at", "timestamp", happened=True)
START = Column("since", "timestamp", data_start=True)
RESORT = Column("began", "timestamp", happened=True, data_start=True, last_resort=True)


def days(first: str, last: str, later: int = 0) -> Days:
    return Days(date.fromisoformat(first), date.fromisoformat(last), later)


def test_today_is_the_latest_of_every_column_that_happened_and_says_which() -> None:
    spans = [
        Span("crm.accounts", HAPPENED, days("2026-01-20", "2026-01-20")),
        Span("crm.deals", HAPPENED, days("2026-01-10", "2026-06-20")),
        Span("crm.deals", HAPPENED, days("2026-02-03", "2026-02-03")),  # a second file does not hide the first
    ]
    found = window_of(spans, LOADED, None)
    assert (found.as_of, found.source) == (date(2026, 6, 20), "crm.deals.at")


def test_what_is_dated_after_the_load_waits_and_is_counted() -> None:
    spans = [Span("billing.subscription_changes", HAPPENED, days("2026-01-05", "2026-03-31", later=1))]
    found = window_of(spans, LOADED, None)
    assert found.as_of == date(2026, 3, 31)
    assert found.later == (("billing.subscription_changes.at", 1),)


def test_an_as_of_date_may_move_back_and_forward_to_the_day_of_the_load() -> None:
    spans = [Span("crm.deals", RESORT, days("2026-01-10", "2026-06-20"))]
    for day in (date(2026, 1, 10), date(2026, 6, 10), date(2026, 6, 30), LOADED):
        found = window_of(spans, LOADED, day)
        assert (found.start, found.as_of, found.source) == (date(2026, 1, 10), day, "")
    with pytest.raises(TowerError, match="after the day of the load, 2026-08-01"):
        window_of(spans, LOADED, date(2026, 8, 2))
    with pytest.raises(TowerError, match="before the first day of the data, 2026-01-10"):
        window_of(spans, LOADED, date(2026, 1, 9))


def test_no_window_is_longer_than_24_years() -> None:
    old = Span("support.tickets", START, days("1970-01-01", "2026-02-01"))
    known = Span("crm.deals", HAPPENED, days("2026-01-10", "2026-06-20"))
    found = window_of([old, known], LOADED, None)
    assert (found.start, found.as_of, found.is_longest) == (date(2002, 6, 1), date(2026, 6, 20), True)
    assert found.earlier == ("support.tickets", date(1970, 1, 1))
    asked = window_of([known], LOADED, None, date(2002, 5, 31))
    assert (asked.start, asked.is_longest) == (date(2002, 6, 1), True)
    assert window_of([known], LOADED, None, date(2002, 6, 1)).is_longest is False


def test_a_last_resort_starts_the_data_only_where_nothing_else_does() -> None:
    resort = Span("crm.deals", RESORT, days("2024-05-01", "2026-02-01"))
    assert window_of([resort], LOADED, None).start == date(2024, 5, 1)
    both = window_of([resort, Span("support.tickets", START, days("2026-01-03", "2026-02-01"))], LOADED, None)
    assert both.start == date(2026, 1, 3)
    assert both.earlier == ("crm.deals", date(2024, 5, 1))


def test_a_young_help_desk_does_not_hide_what_billing_knows() -> None:
    tickets = Span("support.tickets", START, days("2026-03-01", "2026-03-07"))
    subscriptions = Span("billing.subscriptions", RESORT, days("2024-05-01", "2026-02-01"))
    invoices = Span("billing.invoices", START, days("2026-01-01", "2026-06-30"))
    # subscriptions outlive the record of them: invoices say since when it is whole, and they alone where there are none
    assert window_of([tickets, subscriptions, invoices], LOADED, None).start == date(2026, 1, 1)
    assert window_of([tickets, subscriptions], LOADED, None).start == date(2024, 5, 1)
    assert window_of([subscriptions, invoices], LOADED, None).start == date(2024, 5, 1)
    # an older help desk is not hidden either
    old = Span("support.tickets", START, days("2025-11-01", "2026-03-07"))
    assert window_of([old, subscriptions, invoices], LOADED, None).start == date(2025, 11, 1)


def test_a_window_opens_with_a_whole_month_of_a_company_that_had_customers() -> None:
    subscriptions = Span("billing.subscriptions", RESORT, days("2024-05-01", "2026-02-01"))
    young = Span("billing.subscriptions", RESORT, days("2026-01-05", "2026-02-01"))

    def start(first: str, last: str, *others: Span) -> date | None:
        tickets = Span("support.tickets", START, days(last, last))
        return window_of([Span("billing.invoices", START, days(first, last)), tickets, *others], LOADED, None).start

    invoiced = Span("billing.invoices", HAPPENED, days("2026-01-05", "2026-06-30"))
    assert start("2026-01-05", "2026-06-30", subscriptions, invoiced) == date(2026, 2, 1)
    assert start("2026-01-01", "2026-06-30", subscriptions, invoiced) == date(2026, 1, 1)
    # its first customer came with the data: January tells of all that ever moved
    assert start("2026-01-05", "2026-06-30", young, invoiced) == date(2026, 1, 5)
    # no other month has begun
    assert window_of([subscriptions], LOADED, date(2026, 1, 31), date(2026, 1, 5)).start == date(2026, 1, 5)
    assert window_of([subscriptions], LOADED, date(2026, 2, 1), date(2026, 1, 5)).start == date(2026, 2, 1)


def test_no_planned_or_booked_day_counts_as_happened() -> None:
    marked = {f"{t.key}.{c.name}" for t in read_contract(ROOT / "dbt") for c in t.columns if c.happened}
    assert {"crm.deals.closed_at", "billing.invoices.invoice_date", "billing.subscriptions.ended_at"} <= marked
    planned = ("expected_close_date", "due_date", "due_at", "period_end", "trial_ended_at", "hired_at", "released_at")
    assert not [name for name in marked if name.endswith(planned)]
