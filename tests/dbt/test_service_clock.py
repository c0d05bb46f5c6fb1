"""The SLA clock in SQL equals company.hours, for drawn companies, tickets and histories, on any day of a zone."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise, takewhile
from typing import Any
from zoneinfo import ZoneInfo

import psycopg2
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg2.extras import execute_values

from company.hours import Span, elapsed
from company.profile import Holiday, Profile, ServiceHours
from company.tables import COLUMNS, company_tables
from tests.conftest import Company, new_database
from tests.shared import lend_parse, named

STOCKHOLM = "Europe/Stockholm"
ZONES = [
    "UTC",
    STOCKHOLM,
    "America/New_York",
    "America/Havana",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Asia/Kathmandu",
]
MODELS = [  # in the order in which they lean on each other
    "stg_support__tickets",
    "stg_support__ticket_status_history",
    "int_as_of",
    "int_service_days",
    "int_service_stretches",
    "int_ticket_ends",
    "int_ticket_readings",
    "int_ticket_waits",
    "int_ticket_runs",
    "int_ticket_clocks",
    "int_ticket_states",
]
EVER = datetime(2100, 1, 1)
WITHOUT_SHRINKING = (Phase.explicit, Phase.generate)  # an example takes a tenth of a second
RAW = """
create temp table support_tickets (
    ticket_id text, account_id text default 'a', user_id text, channel text, category text, priority text, subject text,
    description text, feature_id text, app_version text, created_at timestamp, first_response_at timestamp,
    resolved_at timestamp, status text, reopened_count integer, is_escalated boolean, csat_score integer,
    root_cause_id text, agent_name text);
create temp table support_ticket_status_history (
    status_history_id text, ticket_id text, status text, entered_at timestamp);
create temp table stg_support__sla_policies (
    priority text, first_response_hours numeric(18, 2), resolution_hours numeric(18, 2));
create temp table stg_ops__load_runs (load_run_id bigint, data_start_date date, as_of_date date);
create temp table stg_crm__accounts as
    select 'a' as account_id, 'A' as account_name, 'S' as segment, 'R' as region, 'C' as acquisition_channel;
create temp table int_numbers as select n from generate_series(0, 9999) as n where n < 5 or n > 8000;
"""


@dataclass(frozen=True)
class Ticket:
    """A ticket as the files have it, with the statuses that it entered."""

    priority: str
    created: datetime
    answered: datetime | None
    solved: datetime | None
    entries: tuple[tuple[str, datetime], ...] = ()
    is_closed: bool = False  # whether solved or not

    @property
    def end(self) -> datetime | None:
        """When it was solved, or what stands for that where nobody says it."""
        if self.solved or not self.is_closed:
            return self.solved
        known = [self.answered] if self.answered and not self.closings else []
        return max([self.created, *known, *(self.closings[:1] or [when for _, when in self.entries])])

    @property
    def is_timed(self) -> bool:
        """Whether somebody says when it was solved."""
        return bool(self.solved or self.closings)

    @property
    def closings(self) -> list[datetime]:
        """When it was resolved or closed for the last time, by its history."""
        tail = takewhile(lambda entry: entry[0] in ("resolved", "closed"), reversed(self.entries))
        return [when for _, when in tail][::-1]


@dataclass(frozen=True)
class Desk:
    """A company's support."""

    zone: str
    hours: ServiceHours | None
    as_of: date
    promises: dict[str, tuple[Decimal, Decimal]]
    tickets: tuple[Ticket, ...]


