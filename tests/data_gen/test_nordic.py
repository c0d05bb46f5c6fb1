"""The company of another shape: its own words everywhere, three currencies, its own clock, and true to its truth."""

from __future__ import annotations

import ast
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from company.calendar import add_months
from company.hours import elapsed_for
from company.reading import read_profile
from data_gen.generate import generate
from data_gen.next_day import news_of, write_difference
from data_gen.plan import Plan
from data_gen.shapes.default import DEFAULT
from data_gen.shapes.nordic import NORDIC
from data_gen.writer import Format
from warehouse.settings import ROOT

PLAN = Plan(300, 3, date(2025, 5, 1), date(2026, 10, 31), "nordic")
ZONE = ZoneInfo("Europe/Stockholm")
RATES = {"EUR": Decimal(1), "SEK": Decimal("0.088"), "GBP": Decimal("1.17")}
MONTHS = {"month": Decimal(1), "year": Decimal(12), "week": Decimal(12) / 52}
OF_SUBSCRIPTION = ["account_id", "started_at", "ended_at", "trial_ended_at"]
FORM = Format(None, "Europe/Stockholm")  # every column, whether the contract has it or not


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The company's files."""
    target = tmp_path_factory.mktemp("nordic") / "data"
    generate(PLAN, target, form=FORM)
    return target


def read(folder: Path, name: str) -> pd.DataFrame:
    """A file as text."""
    return pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)


def cents(value: Decimal) -> Decimal:
    """Rounded half up to cents."""
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def in_utc(day: date) -> str:
    """The instant at which a day begins in Stockholm, as the files write it."""
    midnight = datetime.combine(day, datetime.min.time(), ZONE)
    return f"{midnight.astimezone(ZoneInfo('UTC')):%Y-%m-%d %H:%M:%S}"


def test_mrr_worked_out_from_the_files_is_the_truth_in_every_month(folder: Path) -> None:
    subs = read(folder, "billing/subscriptions").set_index("subscription_id")
    ledger = read(folder, "billing/subscription_changes")
    truth = read(folder, "truth/account_months")
    units, currencies = set(), set()
    for month in sorted(truth["month"].unique()):
        end = in_utc(add_months(date.fromisoformat(month), 1))
        state = ledger[ledger["effective_at"] < end].groupby("subscription_id").last().join(subs[OF_SUBSCRIPTION])
        paid = state["trial_ended_at"].where(state["trial_ended_at"] != "", state["started_at"]) < end
        state = state[paid & ((state["ended_at"] == "") | (state["ended_at"] >= end))]
        found: dict[str, Decimal] = {}
        for row in state.itertuples():
            months = MONTHS[str(row.interval_unit)] * int(str(row.interval_count))
            price = Decimal(str(row.unit_price)) * (1 - Decimal(str(row.discount_pct)) / 100)
            mrr = cents(int(str(row.quantity)) * price / months * RATES[str(row.currency)])
            found[str(row.account_id)] = found.get(str(row.account_id), Decimal()) + mrr
            units.add((row.interval_unit, row.interval_count))
            currencies.add(row.currency)
        told = truth[(truth["month"] == month) & (truth["ending_mrr"] != "0.00")].set_index("account_id")["ending_mrr"]
        assert {k: v for k, v in found.items() if v} == {k: Decimal(v) for k, v in told.items()}, month
    assert units == {("month", "1"), ("week", "1"), ("year", "1"), ("year", "2")}
    assert currencies == set(RATES)


