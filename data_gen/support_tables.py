"""Writes support/*: tickets with their service levels, root causes and policies; and truth about topics."""

from __future__ import annotations

import numpy as np
from faker import Faker

from data_gen.billing import Billing
from data_gen.plan import DAY, NONE, REGIONS, Ints, Plan, business_seconds
from data_gen.product_tables import BROKEN_FEATURE, FEATURES, VERSIONS, Users, available, release_dates
from data_gen.writer import Folder, flags, ids, labels, money, times, whole

TOPICS = ["billing", "technical", "product_usage", "account_access", "feedback"]
PRIORITIES = ["urgent", "high", "normal", "low"]
RESPONSE_HOURS, RESOLUTION_HOURS = np.array([1.0, 4.0, 8.0, 24.0]), np.array([8.0, 24.0, 72.0, 168.0])
CAUSES = [
    ("Invoice unclear", 0, "low"),
    ("Payment declined", 0, "medium"),
    ("Wrong plan charged", 0, "medium"),
    ("Data sync regression v1.2", 1, "critical"),
    ("Slow reports", 1, "medium"),
    ("Integration token expired", 1, "high"),
    ("Browser incompatibility", 1, "low"),
    ("Documentation gap", 2, "low"),
    ("Confusing workflow", 2, "medium"),
    ("Missing feature", 2, "medium"),
    ("Single sign-on misconfigured", 3, "high"),
    ("Password reset mail lost", 3, "medium"),
    ("User limit reached", 3, "low"),
    ("Feature request", 4, "low"),
    ("Praise or complaint", 4, "low"),
]
SUBJECTS = [
    ["Question about invoice", "Card was declined", "Charged twice?"],
    ["Sync fails with an error", "Reports are slow", "API returns 500"],
    ["How do I set up a rule?", "Where is the export?", "Workflow help"],
    ["Cannot sign in", "SSO loop", "Reset link never arrives"],
    ["Idea: dark mode", "Great product, one wish", "Please add a calendar"],
]
BROKEN_CAUSE = 3


def write(billing: Billing, users: Users, folder: Folder) -> None:
    """Write every table of support."""
    plan = billing.plan
    rng = plan.rng(6)
    folder.write(
        "support/root_causes",
        {
            "root_cause_id": ids("RC", np.arange(len(CAUSES)) + 1, 2),
            "root_cause_name": labels([c[0] for c in CAUSES], np.arange(len(CAUSES))),
            "category": labels(TOPICS, [c[1] for c in CAUSES]),
            "severity": labels([c[2] for c in CAUSES], np.arange(len(CAUSES))),
        },
    )
    folder.write(
        "support/sla_policies",
        {
            "priority": labels(PRIORITIES, range(4)),
            "first_response_hours": money((RESPONSE_HOURS * 100).astype(int)),
            "resolution_hours": money((RESOLUTION_HOURS * 100).astype(int)),
        },
    )
    user, when = _volume(billing, rng, users)
    _tickets(billing, rng, users, user, when, folder)


def _volume(billing: Billing, rng: np.random.Generator, users: Users) -> tuple[Ints, Ints]:
    """Who writes, and when: more in the first 60 days, with poor health, and after the bad release."""
    company, plan = billing.company, billing.plan
    people, moments = [], []
    size = np.bincount(users.account, minlength=company.size)
    for month in range(plan.months):
        begin, end = int(plan.month_edges[month]), int(plan.month_edges[month + 1])
        here = np.flatnonzero((users.created < end - DAY) & (users.until > begin))
        account = users.account[here]
        rate = (
            np.array([0.48, 0.85, 1.5])[company.segment[account]]
            / size[account]
            * np.exp(-0.35 * company.health[account, month])
        )
        rate = rate * np.where(users.created[here] > begin - 60 * DAY, 1.9, 1.0)
        for days, factor in _stretches(plan, begin, end):
            counts = rng.poisson(rate * factor * len(days) / 30.0)
            who = np.repeat(here, counts)
            day = rng.choice(days, len(who), p=_weekly(days))
            moment = day + business_seconds(rng, len(who))
            inside = (moment >= users.created[who]) & (moment < users.until[who]) & (moment < plan.last)
            people.append(who[inside])
            moments.append(moment[inside])
    who, moment = np.concatenate(people), np.concatenate(moments)
    order = np.argsort(moment, kind="stable")
    return who[order], moment[order]


def _stretches(plan: Plan, begin: int, end: int) -> list[tuple[Ints, float]]:
    """The days of a month, split by how busy they are."""
    days = np.arange(begin, end, DAY)
    release = plan.incident("bad_release")
    if release is None:
        return [(days, 1.0)]
    bad = release.covers(days)
    return [(part, factor) for part, factor in ((days[~bad], 1.0), (days[bad], 2.6)) if len(part)]