@pytest.fixture(scope="module")
def compiled(server: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The SQL of each model for a company in Stockholm, reading tables of any schema."""
    target, name = tmp_path_factory.mktemp("clock"), named("tower_clock")
    own = {"DATABASE_URL": new_database(server, name), "POSTGRES_DB": name, "DBT_TARGET_PATH": str(target)}
    company = Company(target, os.environ | server | own | {"TOWER_TIMEZONE": STOCKHOLM})
    lend_parse(company)
    company.run("warehouse.dbt", "--quiet", "compile", "--select", *MODELS)
    found = {path.stem: path.read_text(encoding="utf-8") for path in (target / "compiled").rglob("*.sql")}
    return {name: re.sub(r'"\w+"\."\w+"\."(\w+)"', r"\1", found[name]) for name in MODELS}


@pytest.fixture(scope="module")
def cursor(server: dict[str, str]) -> Iterator[Any]:
    """A connection to the tests' server; what is made in it is rolled back after each example."""
    connection = psycopg2.connect(server["DATABASE_URL"])
    with connection.cursor() as open_cursor:
        yield open_cursor
    connection.close()


def run(cursor: Any, compiled: dict[str, str], desk: Desk) -> dict[int, dict[str, Any]]:
    """What the models say of each ticket, by its place."""
    cursor.connection.rollback()
    cursor.execute(RAW)
    _fill(cursor, desk)
    for name in MODELS:
        sql = compiled[name].replace(STOCKHOLM, desk.zone)
        cursor.execute(f"create temp table {name} as {sql}")
        cursor.execute(f"analyze {name}")
    cursor.execute("select * from int_ticket_states")
    columns = [column.name for column in cursor.description]
    return {int(row[0]): dict(zip(columns, row, strict=True)) for row in cursor.fetchall()}


def _fill(cursor: Any, desk: Desk) -> None:
    profile = Profile(service_hours=desk.hours)
    for table, rows in company_tables(profile).items():
        name = table.replace("company_", "stg_company__", 1)
        cursor.execute(f"create temp table {name} ({', '.join(f'{c} {t}' for c, t in COLUMNS[table].items())})")
        execute_values(cursor, f"insert into {name} values %s", [tuple(row.values()) for row in rows])
        cursor.execute(f"analyze {name}")
    execute_values(
        cursor, "insert into stg_support__sla_policies values %s", [(k, *v) for k, v in desk.promises.items()]
    )
    cursor.execute("insert into stg_ops__load_runs values (1, %s, %s)", (date(2011, 1, 1), desk.as_of))
    fields = "(ticket_id, priority, created_at, first_response_at, resolved_at, status)"
    rows = [
        (str(n), t.priority, t.created, t.answered, t.solved, "closed" if t.solved or t.is_closed else "open")
        for n, t in enumerate(desk.tickets)
    ]
    execute_values(cursor, f"insert into support_tickets {fields} values %s", rows)
    entries = [(str(n), *entry) for n, ticket in enumerate(desk.tickets) for entry in ticket.entries]
    keyed = [(str(key), *entry) for key, entry in enumerate(entries)]
    execute_values(cursor, "insert into support_ticket_status_history values %s", keyed)
    cursor.execute("analyze support_tickets, support_ticket_status_history, stg_support__sla_policies, int_numbers")


def local(moment: datetime, zone: str) -> datetime:
    """The company's wall clock at an instant."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def instants(wall: datetime, zone: str) -> list[datetime]:
    """The instants at which the wall shows a time, the later reading last."""
    readings = {wall.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC).replace(tzinfo=None) for fold in (0, 1)}
    return sorted(readings)


def waits(desk: Desk, ticket: Ticket) -> list[Span]:
    """From when to when the ticket was not open, as far as that is known."""
    known = [(status, when) for status, when in ticket.entries if local(when, desk.zone).date() <= desk.as_of]
    steps = [*sorted(known, key=lambda entry: entry[1]), ("", EVER)]
    return [(since, until) for (status, since), (_, until) in pairwise(steps) if status != "open"]


def by_as_of(desk: Desk, moment: datetime | None) -> datetime | None:
    """An instant, if it is known on the as-of date."""
    return moment if moment and local(moment, desk.zone).date() <= desk.as_of else None


def check_step(desk: Desk, ticket: Ticket, row: dict[str, Any], step: str) -> None:
    """One promise of one ticket: how long the clock ran, what became of it, when it is due."""
    solved = by_as_of(desk, ticket.end)
    answered = by_as_of(desk, ticket.answered)
    done = answered or solved if step == "answer" else solved
    if step == "answer" and solved and not answered and not ticket.is_timed:
        assert (row["first_response_state"], row["answer_due_at"]) == ("no_target", None)
        return
    if step == "solve" and done and not ticket.is_timed:
        found = (row["solve_run"], row["resolution_state"], row["solve_due_at"], row["solved_at"])
        assert found == (None, "no_target", None, local(done, desk.zone))
        return
    hours = None if desk.hours and ticket.priority in desk.hours.always else desk.hours
    waiting = waits(desk, ticket)
    end = done or instants(datetime.combine(desk.as_of + timedelta(days=1), time()), desk.zone)[-1]
    ran = elapsed(ticket.created, end, hours, desk.zone, waiting)
    assert timedelta(microseconds=row[f"{step}_run"]) == ran
    seen = [other for other in desk.tickets if by_as_of(desk, other.created)]
    has_answers = any(by_as_of(desk, other.answered) for other in seen)  # else nobody records them
    promised = desk.promises.get(ticket.priority) if step == "solve" or has_answers else None
    state, due = row[{"answer": "first_response_state", "solve": "resolution_state"}[step]], row[f"{step}_due_at"]
    if promised is None:
        assert (state, due) == ("no_target", None)
        return
    target = timedelta(microseconds=int(promised[step == "solve"] * 3_600_000_000))
    assert state == ("breached" if ran > target else "met" if done else "pending")
    lasting = [span for span in waiting if span[1] == EVER]
    if done:
        waiting = [span for span in waiting if span not in lasting]

    def spent(moment: datetime) -> timedelta:
        return elapsed(ticket.created, moment, hours, desk.zone, waiting)

    if due is None:  # it waits while there is time, or the service days that are known end before
        assert spent(datetime.combine(desk.as_of, time()) + timedelta(days=1000)) <= target
    else:
        last = [moment for moment in instants(due, desk.zone) if spent(moment) == target]
        assert any(spent(moment + timedelta(microseconds=1)) > target for moment in last)


def check(cursor: Any, compiled: dict[str, str], desk: Desk) -> None:
    """Every ticket that the as-of date knows, and no other."""
    found = run(cursor, compiled, desk)
    known = {n for n, ticket in enumerate(desk.tickets) if local(ticket.created, desk.zone).date() <= desk.as_of}
    assert found.keys() == known
    for place in known:
        for step in ("answer", "solve"):
            check_step(desk, desk.tickets[place], found[place], step)


MOMENTS = st.datetimes(datetime(2011, 12, 20), datetime(2012, 12, 31))
CHANGES = [  # of the clocks: Stockholm, New York, Havana, Lord Howe, Apia
    datetime(2012, 3, 25, 1),
    datetime(2012, 10, 28, 1),
    datetime(2012, 3, 11, 7),
    datetime(2012, 11, 4, 6),
    datetime(2012, 4, 1, 5),
    datetime(2012, 11, 4, 5),
    datetime(2012, 3, 31, 15),
    datetime(2012, 10, 6, 15, 30),
    datetime(2011, 12, 30, 10),
]
LENGTHS = st.one_of(st.timedeltas(timedelta(), timedelta(hours=30)), st.timedeltas(timedelta(), timedelta(days=40)))
NEAR = st.timedeltas(timedelta(hours=-40), timedelta(hours=40))
AROUND = st.builds(lambda change, distance: change + distance, st.sampled_from(CHANGES), NEAR)
STATUSES = st.sampled_from(["open", "pending", "resolved", "closed"])


@st.composite
def tickets(draw: st.DrawFn) -> Ticket:
    """A ticket near a change of the clocks or anywhere, its ends and statuses after it or, by mistake, before."""
    created = draw(st.one_of(AROUND, MOMENTS))
    after = LENGTHS.map(lambda length: created + length)
    entries = draw(st.lists(st.tuples(STATUSES, st.one_of(after, after, AROUND)), max_size=5))
    entries.sort(key=lambda entry: entry[1])
    ends = draw(st.tuples(st.none() | after, st.none() | after))
    return Ticket(draw(st.sampled_from(["P1", "P2", "P3"])), created, *ends, tuple(entries), draw(st.booleans()))


@st.composite
def desks(draw: st.DrawFn) -> Desk:
    """A company's support in some zone, with hours or without."""
    opens = draw(st.integers(0, 24 * 60 - 1))
    closes = draw(st.integers(opens + 1, 24 * 60))
    days = draw(st.sets(st.integers(1, 7), min_size=1))
    off = draw(st.sets(st.dates(date(2011, 12, 25), date(2012, 12, 31)), max_size=6))
    hours = ServiceHours(tuple(sorted(days)), opens, closes, tuple(map(Holiday, sorted(off))), ("P1",))
    hour = st.integers(0, 9_000).map(lambda n: Decimal(n) / 100)
    promise = st.tuples(hour, hour)
    return Desk(
        draw(st.sampled_from(ZONES)),
        draw(st.sampled_from([hours, hours, ServiceHours((1, 2, 3, 4, 5), 480, 1020), None])),
        draw(st.dates(date(2012, 1, 1), date(2012, 12, 31))),
        {"P1": draw(promise), "P2": draw(promise)},
        tuple(draw(st.lists(tickets(), min_size=1, max_size=6))),
    )


@settings(max_examples=150, phases=WITHOUT_SHRINKING, suppress_health_check=[HealthCheck.too_slow])
@given(desk=desks())
def test_the_clock_in_sql_is_that_of_company_hours(cursor: Any, compiled: dict[str, str], desk: Desk) -> None:
    check(cursor, compiled, desk)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_week_of_the_nordic_desk_worked_out_by_hand(cursor: Any, compiled: dict[str, str]) -> None:
    hours = ServiceHours((1, 2, 3, 4, 5), 480, 1020, (Holiday(date(2026, 4, 3)), Holiday(date(2026, 4, 6))), ("P1",))
    desk = Desk(
        STOCKHOLM,
        hours,
        date(2026, 4, 7),
        {"P1": (Decimal(1), Decimal(6)), "P2": (Decimal(2), Decimal(9)), "P3": (Decimal(9), Decimal(36))},
        (
            # Thursday 16:00 before Easter, answered on Tuesday at 9: an hour on Thursday, one on Tuesday, 18 in all
            Ticket("P2", at("2026-04-02 14:00"), at("2026-04-07 07:00"), at("2026-04-07 14:00")),
            # the same for a priority that is served day and night: 113 and 120 hours
            Ticket("P1", at("2026-04-02 14:00"), at("2026-04-07 07:00"), at("2026-04-07 14:00")),
            # Friday 16:00 in winter to Monday 9:00 in summer: one hour on each day; pending from 10 to 12 on Monday
            Ticket(
                "P3",
                at("2026-03-27 15:00"),
                at("2026-03-30 07:00"),
                at("2026-03-30 13:00"),
                (
                    ("open", at("2026-03-27 15:00")),
                    ("pending", at("2026-03-30 08:00")),
                    ("open", at("2026-03-30 10:00")),
                ),
            ),
            # reopened: 8 to 9 on Tuesday, solved for the rest of that day, then 8 to 10 on Wednesday
            Ticket(
                "P2",
                at("2026-03-31 06:00"),
                at("2026-03-31 06:30"),
                at("2026-04-01 08:00"),
                (
                    ("resolved", at("2026-03-31 07:00")),
                    ("open", at("2026-04-01 06:00")),
                    ("closed", at("2026-04-01 08:00")),
                ),
            ),
            # opened on Easter Monday and open: 9 hours of Tuesday, which are its target, are not past it
            Ticket("P2", at("2026-04-06 10:00"), None, None),
        ),
    )
    found = run(cursor, compiled, desk)
    ran = {place: (row["answer_run"] / 3.6e9, row["solve_run"] / 3.6e9) for place, row in found.items()}
    assert ran == {0: (2, 9), 1: (113, 120), 2: (2, 6), 3: (0.5, 3), 4: (9, 9)}
    states = {place: (row["first_response_state"], row["resolution_state"]) for place, row in found.items()}
    assert states == {
        0: ("met", "met"),
        1: ("breached", "breached"),
        2: ("met", "met"),
        3: ("met", "met"),
        4: ("breached", "pending"),
    }
    due = {place: (str(row["answer_due_at"]), str(row["solve_due_at"])) for place, row in found.items()}
    assert due == {
        0: ("2026-04-07 09:00:00", "2026-04-07 16:00:00"),
        1: ("2026-04-02 17:00:00", "2026-04-02 22:00:00"),
        # 9 and 36 hours after Friday 16:00, and the two of waiting
        2: ("2026-03-31 09:00:00", "2026-04-07 09:00:00"),
        # 2 and 9 hours, and the eight for which it was thought to be solved
        3: ("2026-04-01 09:00:00", "2026-04-01 16:00:00"),
        4: ("2026-04-07 10:00:00", "2026-04-08 08:00:00"),
    }
    check(cursor, compiled, desk)


def test_a_closed_ticket_without_a_day_is_closed_and_not_judged(cursor: Any, compiled: dict[str, str]) -> None:
    created, closed = at("2026-04-01 08:00"), at("2026-04-03 20:00")
    desk = Desk(
        "UTC",
        None,
        date(2026, 4, 7),
        {"P2": (Decimal(2), Decimal(24))},
        (
            # its history says so: 60 hours of 24, of which 10 waited for the customer
            Ticket(
                "P2",
                created,
                at("2026-04-01 09:00"),
                None,
                (("pending", at("2026-04-02 00:00")), ("open", at("2026-04-02 10:00")), ("resolved", closed)),
                is_closed=True,
            ),
            # nobody says when: closed since it was answered, 25 hours after it was opened, and that late
            Ticket("P2", created, at("2026-04-02 09:00"), None, is_closed=True),
            # the same, still open: 160 hours
            Ticket("P2", created, at("2026-04-02 09:00"), None),
            # never answered, closed after one hour and after three of two
            Ticket("P2", created, None, at("2026-04-01 09:00")),
            Ticket("P2", created, None, at("2026-04-01 11:00")),
            # never answered, and nobody says when it was closed; and open
            Ticket("P2", created, None, None, is_closed=True),
            Ticket("P2", created, None, None),
        ),
    )
    found = run(cursor, compiled, desk)
    names = ("first_response_state", "resolution_state", "solve_run", "solved_at")
    assert [tuple(found[place][name] for name in names) for place in range(7)] == [
        ("met", "breached", 50 * 3_600_000_000, closed),
        ("breached", "no_target", None, at("2026-04-02 09:00")),
        ("breached", "breached", 160 * 3_600_000_000, None),
        ("met", "met", 3_600_000_000, at("2026-04-01 09:00")),
        ("breached", "met", 3 * 3_600_000_000, at("2026-04-01 11:00")),
        ("no_target", "no_target", None, created),
        ("breached", "breached", 160 * 3_600_000_000, None),
    ]
    check(cursor, compiled, desk)


def test_a_ticket_of_the_night_after_a_skipped_day_waits_for_monday(cursor: Any, compiled: dict[str, str]) -> None:
    # Apia went from Thursday 29 to Saturday 31 December 2011; the ticket came on Saturday, 2:43 by the wall
    ticket = Ticket("P2", at("2011-12-30 12:43:56"), None, at("2012-01-01 16:30"))
    early = ServiceHours((1, 2, 3, 4, 5), 365, 385)
    desk = Desk("Pacific/Apia", early, date(2012, 1, 6), {"P2": (Decimal(1), Decimal(1))}, (ticket,))
    assert run(cursor, compiled, desk)[0]["solve_run"] == 20 * 60 * 1_000_000  # Monday's twenty minutes, 6:05 to 6:25
    check(cursor, compiled, desk)


def test_without_service_hours_the_clock_runs_day_and_night(cursor: Any, compiled: dict[str, str]) -> None:
    ticket = Ticket("P1", at("2026-03-28 12:00"), at("2026-03-29 12:00"), at("2026-04-04 12:00"))
    desk = Desk(STOCKHOLM, None, date(2026, 4, 7), {"P1": (Decimal(24), Decimal("167.99"))}, (ticket,))
    row = run(cursor, compiled, desk)[0]
    assert (row["answer_run"], row["solve_run"]) == (86_400_000_000, 7 * 86_400_000_000)
    assert (row["first_response_state"], row["resolution_state"]) == ("met", "breached")
    assert str(row["answer_due_at"]) == "2026-03-29 14:00:00"  # a day later, and an hour by the wall


def test_a_desk_with_many_tickets_keeps_one_row_each(cursor: Any, compiled: dict[str, str]) -> None:
    start = at("2026-01-01 00:00")
    many = tuple(Ticket("P2", start + timedelta(hours=n), None, None) for n in range(2_000))
    desk = Desk(
        STOCKHOLM, ServiceHours((1, 2, 3, 4, 5), 480, 1020), date(2026, 4, 7), {"P2": (Decimal(2), Decimal(9))}, many
    )
    assert len(run(cursor, compiled, desk)) == 2_000
