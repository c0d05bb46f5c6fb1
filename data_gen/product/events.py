"""Writes product/events, month by month, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from data_gen.arrays import NONE, Floats, Ints, constant, repeat_index
from data_gen.billing.book import Billing
from data_gen.clock import DAY, HOUR, calendar_month, is_weekend, working_time
from data_gen.incidents import IncidentKind
from data_gen.product.catalogue import available, feature_count
from data_gen.product.users import Users
from data_gen.shapes.service import EventKind
from data_gen.writer import Folder, ids, labels, times


@dataclass(frozen=True)
class Usage:
    """How often users come, and what they do then."""

    habit: tuple[float, float] = (2.6, 13.5)  # beta: share of days on which a user comes
    least_habit: float = 0.03
    main: float = 1.35  # a main user's habit against others'
    most: float = 0.92
    health: float = 0.85
    weekend: float = 0.19
    quiet: float = 0.85
    popularity: float = 0.8  # how steeply features differ
    acts: float = 3.3  # after each login
    fails: float = 0.03
    fails_when_broken: float = 0.13
    broken_blamed: float = 0.7  # share of a bad release's errors that come from the broken feature
    invites: float = 0.02
    exports: float = 0.07


@dataclass(frozen=True)
class Events:
    """Events of a month, one array each of shape (events,)."""

    user: Ints
    kind: Ints
    feature: Ints  # NONE where it concerns none
    when: Ints


@dataclass(frozen=True)
class Tastes:
    """What stays of a user over the months, and what all like."""

    habit: Floats
    popularity: Floats  # cumulated over the features


USAGE = Usage()


def write_events(
    billing: Billing, rng: np.random.Generator, users: Users, folder: Folder, advance: Callable[[], None]
) -> None:
    """Write the events up to the cut; `advance` is called after each month."""
    plan = billing.plan
    features = feature_count(billing.shape.product)
    habit = rng.beta(*USAGE.habit, len(users.account)) + USAGE.least_habit
    habit = habit * np.where(users.is_main, USAGE.main, 1.0)
    weight = 1 / np.arange(2, features + 2) ** USAGE.popularity
    tastes = Tastes(habit, np.cumsum(rng.permutation(weight) / weight.sum()))
    none = np.zeros(0, dtype=np.int64)
    empty = _table(billing, users, Events(none, none, none, none), 0)
    with folder.stream("product/events", empty.schema) as stream:
        number = 0
        for month in np.flatnonzero(plan.month_edges[:-1] < plan.cut).tolist():
            events = _seen(billing, users, _month(billing, rng, users, tastes, month), month)
            stream.write(_table(billing, users, events, number))
            number += len(events.user)
            advance()


def _month(billing: Billing, rng: np.random.Generator, users: Users, tastes: Tastes, month: int) -> Events:
    """Logins, what follows them, and first activations of one month."""
    plan = billing.plan
    begin, end = int(plan.month_edges[month]), int(plan.month_edges[month + 1])
    user, moment = _logins(billing, rng, users, tastes.habit, month)
    parent, _ = repeat_index(rng.poisson(USAGE.acts, len(user)))
    acts = moment[parent] + rng.integers(30, HOUR, len(parent))
    kind, feature = _acts(billing, rng, tastes.popularity, acts, users.account[user[parent]])
    first = np.flatnonzero((users.activated >= begin) & (users.activated < end))
    found = Events(
        user=np.concatenate([user, user[parent], first]),
        kind=np.concatenate([constant(EventKind.LOGIN, user), kind, constant(EventKind.ACTIVATION, first)]),
        feature=np.concatenate([constant(NONE, user), feature, constant(NONE, first)]),
        when=np.concatenate([moment, acts, users.activated[first]]),
    )
    return _at(found, found.when < end)


def _logins(billing: Billing, rng: np.random.Generator, users: Users, habit: Floats, month: int) -> tuple[Ints, Ints]:
    """(user, moment): on which days users come, and when."""
    plan, calendar = billing.plan, billing.shape.calendar
    begin, end = int(plan.month_edges[month]), int(plan.month_edges[month + 1])
    here = np.flatnonzero((users.created < end) & (users.until > begin))
    days = np.arange(begin, end, DAY)
    season = USAGE.quiet if calendar.is_quiet(calendar_month(days[:1]))[0] else 1.0
    pace = np.where(is_weekend(days), USAGE.weekend, 1.0) * season
    lively = habit[here] * np.exp(USAGE.health * billing.population.health[users.account[here], month])
    chance = np.minimum(lively, USAGE.most)[:, None] * pace[None, :]
    row, day = np.nonzero(rng.random((len(here), len(days)), dtype=np.float32) < chance)
    user = here[row]
    moment = days[day] + working_time(rng, len(user))
    keep = (moment >= users.created[user]) & (moment < users.until[user])
    return user[keep], moment[keep]


def _acts(
    billing: Billing, rng: np.random.Generator, popularity: Floats, when: Ints, account: Ints
) -> tuple[Ints, Ints]:
    """(kind, feature) of what is done; errors multiply while a bad release is out."""
    plan, n = billing.plan, len(when)
    release = plan.incident(IncidentKind.BAD_RELEASE)
    broken = release.covers(when) if release else np.zeros(n, dtype=bool)
    draw = rng.random(n)
    failing = np.where(broken, USAGE.fails_when_broken, USAGE.fails * billing.population.swell("errors", when, account))
    kind = np.select(
        [draw < failing, draw < failing + USAGE.invites, draw < failing + (USAGE.invites + USAGE.exports)],
        [EventKind.ERROR, EventKind.INVITE, EventKind.EXPORT],
        EventKind.USE,
    )
    feature = np.searchsorted(popularity, rng.random(n))
    blamed = broken & (kind == EventKind.ERROR) & (rng.random(n) < USAGE.broken_blamed)
    feature = np.where(blamed, billing.shape.product.broken_feature, feature)
    feature = available(plan, np.minimum(feature, len(popularity) - 1), when)
    return kind, np.where(kind == EventKind.INVITE, NONE, feature)


def _seen(billing: Billing, users: Users, events: Events, month: int) -> Events:
    """The events by time that the files know: users have access, and no gap in the tracking loses them."""
    inside = (events.when < users.until[events.user]) & (events.when < billing.plan.cut)
    gap = billing.plan.incident(IncidentKind.TRACKING_GAP)
    if gap:
        region = billing.population.region[users.account[events.user]]
        inside &= ~(gap.covers(events.when) & (region == billing.shape.region(gap.scope.value)))
    kept = billing.population.swell("events", events.when, users.account[events.user])
    inside &= np.random.default_rng([billing.plan.seed, 13, month]).random(len(kept)) < kept
    known = _at(events, inside)
    return _at(known, np.argsort(known.when, kind="stable"))


def _at(events: Events, places: np.ndarray) -> Events:
    return Events(events.user[places], events.kind[places], events.feature[places], events.when[places])


def _table(billing: Billing, users: Users, events: Events, first: int) -> pa.Table:
    return pa.table(
        {
            "event_id": ids("E", first + np.arange(len(events.user)), 9),
            "user_id": ids("U", events.user),
            "account_id": ids("A", users.account[events.user]),
            "event_type": labels(billing.shape.product.events, events.kind),
            "feature_id": ids("F", np.where(events.feature == NONE, NONE, events.feature + 1), 2),
            "occurred_at": times(events.when),
        }
    )