def test_invoices_come_every_interval_and_say_their_currency(folder: Path) -> None:
    subs = read(folder, "billing/subscriptions").set_index("subscription_id")
    invoices = read(folder, "billing/invoices")
    invoices = invoices.join(subs[["interval_unit", "interval_count", "started_at"]], on="subscription_id")
    days = {("week", "1"): {7}, ("month", "1"): set(range(25, 35)), ("year", "1"): set(range(362, 370))}
    for interval, rows in invoices.groupby(["interval_unit", "interval_count"]):
        gaps = pd.to_datetime(rows["period_start"]).groupby(rows["subscription_id"]).diff().dropna().dt.days
        assert set(gaps) <= days.get(interval, set()), interval  # two years never come twice in the window
    changes = read(folder, "billing/subscription_changes").drop_duplicates("subscription_id")
    own = changes.set_index("subscription_id")["currency"].reindex(invoices["subscription_id"])
    assert invoices["currency"].tolist() == own.tolist()
    payments = read(folder, "billing/payments")
    assert payments["currency"].tolist() == (
        invoices.set_index("invoice_id")["currency"].reindex(payments["invoice_id"]).tolist()
    )


def test_usage_is_charged_at_prices_below_a_cent(folder: Path) -> None:
    charges = read(folder, "billing/usage_charges")
    assert len(charges) > 100 and set(charges["currency"]) == set(RATES)
    for row in charges.itertuples():
        assert Decimal(str(row.amount)) == cents(int(str(row.quantity)) * Decimal(str(row.unit_price)))
    assert "0.004000" in set(charges["unit_price"])
    assert charges["period_end"].max() <= str(PLAN.end)


def test_sales_rests_at_weekends_and_on_holidays(folder: Path) -> None:
    for name, column in [("crm/deals", "closed_at"), ("crm/activities", "occurred_at")]:
        moments = read(folder, name)[column]
        days = pd.to_datetime(moments[moments != ""], utc=True).dt.tz_convert(ZONE)
        assert set(days.dt.day_of_week) == {0, 1, 2, 3, 4}
        on = set(days.dt.date)
        assert not on & {date(2025, 12, 24), date(2025, 12, 25), date(2026, 1, 1), date(2026, 4, 6), date(2026, 6, 19)}
        assert date(2025, 12, 23) in on


def test_deals_walk_through_the_stages_of_their_own_pipeline(folder: Path) -> None:
    deals, history = read(folder, "crm/deals"), read(folder, "crm/deal_stage_history")
    stages = {p.name: {*(s.name for s in p.stages), p.won, p.lost} for p in NORDIC.pipelines}
    assert sum(map(len, stages.values())) == len(set().union(*stages.values())) == 7
    pipeline = deals.set_index("deal_id")["pipeline"].reindex(history["deal_id"])
    seen = history.groupby(pipeline.to_numpy())["stage"].agg(set).to_dict()
    assert seen == stages
    last = history.groupby("deal_id")["stage"].last().reindex(deals["deal_id"])
    assert deals["stage"].tolist() == last.tolist()
    assert set(deals.loc[deals["pipeline"] == "Renewals", "deal_type"]) == {"renewal"}
    ended = deals["stage"].isin([end for p in NORDIC.pipelines for end in (p.won, p.lost)])
    assert ended.equals(deals["closed_at"] != "")
    renewed = deals[(deals["pipeline"] == "Renewals") & ended]
    assert 0.75 < (renewed["stage"] == "Renewed").mean() < 0.99
    assert (deals["created_at"] < deals["closed_at"])[ended].all()


def test_the_clock_of_a_ticket_runs_in_service_hours_and_not_while_it_waits(folder: Path) -> None:
    tickets = read(folder, "support/tickets").set_index("ticket_id")
    history, clocks = read(folder, "support/ticket_status_history"), read(folder, "truth/ticket_clocks")
    instant = datetime.fromisoformat
    waits: dict[str, list[tuple[datetime, datetime]]] = {}
    for ticket, rows in history.groupby("ticket_id"):
        steps = list(zip(rows["status"], rows["entered_at"], strict=True))
        spans = [(instant(a), instant(b)) for (status, a), (_, b) in pairwise(steps) if status == "pending"]
        waits[str(ticket)] = spans
    solved = clocks[clocks["resolution_seconds"] != ""].iloc[:600]
    assert sum(bool(waits[ticket]) for ticket in solved["ticket_id"]) > 100
    profile = read_profile(folder / "company.yml")
    for row in solved.itertuples():
        ticket = tickets.loc[str(row.ticket_id)]
        begin, end = instant(ticket["created_at"]), instant(ticket["resolved_at"])
        run = elapsed_for(ticket["priority"], begin, end, profile.service_hours, profile.calendar.timezone)
        for since, until in waits[str(row.ticket_id)]:
            run -= elapsed_for(ticket["priority"], since, until, profile.service_hours, profile.calendar.timezone)
        assert abs(run - timedelta(seconds=int(str(row.resolution_seconds)))) <= timedelta(seconds=1), row.ticket_id


