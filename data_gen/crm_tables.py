"""Writes crm/*: accounts, contacts, reps, deals with their stage history, activities and targets."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from faker import Faker

from data_gen.billing import Billing, movements
from data_gen.company import CYCLE_DAYS, Company
from data_gen.plan import (
    CHANNELS,
    COUNTRIES,
    DAY,
    NONE,
    REGIONS,
    SEGMENTS,
    Floats,
    Ints,
    Plan,
    business_seconds,
    repeat_index,
)
from data_gen.writer import Folder, dates, flags, ids, labels, money, times, whole

STAGES = ["prospecting", "qualification", "demo", "proposal", "negotiation", "closed_won", "closed_lost"]
SLOTS = np.array([0, 1, 2, 3, 2, 3, 4])  # a deal's possible path; the second "demo, proposal" is a step back
WIN_RATE = np.array([0.40, 0.26, 0.18])
LOSS_REASONS = ["price", "competitor", "no_decision", "missing_feature", "timing", "no_budget", "other", None]
INDUSTRIES = ["Software", "Finance", "Healthcare", "Retail", "Manufacturing", "Education", "Logistics", "Media"]
TITLES = [
    "CEO",
    "CFO",
    "VP Sales",
    "VP Operations",
    "Head of RevOps",
    "Director of IT",
    "IT Manager",
    "Operations Manager",
    "Sales Manager",
    "Analyst",
    "Office Administrator",
    "Engineer",
]


def write(billing: Billing, folder: Folder) -> None:
    """Write every table of crm."""
    company, plan = billing.company, billing.plan
    rng = plan.rng(4)
    fake = Faker()
    fake.seed_instance(plan.seed)
    reps = _reps(plan, rng, fake, folder)
    owner = _owners(rng, reps, company.segment, company.region)
    _accounts(billing, rng, fake, owner, folder)
    contacts = _contacts(company, rng, fake, folder)
    deals = _deals(billing, rng, reps)
    _write_deals(plan, rng, deals, contacts, folder)
    _activities(plan, rng, deals, contacts, folder)
    _targets(billing, rng, deals, folder)


def _reps(plan: Plan, rng: np.random.Generator, fake: Faker, folder: Folder) -> dict[str, Ints]:
    """At least one account executive for each segment and region; more in a larger company."""
    teams = max(1, round(plan.accounts / 1000))
    grid = np.array([(s, r) for s in range(3) for r in range(4) for _ in range(teams)])
    n = len(grid)
    size = plan.accounts / n / 83  # quotas grow with the accounts that a rep looks after
    quota = np.round(np.array([21, 144, 180]) * size)[grid[:, 0]] * 500_00
    folder.write(
        "crm/sales_reps",
        {
            "rep_id": ids("R", np.arange(n), 3),
            "rep_name": labels([fake.name() for _ in range(n)], np.arange(n)),
            "team": labels(SEGMENTS, grid[:, 0]),
            "region": labels(REGIONS, grid[:, 1]),
            "role": labels(["account_executive", "account_manager"], rng.integers(0, 2, n)),
            "hired_at": times(plan.first - rng.integers(-200 * DAY, 1500 * DAY, n)),
            "monthly_quota": money(quota),
        },
    )
    return {"segment": grid[:, 0], "region": grid[:, 1], "per": np.array([teams])}


def _owners(rng: np.random.Generator, reps: dict[str, Ints], segment: Ints, region: Ints) -> Ints:
    per = int(reps["per"][0])
    return (segment * 4 + region) * per + rng.integers(0, per, len(segment))


def _accounts(billing: Billing, rng: np.random.Generator, fake: Faker, owner: Ints, folder: Folder) -> None:
    company, n = billing.company, billing.company.size
    stems = [fake.unique.last_name() for _ in range(400)]
    endings = [
        "Labs",
        "Systems",
        "Group",
        "& Co",
        "Works",
        "Logistics",
        "Health",
        "Média",
        "Partners",
        "Solutions, Inc.",
        "GmbH",
        "Analytics",
    ]
    a, b = rng.integers(0, len(stems), n), rng.integers(0, len(endings), n)
    names = [f"{stems[i]} {endings[j]}" for i in range(len(stems)) for j in range(len(endings))]
    low, high = np.array([5, 100, 1000])[company.segment], np.array([99, 999, 20_000])[company.segment]
    employees = np.exp(rng.uniform(np.log(low), np.log(high))).astype(np.int64)
    plan = billing.plan
    paying = billing.mrr_before(np.array([plan.cut]))[:, 0] > 0
    trying = (company.trial_from < plan.cut) & (company.trial_to >= plan.cut)
    left = (plan.known(company.paid_from) != NONE) & ~paying
    folder.write(
        "crm/accounts",
        {
            "account_id": ids("A", np.arange(n)),
            "account_name": labels(names, a * len(endings) + b),
            "segment": labels(SEGMENTS, company.segment),
            "industry": labels(INDUSTRIES, rng.integers(0, len(INDUSTRIES), n)),
            "employee_count": whole(employees),
            "country": labels([c for group in COUNTRIES for c in group], company.region * 4 + rng.integers(0, 4, n)),
            "region": labels(REGIONS, company.region),
            "acquisition_channel": labels(CHANNELS, company.channel),
            "owner_id": ids("R", owner, 3),
            "created_at": times(company.created),
            "status": labels(
                ["customer", "trial", "churned", "prospect"], np.select([paying, trying, left], [0, 1, 2], 3)
            ),
        },
        company.created < plan.cut,
    )


def _contacts(company: Company, rng: np.random.Generator, fake: Faker, folder: Folder) -> dict[str, Ints]:
    account, position = repeat_index(1 + rng.poisson(np.array([0.8, 2.0, 4.0])[company.segment]))
    n = len(account)
    first, last = [fake.first_name() for _ in range(150)], [fake.last_name() for _ in range(200)]
    f, s = rng.integers(0, len(first), n), rng.integers(0, len(last), n)
    mails = [f"{x}.{y}".lower() for x in first for y in last]
    folder.write(
        "crm/contacts",
        {
            "contact_id": ids("K", np.arange(n)),
            "account_id": ids("A", account),
            "first_name": labels(first, f),
            "last_name": labels(last, s),
            "email": labels([m.replace(" ", "") + "@example.com" for m in mails], f * len(last) + s),
            "job_title": labels(TITLES, rng.integers(0, len(TITLES), n)),
            "is_primary": flags(position == 0),
            "created_at": times(company.created[account]),
        },
        company.created[account] < company.plan.cut,
    )
    return {
        "first": np.searchsorted(account, np.arange(company.size)),
        "count": np.bincount(account, minlength=company.size),
    }


def _deals(billing: Billing, rng: np.random.Generator, reps: dict[str, Ints]) -> dict[str, Any]:
    """Won deals from what was really bought, lost ones so that the win rate holds, and what is open at the horizon."""
    company, plan = billing.company, billing.plan
    rows = movements(billing, plan.month_edges)
    annual = np.zeros(company.size, dtype=np.int64)
    first = (rows["new"] > 0).nonzero()[0]
    annual[rows["account"][first]] = rows["new"][first] * 12
    won = np.flatnonzero((company.paid_from >= plan.first) & (annual > 0))
    grown, cents = billing.deltas.get("account"), billing.deltas.get("cents")
    worth = (company.segment[grown] > 0) & (cents > 50_000)
    account = np.concatenate([won, grown[worth]])
    closed = np.concatenate(
        [company.paid_from[won] - rng.integers(60, 2 * DAY, len(won)), billing.deltas.get("when")[worth] - 600]
    )
    closed = np.maximum(closed, plan.first + 60)
    segment, kind = company.segment[account], np.repeat([0, 1], [len(won), worth.sum()])
    cycle = np.where(kind == 0, company.cycle[account], _cycles(rng, segment, kind))
    parts: list[dict[str, Any]] = [
        {
            "account": account,
            "segment": segment,
            "region": company.region[account],
            "channel": company.channel[account],
            "created": np.maximum(closed - (cycle * DAY).astype(np.int64), company.created[account]),
            "closed": closed,
            "amount": np.concatenate([annual[won], cents[worth]]),
            "kind": kind,
            "state": np.full(len(account), 5),
            "cycle": cycle,
        }
    ]
    parts += [_others(billing, rng, parts[0], lost) for lost in (True, False)]
    deals = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    order = np.argsort(deals["created"], kind="stable")
    deals = {key: values[order] for key, values in deals.items()}
    return deals | {"owner": _owners(rng, reps, deals["segment"], deals["region"])}


def _cycles(rng: np.random.Generator, segment: Ints, kind: Ints) -> Floats:
    """Days from a deal's start to its end; selling more to a customer goes faster."""
    days = CYCLE_DAYS[segment] * np.exp(0.45 * rng.normal(size=len(segment)))
    return np.maximum(days * np.where(kind == 1, 0.8, 1.0), 1.0)


