"""Writes support/tickets and truth about their topics."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from faker import Faker

from data_gen.arrays import NONE, Floats, Ints, Mask, constant, floats, mask
from data_gen.billing.book import Billing
from data_gen.clock import HOUR
from data_gen.crm.names import person
from data_gen.incidents import IncidentKind
from data_gen.plan import Plan
from data_gen.product.catalogue import available, feature_count, release_dates
from data_gen.product.users import Users
from data_gen.shapes.service import MATTERS, Cause, Matter, SupportWords, Topic
from data_gen.support.clock import served
from data_gen.support.statuses import write_statuses
from data_gen.support.texts import Texts, languages, write_texts
from data_gen.support.ticket import STATUSES, Clock, Tickets
from data_gen.support.volume import draw_writers
from data_gen.writer import Folder, flags, ids, labels, times, whole


@dataclass(frozen=True)
class Service:
    """How tickets are answered, and what customers think of it. Times are log-normal shares of the policy's target."""

    response: tuple[float, float] = (-1.15, 0.80)
    resolution: tuple[float, float] = (-1.25, 0.85)
    collapse: float = 4.0  # times as long while the service collapses
    bad_release: float = 1.25
    release_tickets: float = 0.58  # share of tickets during a bad release that it caused
    stuck: float = 0.012
    stuck_by_release: float = 0.06
    stuck_hours: float = 24 * 25
    least_response: int = 60  # seconds
    least_resolution: int = 300
    misfiled: float = 0.08  # share filed under a category drawn at random
    reopened: float = 0.05
    escalated: float = 0.1
    escalated_by_release: float = 0.3
    cause_known: float = 0.85
    agents: int = 12
    waits: float = 0.35  # share of tickets that wait for the customer, where that is told
    wait_hours: float = 20


@dataclass(frozen=True)
class Survey:
    """Who answers, and how content they are."""

    answers: float = 0.22
    content: float = 0.937
    content_if_late: float = 0.70
    content_if_broken: float = 0.8
    health: float = 0.5  # of the log-odds
    good: tuple[tuple[int, ...], tuple[float, ...]] = ((4, 5), (0.4, 0.6))
    poor: tuple[tuple[int, ...], tuple[float, ...]] = ((1, 2, 3), (0.3, 0.3, 0.4))


SERVICE, SURVEY = Service(), Survey()


def causes_of(topic: Topic) -> tuple[Cause, ...]:
    """The root causes of a topic, what a bad release adds first."""
    return (*((topic.release_cause,) if topic.release_cause else ()), *topic.causes)


def write_tickets(billing: Billing, rng: np.random.Generator, users: Users, folder: Folder) -> None:
    """Draw every ticket's life and write what the files know of it."""
    plan, words = billing.plan, billing.shape.support
    tickets = _draw(billing, rng, users)
    n = len(tickets.when)
    score, silent = _survey(billing, rng, tickets)
    cause = _causes(rng, words, tickets)
    known = rng.random(n) < SERVICE.cause_known
    version = np.searchsorted(release_dates(plan), tickets.when, side="right") - 1
    feature = _features(billing, rng, tickets)
    agents = _agents(billing.shape.names.locale, billing.plan.seed + 1)
    versions = billing.shape.product.versions
    channel = rng.choice(len(words.channels), n, p=[share for _, share in words.channels])
    region = billing.population.region[tickets.account]
    texts = write_texts(plan, tickets.matter, region, channel, tickets.bad)
    status = _statuses(billing, rng, tickets)
    reopened = (rng.random(n) < SERVICE.reopened) & (tickets.solved < plan.cut)
    escalated = _escalated(rng, words, tickets)
    agent = rng.integers(0, len(agents), n)
    folder.write(
        "support/tickets",
        {
            "ticket_id": ids("TK", np.arange(n), 7),
            "account_id": ids("A", tickets.account),
            "user_id": ids("U", tickets.user),
            "channel": labels([name for name, _ in words.channels], channel),
            "category": labels([topic.name for topic in words.topics], tickets.category),
            "priority": labels([priority.name for priority in words.priorities], tickets.priority),
            "subject": texts.subject,
            "description": texts.description,
            "feature_id": ids("F", feature, 2),
            "app_version": labels([*versions, None], np.where(version < 0, len(versions), version)),
            "created_at": times(tickets.when),
            "first_response_at": times(plan.known(tickets.first)),
            "resolved_at": times(plan.known(tickets.solved)),
            "status": labels(STATUSES, status),
            "reopened_count": whole(reopened),
            "is_escalated": flags(escalated),
            "csat_score": whole(score, silent),
            "root_cause_id": ids("RC", np.where(known, cause + 1, NONE), 2),
            "agent_name": labels(agents, agent),
        },
        tickets.when < plan.cut,
    )
    _write_truth(plan, words, tickets, texts, folder)
    if words.tells_status:
        write_statuses(plan, tickets, status, folder)