def test_company_yml_says_what_the_files_hold(folder: Path) -> None:
    profile = read_profile(folder / "company.yml")
    held = {
        "segment": read(folder, "crm/accounts")["segment"],
        "region": read(folder, "crm/accounts")["region"],
        "acquisition_channel": read(folder, "crm/accounts")["acquisition_channel"],
        "plan_tier": read(folder, "billing/products")["tier"],
        "ticket_priority": read(folder, "support/tickets")["priority"],
        "ticket_category": read(folder, "support/tickets")["category"],
        "churn_reason": read(folder, "billing/subscriptions")["cancel_reason"],
    }
    for kind, values in held.items():
        assert set(values) - {""} <= {word.value for word in profile.vocabulary(kind).words}, kind
    spent = read(folder, "marketing/spend")
    media = spent.loc[spent["cost_type"] == "media", "channel"]
    assert set(media) == {word.value for word in profile.vocabulary("acquisition_channel").words if word.is_paid}
    told = {p.name: ({s.name for s in p.stages}, p.is_renewal) for p in profile.pipelines}
    assert {name for _, (names, _) in told.items() for name in names} >= set(read(folder, "crm/deals")["stage"])
    assert [name for name, (_, is_renewal) in told.items() if is_renewal] == ["Renewals"]
    assert (profile.currency.reporting, profile.calendar.first_month) == ("EUR", 2)
    assert {rate.currency: rate.rate for rate in profile.currency.rates} == {k: RATES[k] for k in ("SEK", "GBP")}


def test_the_default_company_says_of_itself_what_its_shape_holds(tmp_path: Path) -> None:
    generate(Plan(30, 1, date(2026, 1, 1), date(2026, 3, 31)), tmp_path / "data")
    profile = read_profile(tmp_path / "data/company.yml")
    assert [word.value for word in profile.vocabulary("segment").words] == [s.name for s in DEFAULT.segments]
    assert profile.currency.reporting == "USD" and profile.service_hours is None
    assert [stage.outcome for stage in profile.pipelines[0].stages[-2:]] == ["won", "lost"]


def test_a_day_later_no_row_of_it_is_gone(tmp_path: Path) -> None:
    plan = Plan(80, 5, date(2026, 1, 1), date(2026, 3, 28), "nordic")
    days = [plan.end + timedelta(days=n) for n in range(4)]  # over the change of the clocks and the end of a month
    for day in days:
        generate(Plan(80, 5, plan.start, plan.end, "nordic", day), tmp_path / str(day), form=FORM)
    for eve, day in pairwise(days):
        drop = tmp_path / f"drop-{day}"
        assert write_difference(tmp_path / str(eve), tmp_path / str(day), drop, news_of(NORDIC))["rows"]


def test_no_word_of_a_company_stands_outside_its_shape() -> None:
    words: set[str] = set()
    for shape in (DEFAULT, NORDIC):
        for entries in (shape.segments, shape.regions, shape.channels, shape.catalogue.products):
            words |= {entry.name for entry in entries}
        words |= {name for p in shape.pipelines for name in (p.won, p.lost, *(s.name for s in p.stages))}
        words |= {topic.name for topic in shape.support.topics} | {one.name for one in shape.support.priorities}
        words |= {*shape.product.versions, *(currency.code for currency in shape.currencies)}
    found = []
    for path in (ROOT / "data_gen").rglob("*.py"):
        if path.parent.name == "shapes":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and node.value in words:
                found.append(f"{path.name}:{node.lineno} {node.value}")
    assert not found