def _others(billing: Billing, rng: np.random.Generator, won: dict[str, Any], lost: bool) -> dict[str, Any]:
    """Lost or open deals in proportion to the won ones of each segment, most with accounts that never bought."""
    company, plan = billing.company, billing.plan
    count = np.bincount(won["segment"], minlength=3).astype(float)
    if lost:
        wanted = np.round(count * (1 - WIN_RATE) / WIN_RATE).astype(int)
    else:
        wanted = np.round(count / WIN_RATE / plan.months * CYCLE_DAYS / 30 * 0.95).astype(int)
    segment = np.repeat(np.arange(3), wanted)
    n = len(segment)
    grown = np.bincount(won["segment"], weights=won["kind"], minlength=3) / np.maximum(count, 1)
    kind = (rng.random(n) < grown[segment]).astype(np.int64)
    cycle = _cycles(rng, segment, kind) * (0.9 if lost else 1.0)
    if lost:
        closed = won["closed"][rng.integers(0, max(1, len(won["closed"])), n)] + rng.integers(-12 * DAY, 12 * DAY, n)
        closed = np.maximum(np.where(closed < plan.last, closed, closed - 13 * DAY), plan.first + 60)
        created = closed - (cycle * DAY).astype(np.int64)
    else:
        closed = np.full(n, NONE)
        created = plan.last - (rng.gamma(1.4, 0.55, n) * CYCLE_DAYS[segment] * DAY).astype(np.int64) - 7200
    account, amount = np.full(n, NONE), np.zeros(n, dtype=np.int64)
    for index in range(3):
        for expansion in (0, 1):
            rows = np.flatnonzero((segment == index) & (kind == expansion))
            old = (company.paid_from != NONE) & (company.paid_from < plan.first)
            pool = np.flatnonzero((old if expansion else company.paid_from == NONE) & (company.segment == index))
            account[rows] = _present(rng, pool, company.created, created[rows])
            worth = won["amount"][(won["segment"] == index) & (won["kind"] == expansion)]
            amount[rows] = rng.choice(worth, len(rows)) if len(worth) else 1_500_000
    known = (account != NONE) & ((kind == 1) | (rng.random(n) < (0.6 if lost else 0.85)))
    safe = np.where(account == NONE, 0, account)
    return {
        "account": np.where(known, account, NONE),
        "segment": segment,
        "region": np.where(account != NONE, company.region[safe], rng.choice(4, n)),
        "channel": company.channel[safe],
        "created": created,
        "closed": closed,
        "amount": (amount * rng.uniform(0.85, 1.3, n)).astype(np.int64) // 100 * 100,
        "kind": kind,
        "state": np.full(n, 6 if lost else NONE),
        "cycle": cycle,
    }