def _write_truth(plan: Plan, words: SupportWords, tickets: Tickets, texts: Texts, folder: Folder) -> None:
    """Write what each ticket is about, and what else it mentions, if its text tells."""
    names = [*MATTERS, None]
    other = np.where(texts.other == NONE, len(MATTERS), texts.other)
    truth = {
        "ticket_id": ids("TK", np.arange(len(tickets.when)), 7),
        "topic": labels(names, tickets.matter),
        "has_clue": flags(texts.has_clue),
        "other_topic": labels(names, other),
        "language": labels(languages(plan.shape), texts.language),
        "category": labels([topic.name for topic in words.topics], tickets.topic),
    }
    folder.write("truth/ticket_topics", truth, tickets.when < plan.cut)


def _draw(billing: Billing, rng: np.random.Generator, users: Users) -> Tickets:
    plan, words = billing.plan, billing.shape.support
    user, when = draw_writers(billing, rng, users)
    n, account, topics = len(user), users.account[user], words.topics
    release = plan.incident(IncidentKind.BAD_RELEASE)
    in_release = release.covers(when) if release else np.zeros(n, dtype=bool)
    bad = in_release & (rng.random(n) < SERVICE.release_tickets)
    drawn = rng.choice(len(topics), n, p=floats(topics, lambda t: t.share))
    topic = np.where(bad, _breaking(words), drawn)
    matter = _matters(plan, words, topic, bad)
    category = np.where(rng.random(n) < SERVICE.misfiled, rng.integers(0, len(topics), n), topic)
    priority = rng.choice(len(words.priorities), n, p=floats(words.priorities, lambda p: p.share))
    response, resolution = _hours(billing, rng, account, when, bad, priority)
    first, solved, clock = _course(billing, when, priority, response, resolution)
    return Tickets(
        user=user,
        account=account,
        when=when,
        bad=bad,
        topic=topic,
        matter=matter,
        category=category,
        priority=priority,
        first=first,
        solved=solved,
        clock=clock,
        late=resolution > floats(words.priorities, lambda p: p.resolution_hours)[priority],
    )


def _matters(plan: Plan, words: SupportWords, topic: Ints, bad: Mask) -> Ints:
    """What each ticket is really about: one of what the company files under its topic; a bad release is technical."""
    shares = np.array([[dict(one.matters).get(matter, 0.0) for matter in Matter] for one in words.topics])
    draw = plan.rng(12).random(len(topic))
    matter = (draw[:, None] >= np.cumsum(shares, axis=1)[topic]).sum(axis=1)
    return np.where(bad, Matter.TECHNICAL, np.minimum(matter, len(Matter) - 1))


def _course(
    billing: Billing, when: Ints, priority: Ints, response: Floats, resolution: Floats
) -> tuple[Ints, Ints, Clock]:
    """(first response, resolution, clock): by the service hours; some tickets wait for the customer half-way."""
    words, plan = billing.shape.support, billing.plan
    always = set(words.hours.always) if words.hours else set()
    is_always = mask(words.priorities, lambda p: p.name in always)[priority]
    to_first = np.maximum((response * HOUR).astype(np.int64), SERVICE.least_response)
    to_solved = np.maximum((resolution * HOUR).astype(np.int64), SERVICE.least_resolution)
    first = served(words.hours, is_always, when, to_first)
    waits_from, waits_to = constant(NONE, when), constant(NONE, when)
    begun, done = when, constant(0, when)
    if words.tells_status:
        rng = plan.rng(10)
        waits = (rng.random(len(when)) < SERVICE.waits) & (to_solved > to_first)
        half = (to_first + to_solved) // 2
        asked = served(words.hours, is_always, when, half)
        answered = asked + np.maximum(rng.exponential(SERVICE.wait_hours * HOUR, len(when)).astype(np.int64), HOUR)
        waits_from, waits_to = np.where(waits, asked, NONE), np.where(waits, answered, NONE)
        begun, done = np.where(waits, answered, when), np.where(waits, half, 0)
    solved = served(words.hours, is_always, begun, to_solved - done)
    return first, solved, Clock(to_first, to_solved, waits_from, waits_to, is_always)


def _breaking(words: SupportWords) -> int:
    """The topic of tickets that a bad release causes."""
    return next(place for place, topic in enumerate(words.topics) if topic.release_cause)