def _weekly(days: Ints) -> np.ndarray:
    weight = np.where((days // DAY + 3) % 7 < 5, 1.0, 0.3)
    return weight / weight.sum()


def _tickets(billing: Billing, rng: np.random.Generator, users: Users, user: Ints, when: Ints, folder: Folder) -> None:
    company, plan, n = billing.company, billing.plan, len(user)
    account = users.account[user]
    release, collapse = plan.incident("bad_release"), plan.incident("sla_collapse")
    bad = (release.covers(when) if release else np.zeros(n, dtype=bool)) & (rng.random(n) < 0.58)
    topic = np.where(bad, 1, rng.choice(5, n, p=[0.2, 0.28, 0.27, 0.15, 0.10]))
    category = np.where(rng.random(n) < 0.08, rng.integers(0, 5, n), topic)
    priority = rng.choice(4, n, p=[0.06, 0.22, 0.52, 0.20])
    hurt = (
        (collapse.covers(when) & (company.region[account] == REGIONS.index(collapse.value)))
        if collapse
        else np.zeros(n, dtype=bool)
    )
    slow = np.where(hurt, 4.0, 1.0) * np.where(bad, 1.25, 1.0)
    response = RESPONSE_HOURS[priority] * np.exp(rng.normal(-1.15, 0.80, n)) * slow
    resolution = response + RESOLUTION_HOURS[priority] * np.exp(rng.normal(-1.25, 0.85, n)) * slow
    first = when + np.maximum((response * 3600).astype(np.int64), 60)
    stuck = rng.random(n) < np.where(bad, 0.06, 0.012)
    resolution = resolution + np.where(stuck, rng.exponential(24 * 25, n), 0)
    solved = when + np.maximum((resolution * 3600).astype(np.int64), 300)
    first, solved = plan.known(first), plan.known(solved)
    late = resolution > RESOLUTION_HOURS[priority]
    answers = (rng.random(n) < 0.22) & (solved != NONE)
    happy = rng.random(n) < np.where(late, 0.62, np.where(bad, 0.8, 0.915))
    score = np.where(happy, rng.choice([4, 5], n, p=[0.4, 0.6]), rng.choice([1, 2, 3], n, p=[0.3, 0.3, 0.4]))
    by_topic = [[i for i, cause in enumerate(CAUSES) if cause[1] == t and i != BROKEN_CAUSE] for t in range(5)]
    pick = rng.random(n)
    cause = np.array([group[0] for group in by_topic])[topic] + (
        pick * np.array([len(g) for g in by_topic])[topic]
    ).astype(np.int64)
    cause = np.where(bad, BROKEN_CAUSE, cause)
    known = rng.random(n) < 0.85
    version = np.searchsorted(release_dates(plan), when, side="right") - 1
    feature = np.where(bad, BROKEN_FEATURE, available(plan, rng.integers(0, FEATURES, n), when))
    concerns = np.isin(topic, [1, 2])
    agents = Faker()
    agents.seed_instance(plan.seed + 1)
    names = [agents.name() for _ in range(12)]
    subject = topic * 3 + np.where(bad, 0, rng.integers(0, 3, n))
    folder.write(
        "support/tickets",
        {
            "ticket_id": ids("TK", np.arange(n), 7),
            "account_id": ids("A", account),
            "user_id": ids("U", user),
            "channel": labels(["email", "chat", "phone", "web"], rng.choice(4, n, p=[0.42, 0.28, 0.1, 0.2])),
            "category": labels(TOPICS, category),
            "priority": labels(PRIORITIES, priority),
            "subject": labels([s for group in SUBJECTS for s in group], subject),
            "description": labels(
                [f"{s}, since this week. Please help." for group in SUBJECTS for s in group], subject
            ),
            "feature_id": ids("F", np.where(concerns, feature + 1, NONE), 2),
            "app_version": labels([*VERSIONS, None], np.where(version < 0, len(VERSIONS), version)),
            "created_at": times(when),
            "first_response_at": times(first),
            "resolved_at": times(solved),
            "status": labels(
                ["resolved", "closed", "pending", "open"],
                np.select([solved == NONE], [np.where(first == NONE, 3, 2)], rng.integers(0, 2, n)),
            ),
            "reopened_count": whole((rng.random(n) < 0.05) & (solved != NONE)),
            "is_escalated": flags((priority <= 1) & (rng.random(n) < np.where(bad, 0.3, 0.1))),
            "csat_score": whole(score, ~answers),
            "root_cause_id": ids("RC", np.where(known, cause + 1, NONE), 2),
            "agent_name": labels(names, rng.integers(0, 12, n)),
        },
        when < plan.cut,
    )
    topics = {"ticket_id": ids("TK", np.arange(n), 7), "topic": labels(TOPICS, topic)}
    folder.write("truth/ticket_topics", topics, when < plan.cut)
