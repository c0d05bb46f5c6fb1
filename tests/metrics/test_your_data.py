"""How a source stands, worked out by hand from what the warehouse says of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from metrics.readiness import Ready
from metrics.sources import Contradicted, File, Reject, Source, State
from metrics.your_data import Facts, sources_of

WHOLE = Source("crm.deals", rows=10, files=(File("deals.csv", 10),), metrics=("Win rate",), pages=("Forecast",))
READY = [
    Ready("page", "Forecast", (), 0.0, ("crm.accounts", "crm.deals")),
    Ready("metric", "win_rate", (), 0.0, ("crm.accounts", "crm.deals")),
    Ready("metric", "reopened", ("crm.stages",), 1.0, ("crm.accounts", "crm.deals", "crm.stages")),
    Ready("metric", "tickets", ("support.tickets",), 1.0, ("crm.accounts", "support.tickets")),
    Ready("metric", "logins", ("product.events.login",), 1.0, ("crm.accounts", "product.events")),
    Ready("metric", "usage", ("billing.usage",), 1.0, ("billing.usage", "crm.accounts", "product.events")),
]


def facts(**changed: Any) -> Facts:
    """Accounts, deals and events are loaded."""
    counts = {"crm.accounts": 3, "crm.deals": 2, "crm.stages": 0, "support.tickets": 0, "billing.usage": 0}
    counts |= {"product.events": 9, "product.events.login": 0, "product.events.activation": 1}
    rows = {name: {"row_count": n, "first_date": date(2026, 1, 1), "last_date": None} for name, n in counts.items()}
    return replace(Facts(rows, {}, {}, (), {}, {}, {}), **changed)


def by_table(said: Facts, optional: tuple[str, ...] = ()) -> dict[str, Source]:
    """The sources of some facts."""
    return {source.table: source for source in sources_of(said, READY, {"win_rate": "Win rate"}, optional)}


def test_a_source_of_which_there_is_nothing_to_say_is_read_whole() -> None:
    assert (WHOLE.state, WHOLE.words, WHOLE.notes) == (State.GREEN, "✓ Read whole", ())
    assert WHOLE.resting() == ("1 metric rests on it: Win rate.", "1 page rests on it: Forecast.")
    accounts = replace(WHOLE, table="crm.accounts")
    assert accounts.resting() == ("Everything rests on it: 1 metric and 1 page.",)
    assert replace(WHOLE, metrics=("A", "B", "C")).resting(2)[0] == "3 metrics rest on it: A · B and 1 more."
    assert Source("crm.contacts", rows=1).resting() == ("No metric and no page is empty without it.",)


def test_each_thing_to_say_makes_it_amber() -> None:
    said = {
        "1 of 10 rows rejected: 1 type in amount (not a number).": replace(
            WHOLE, files=(File("a", 4, 1), File("b", 6)), rejects=(Reject("type", "amount", 1, "not a number"),)
        ),
        "2 rows contradict themselves: open and dated as closed. Believed: the stage.": replace(
            WHOLE, contradictions=(Contradicted("open and dated as closed", "the stage", 2),)
        ),
        "1 row contradicts itself: ended twice. Believed: the first.": replace(
            WHOLE, contradictions=(Contradicted("ended twice", "the first", 1),)
        ),
        "Segment: learned from the rows, since company.yml does not say: A, B, C, D, E and 2 more.": replace(
            WHOLE, learned={"Segment": tuple("ABCDEFG")}
        ),
        "Nobody says whether deals in Legal are open, won or lost: they count as open.": replace(
            WHOLE, asked=("Legal",)
        ),
        "No row has a value in title, phone.": replace(WHOLE, empty_columns=("title", "phone")),
        "Metrics rest on rows that are not there: login.": replace(WHOLE, empty_kinds=("login",)),
    }
    for sentence, source in said.items():
        assert (source.state, source.words, source.notes) == (State.AMBER, "! Read, with notes", (sentence,))


def test_more_than_half_rejected_is_red_and_half_is_not() -> None:
    half = replace(WHOLE, files=(File("a", 10, 5),))
    assert half.state is State.AMBER
    assert half.notes == ("5 of 10 rows rejected.",)  # a row scope knows no reasons
    most = replace(half, files=(File("a", 10, 6),))
    assert (most.state, most.words) == (State.RED, "✗ Mostly rejected")
    assert replace(most, rows=0).words == "✗ Mostly rejected"


def test_what_is_not_loaded_is_red_where_its_system_waits_for_it_and_else_grey() -> None:
    found = by_table(facts())
    assert found["crm.stages"].words == "✗ Needed, not loaded"
    assert found["crm.stages"].notes == ("Other tables of crm are loaded; 1 metric waits for this one.",)
    assert found["support.tickets"].words == "– Not loaded"  # accounts alone are no support system
    assert found["billing.usage"].words == "– Not loaded"  # events are of another system
    assert by_table(facts(), optional=("crm.stages",))["crm.stages"].words == "– Not loaded"
    assert found["support.tickets"].metrics == ("tickets",)  # what it would open


def test_without_accounts_everything_waits_for_them() -> None:
    rows = facts().rows
    ready = [Ready("metric", "win_rate", ("crm.accounts",), 1.0, ("crm.accounts", "crm.deals"))]
    without = facts(rows={**rows, "crm.accounts": {**rows["crm.accounts"], "row_count": 0}})
    (first, *_) = sources_of(without, ready, {}, ())
    assert (first.table, first.words) == ("crm.accounts", "✗ Needed, not loaded")


def test_sources_come_in_the_order_of_urgency_and_kinds_of_rows_are_none() -> None:
    found = sources_of(facts(words={"crm.accounts": {"Region": ("DACH",)}}), READY, {}, ())
    assert [(source.state.value, source.table) for source in found] == [
        ("red", "crm.stages"),
        ("amber", "crm.accounts"),
        ("amber", "product.events"),
        ("green", "crm.deals"),
        ("grey", "billing.usage"),
        ("grey", "support.tickets"),
    ]
    assert found[2].empty_kinds == ("login",)


def test_a_file_without_rows_is_said() -> None:
    found = by_table(facts(files={"support.tickets": [{"name": "t.csv", "read": 0, "rejected": 0}]}))
    assert found["support.tickets"].notes == ("No row stands in t.csv.",)
    assert found["support.tickets"].state is State.GREY


def test_what_the_audit_says_belongs_to_its_table_and_may_be_closed() -> None:
    said = facts(
        rejected_rows={"crm.deals": [{"rule": "type", "column": "amount", "rows": 1, "message": ""}]},
        contradictions={
            "crm.deals": [{"rule": "r", "believed": "b", "rows": 4}, {"rule": "s", "believed": "c", "rows": 1}]
        },
        loaded_tables={"crm.deals": [{"empty_columns": ["title"], "currencies": {"EUR": 2}}]},
        asked=("Legal",),
    )
    deals, accounts = by_table(said)["crm.deals"], by_table(said)["crm.accounts"]
    assert (deals.contradicted, deals.empty_columns, deals.currencies) == (5, ("title",), {"EUR": 2})
    assert deals.rejects == (Reject("type", "amount", 1),)
    assert (accounts.contradicted, accounts.empty_columns, accounts.asked) == (0, (), ())
    closed = by_table(replace(said, rejected_rows=None, contradictions=None, loaded_tables=None))["crm.deals"]
    assert (closed.rejects, closed.contradicted, closed.empty_columns, closed.currencies) == (None, None, None, None)