def _present(rng: np.random.Generator, pool: Ints, born: Ints, when: Ints) -> Ints:
    """For each moment one of the accounts of the pool that are known by then, NONE where there is none."""
    pool = pool[np.argsort(born[pool], kind="stable")]
    known = np.searchsorted(born[pool], when)
    pick = (rng.random(len(when)) * known).astype(np.int64)
    return np.where(known > 0, np.append(pool, NONE)[pick], NONE)


def _write_deals(
    plan: Plan, rng: np.random.Generator, deals: dict[str, Any], contacts: dict[str, Ints], folder: Folder
) -> None:
    n = len(deals["account"])
    state, closed, created = deals["state"], deals["closed"], deals["created"]
    depth = np.where(state == 5, 4, rng.choice(5, n, p=[0.26, 0.27, 0.21, 0.16, 0.10]))
    mask = (SLOTS[None, :] <= depth[:, None]) & (rng.random((n, 7)) > 0.07)
    mask[:, 0] = True
    mask[:, 4:6] = np.less(rng.random(n), 0.06)[:, None] & ((depth >= 3) & mask[:, 2] & mask[:, 3])[:, None]
    length = np.where(closed != NONE, closed, plan.last - 3600) - created
    steps = np.cumsum(rng.exponential(1.0, (n, 8)) * np.append(mask, np.ones((n, 1), dtype=bool), axis=1), axis=1)
    share = np.concatenate([np.zeros((n, 1)), steps[:, :7] / steps[:, 7:8]], axis=1)[:, :7]
    moments = created[:, None] + (share * length[:, None] * 0.98).astype(np.int64)
    deal, slot = np.nonzero(mask)
    done = np.flatnonzero(state != NONE)
    history = pd.DataFrame(
        {
            "deal": np.concatenate([deal, done]),
            "slot": np.concatenate([slot, np.full(len(done), 9)]),
            "stage": np.concatenate([SLOTS[slot], state[done]]),
            "when": np.concatenate([moments[deal, slot], closed[done]]),
        }
    ).sort_values(["when", "deal", "slot"], ignore_index=True)
    known = plan.known(history["when"].to_numpy()) != NONE
    stage = np.zeros(n, dtype=np.int64)
    stage[history["deal"][known]] = history["stage"][known]  # the last one stays
    planned = created + (deals["cycle"] * rng.uniform(0.85, 1.35, n) * DAY).astype(np.int64)
    slipped = rng.random(n) < 0.3
    expected = np.where(
        closed != NONE,
        np.where(slipped, closed - rng.integers(3 * DAY, 40 * DAY, n), closed + rng.integers(-2 * DAY, 6 * DAY, n)),
        np.where(slipped, planned, np.maximum(planned, plan.last + rng.integers(2 * DAY, 80 * DAY, n))),
    )
    safe = np.where(deals["account"] == NONE, 0, deals["account"])
    contact = np.where(
        deals["account"] != NONE, contacts["first"][safe] + rng.integers(0, 99, n) % contacts["count"][safe], NONE
    )
    deals["contact"] = contact
    folder.write(
        "crm/deals",
        {
            "deal_id": ids("D", np.arange(n)),
            "deal_name": labels(["New business", "Expansion"], deals["kind"]),
            "account_id": ids("A", deals["account"]),
            "contact_id": ids("K", contact),
            "owner_id": ids("R", deals["owner"], 3),
            "product_id": ids("P", np.minimum(deals["segment"] + 2, 4), 2),
            "deal_type": labels(["new", "expansion"], deals["kind"]),
            "segment": labels(SEGMENTS, deals["segment"]),
            "region": labels(REGIONS, deals["region"]),
            "source_channel": labels(CHANNELS, deals["channel"]),
            "amount": money(deals["amount"]),
            "stage": labels(STAGES, stage),
            "probability": money(np.array([10, 20, 40, 60, 80, 100, 0])[stage] * 100),
            "created_at": times(created),
            "expected_close_date": dates(expected),
            "closed_at": times(plan.known(closed)),
            "loss_reason": labels(
                LOSS_REASONS, np.where(stage == 6, rng.choice(7, n, p=[0.24, 0.2, 0.24, 0.1, 0.1, 0.08, 0.04]), 7)
            ),
        },
        created < plan.cut,
    )
    folder.write(
        "crm/deal_stage_history",
        {
            "stage_history_id": ids("H", np.arange(len(history)), 7),
            "deal_id": ids("D", history["deal"]),
            "stage": labels(STAGES, history["stage"]),
            "entered_at": times(history["when"]),
            "changed_by": ids("R", deals["owner"][history["deal"]], 3),
        },
        known,
    )