def _hours(
    billing: Billing, rng: np.random.Generator, account: Ints, when: Ints, bad: Mask, priority: Ints
) -> tuple[Floats, Floats]:
    """Hours to the first response and to the resolution."""
    n, words = len(when), billing.shape.support
    collapse = billing.plan.incident(IncidentKind.SLA_COLLAPSE)
    hurt = np.zeros(n, dtype=bool)
    if collapse:
        region = billing.shape.region(collapse.scope.value)
        hurt = collapse.covers(when) & (billing.population.region[account] == region)
    slow = np.where(hurt, SERVICE.collapse, 1.0) * np.where(bad, SERVICE.bad_release, 1.0)
    slow = slow * floats(words.priorities, lambda p: p.pace)[priority]
    promised = floats(words.priorities, lambda p: p.response_hours)[priority]
    response = promised * np.exp(rng.normal(*SERVICE.response, n)) * slow
    promised = floats(words.priorities, lambda p: p.resolution_hours)[priority]
    resolution = response + promised * np.exp(rng.normal(*SERVICE.resolution, n)) * slow
    stuck = rng.random(n) < np.where(bad, SERVICE.stuck_by_release, SERVICE.stuck)
    return response, resolution + np.where(stuck, rng.exponential(SERVICE.stuck_hours, n), 0)


def _survey(billing: Billing, rng: np.random.Generator, tickets: Tickets) -> tuple[Ints, Mask]:
    """(score, silent): one to five, and who does not answer."""
    n = len(tickets.when)
    answers = (rng.random(n) < SURVEY.answers) & (tickets.solved < billing.plan.cut)
    chance = np.where(tickets.bad, SURVEY.content_if_broken, SURVEY.content)
    chance = np.where(tickets.late, SURVEY.content_if_late, chance)
    month = np.minimum(billing.plan.month_of(tickets.when), billing.plan.months - 1)
    odds = chance / (1 - chance) * np.exp(SURVEY.health * billing.population.health[tickets.account, month])
    content = rng.random(n) < odds / (1 + odds)
    good, poor = (rng.choice(scores, n, p=shares) for scores, shares in (SURVEY.good, SURVEY.poor))
    return np.where(content, good, poor), ~answers


def _causes(rng: np.random.Generator, words: SupportWords, tickets: Tickets) -> Ints:
    """The root cause of each ticket, as its place among all causes."""
    firsts = np.cumsum([0, *(len(causes_of(topic)) for topic in words.topics)])[:-1]
    usual = firsts + mask(words.topics, lambda topic: topic.release_cause is not None)
    draw, pick = rng.random(len(tickets.when)), constant(0, tickets.topic)
    for place, topic in enumerate(words.topics):
        weight = np.cumsum(floats(topic.causes, lambda cause: cause.weight))
        mine = tickets.topic == place
        pick[mine] = np.searchsorted(weight / weight[-1], draw[mine], side="right")
    return np.where(tickets.bad, firsts[_breaking(words)], usual[tickets.topic] + pick)


def _features(billing: Billing, rng: np.random.Generator, tickets: Tickets) -> Ints:
    """The feature that a ticket is about, from 1, NONE where it is about none."""
    product, words = billing.shape.product, billing.shape.support
    drawn = available(billing.plan, rng.integers(0, feature_count(product), len(tickets.when)), tickets.when)
    concerns = mask(words.topics, lambda topic: topic.concerns_feature)[tickets.topic]
    return np.where(concerns, np.where(tickets.bad, product.broken_feature, drawn) + 1, NONE)


def _statuses(billing: Billing, rng: np.random.Generator, tickets: Tickets) -> Ints:
    """The status that the files know; pending is what was answered, or, where that is told, waits for the customer."""
    cut, waits = billing.plan.cut, tickets.clock
    done = rng.integers(STATUSES.index("resolved"), STATUSES.index("closed") + 1, len(tickets.when))
    pending = tickets.first < cut
    if billing.shape.support.tells_status:
        pending = (waits.waits_from != NONE) & (waits.waits_from < cut) & (waits.waits_to >= cut)
    waiting = np.where(pending, STATUSES.index("pending"), STATUSES.index("open"))
    return np.where(tickets.solved >= cut, waiting, done)


def _escalated(rng: np.random.Generator, words: SupportWords, tickets: Tickets) -> Mask:
    may = mask(words.priorities, lambda priority: priority.escalates)[tickets.priority]
    chance = np.where(tickets.bad, SERVICE.escalated_by_release, SERVICE.escalated)
    return may & (rng.random(len(tickets.when)) < chance)


@lru_cache(maxsize=4)
def _agents(locale: str, seed: int) -> tuple[str, ...]:
    fake = Faker(locale)
    fake.seed_instance(seed)
    return tuple(person(fake) for _ in range(SERVICE.agents))