def _activities(
    plan: Plan, rng: np.random.Generator, deals: dict[str, Any], contacts: dict[str, Ints], folder: Folder
) -> None:
    end = np.where(deals["closed"] != NONE, deals["closed"], plan.last - 60)
    deal, _ = repeat_index(rng.poisson(6.0, len(end)) + 1)
    n = len(deal)
    when = deals["created"][deal] + (rng.random(n) * (end - deals["created"])[deal]).astype(np.int64)
    when = np.minimum(when // DAY * DAY + business_seconds(rng, n), end[deal])
    kind = rng.choice(5, n, p=[0.3, 0.34, 0.16, 0.08, 0.12])
    done = rng.random(n) < 0.93
    good = np.where(deals["state"][deal] == 5, 0.55, 0.32)
    outcome = np.select([rng.random(n) < good, rng.random(n) < 0.4, rng.random(n) < 0.5], [2, 3, 1], 4)
    outcome = np.where(kind <= 2, outcome, 6)
    order = np.argsort(when, kind="stable")
    deal, when, kind, done, outcome = deal[order], when[order], kind[order], done[order], outcome[order]
    minutes = np.where(kind == 0, rng.integers(2, 40, n), np.where(kind == 2, rng.integers(20, 90, n), 0))
    folder.write(
        "crm/activities",
        {
            "activity_id": ids("AC", np.arange(n), 7),
            "activity_type": labels(["call", "email", "meeting", "note", "task"], kind),
            "account_id": ids("A", deals["account"][deal]),
            "contact_id": ids("K", deals["contact"][deal]),
            "deal_id": ids("D", deal),
            "owner_id": ids("R", deals["owner"][deal], 3),
            "occurred_at": times(when),
            "due_at": times(np.where(kind == 4, when + 2 * DAY, NONE)),
            "completed_at": times(np.where(done, when, NONE)),
            "outcome": labels(["connected", "no_answer", "positive", "neutral", "negative", "no_show", None], outcome),
            "duration_minutes": whole(minutes, ~np.isin(kind, [0, 2])),
        },
        when < plan.cut,
    )


def _targets(billing: Billing, rng: np.random.Generator, deals: dict[str, Any], folder: Folder) -> None:
    """A plan made beforehand: steady growth to a little above what happened, shared by segment and region."""
    company, plan, months = billing.company, billing.plan, billing.plan.months
    ahead = months + 3  # the plan reaches beyond the data: coverage needs the rest of the quarter
    first = np.datetime64(plan.start, "M")
    begins = (first + np.arange(ahead)).astype("datetime64[s]").astype(np.int64)
    rows = movements(billing, plan.month_edges)
    cell = company.segment * 4 + company.region
    ends = billing.mrr_before(plan.month_edges)
    mrr = np.stack([np.bincount(cell, weights=ends[:, m], minlength=12) for m in range(months + 1)])
    growth = np.where(mrr[0] > 0, mrr[-1] / np.maximum(mrr[0], 1), 1.0) * 1.02
    steps = np.arange(1, ahead + 1)[:, None] / months
    planned = mrr[0] * np.clip(growth, 0.9, 4.0) ** steps
    calendar = (first + np.arange(ahead)).astype(int) % 12
    season = np.where(calendar % 3 == 2, 1.5, 0.75)[:, None]
    new = np.bincount(cell[rows["account"]], weights=rows["new"], minlength=12)[None, :] / months * season * 1.03
    won = deals["state"] == 5
    booked = (
        np.bincount((deals["segment"] * 4 + deals["region"])[won], weights=deals["amount"][won], minlength=12)[None, :]
        / months
        * season
        * 1.03
    )
    values = np.stack([planned, new, booked]) * rng.normal(1.0, 0.02, (3, ahead, 12))
    metric, month, place = (part.ravel() for part in np.indices(values.shape))
    folder.write(
        "crm/targets",
        {
            "target_id": ids("T", np.arange(len(metric)), 5),
            "target_month": dates(begins[month]),
            "metric": labels(["mrr", "new_mrr", "bookings"], metric),
            "segment": labels(SEGMENTS, place // 4),
            "region": labels(REGIONS, place % 4),
            "target_value": money(np.round(values.ravel() / 10_000).astype(np.int64) * 10_000),
        },
    )
