"""Writes product/*: users, features, releases, and the usage events month by month."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from data_gen.billing import Billing
from data_gen.plan import DAY, NONE, REGIONS, Ints, Plan, business_seconds, repeat_index
from data_gen.writer import Folder, Stream, flags, ids, labels, times

MODULES = ["Pipeline", "Reporting", "Billing", "Automation", "Integrations", "Admin"]
FEATURES = 24
BROKEN_FEATURE = 16  # data sync, broken by release v1.2
EVENT_TYPES = ["login", "feature_use", "activation", "invite", "export", "error"]
VERSIONS = ["v0.8", "v0.9", "v1.0", "v1.1", "v1.2", "v1.3", "v1.4", "v1.5", "v1.6"]


@dataclass
class Users:
    """All users: the account, from when, and until when they can use the product; activation moment or NONE."""

    account: Ints
    created: Ints
    until: Ints
    activated: Ints


def release_dates(plan: Plan) -> Ints:
    """When each version came out; v1.2 with the planted bad release, or in the middle of the window."""
    release = plan.incident("bad_release")
    middle = np.datetime64(release.start, "s").astype(np.int64) if release else (plan.first + plan.window_end) // 2
    return middle + (np.arange(len(VERSIONS)) - VERSIONS.index("v1.2")) * 62 * DAY


def feature_releases(plan: Plan) -> Ints:
    """When each feature came out: every fourth after the window opens, the others long before."""
    n = np.arange(FEATURES)
    return plan.first + np.where(n % 4 == 3, n * 14, -400 - n * 9) * DAY


def available(plan: Plan, feature: Ints, when: Ints) -> Ints:
    """The feature itself once it is out, until then its neighbour: nobody uses what is not there yet."""
    return np.where(feature_releases(plan)[feature] > when, feature - 1, feature)


def write(billing: Billing, folder: Folder, advance: Callable[[], None]) -> Users:
    """Write every table of product; `advance` is called after each month of events."""
    plan = billing.plan
    rng = plan.rng(5)
    _catalogue(plan, folder)
    users = _users(billing, rng)
    n = len(users.account)
    folder.write(
        "product/users",
        {
            "user_id": ids("U", np.arange(n)),
            "account_id": ids("A", users.account),
            "role": labels(["admin", "member", "viewer"], rng.choice(3, n, p=[0.15, 0.65, 0.2])),
            "created_at": times(users.created),
        },
        users.created < plan.cut,
    )
    _events(billing, rng, users, folder, advance)
    return users


def _catalogue(plan: Plan, folder: Folder) -> None:
    n = np.arange(FEATURES)
    words = ["board", "report", "invoice", "rule", "sync", "role"]
    names = [f"{MODULES[i // 4]} {words[i // 4]} {'ABCD'[i % 4]}" for i in range(FEATURES)]
    folder.write(
        "product/features",
        {
            "feature_id": ids("F", n + 1, 2),
            "feature_name": labels(names, n),
            "module": labels(MODULES, n // 4),
            "is_beta": flags(n % 8 == 3),
            "released_at": times(feature_releases(plan)),
        },
        feature_releases(plan) < plan.cut,
    )
    when = release_dates(plan)
    keep = np.flatnonzero(when < plan.cut)
    notes = ["Smaller fixes, faster reports"] * len(VERSIONS)
    notes[VERSIONS.index("v1.2")] = "New data sync engine"
    folder.write(
        "product/releases",
        {"version": labels(VERSIONS, keep), "released_at": times(when[keep]), "release_notes": labels(notes, keep)},
    )


def _users(billing: Billing, rng: np.random.Generator) -> Users:
    company, plan = billing.company, billing.plan
    starts = np.where(company.trial_from != NONE, company.trial_from, company.paid_from)
    joined = starts != NONE
    ends = np.where(company.paid_from != NONE, plan.last, company.trial_to)
    gone = billing.churned_month != NONE
    churn_end = np.full(company.size, plan.last)
    churn_end[gone] = _last_churn(billing)[gone]
    ends = np.where(joined, np.minimum(np.minimum(ends, churn_end), plan.last), NONE)
    base = np.array([1.0, 4.0, 11.0])[company.segment]
    count = np.where(joined, 1 + rng.poisson(base), 0)
    account, position = repeat_index(count)
    late = (position > 0) & (rng.random(len(account)) < 0.45)
    room = np.maximum(ends[account] - starts[account] - 7200, 1)
    spread = np.where(
        late,
        (rng.random(len(account)) ** 1.3 * room).astype(np.int64),
        rng.integers(60, 2 * DAY, len(account)) * (position > 0),
    )
    created = np.minimum(starts[account] + spread, ends[account] - 600)
    fit = company.fit[account]
    likely = 1 / (1 + np.exp(-(0.15 + 0.55 * fit)))
    days = rng.exponential(4.5, len(account)) + 0.02
    moment = created + (days * DAY).astype(np.int64)
    will = (rng.random(len(account)) < likely) & (moment < ends[account]) & (created >= plan.first)
    return Users(account, created, ends[account], np.where(will, moment, NONE))


def _last_churn(billing: Billing) -> Ints:
    last = np.full(billing.company.size, billing.plan.last)
    leaving = billing.churns.get("back") == 0
    last[billing.churns.get("account")[leaving]] = billing.churns.get("when")[leaving]
    return last


def _events(
    billing: Billing, rng: np.random.Generator, users: Users, folder: Folder, advance: Callable[[], None]
) -> None:
    plan = billing.plan
    habit = rng.beta(1.1, 3.6, len(users.account)) + 0.03
    popularity = 1 / np.arange(2, FEATURES + 2) ** 0.8
    taste = np.cumsum(rng.permutation(popularity) / popularity.sum())
    none = np.zeros(0, dtype=np.int64)
    schema = [(name, array.type) for name, array in _columns(none, none, none, none, none, 0).items()]
    with folder.stream("product/events", pa.schema(schema)) as stream:
        number = 0
        for month in np.flatnonzero(plan.month_edges[:-1] < plan.cut).tolist():
            number = _month(billing, rng, users, habit, taste, month, number, stream)
            advance()


def _month(
    billing: Billing,
    rng: np.random.Generator,
    users: Users,
    habit: np.ndarray,
    taste: np.ndarray,
    month: int,
    number: int,
    stream: Stream,
) -> int:
    company, plan = billing.company, billing.plan
    begin, end = int(plan.month_edges[month]), int(plan.month_edges[month + 1])
    days = (end - begin) // DAY
    here = np.flatnonzero((users.created < end) & (users.until > begin))
    start_of_day = begin + np.arange(days) * DAY
    weekday = (start_of_day // DAY + 3) % 7
    calendar = int(np.datetime64(begin, "s").astype("datetime64[M]").astype(int)) % 12
    pace = np.where(weekday < 5, 1.0, 0.19) * (0.85 if calendar in (0, 7) else 1.0)
    lively = habit[here] * np.exp(0.28 * company.health[users.account[here], month])
    row, day = np.nonzero(
        rng.random((len(here), days), dtype=np.float32) < np.minimum(lively, 0.92)[:, None] * pace[None, :]
    )
    user = here[row]
    moment = start_of_day[day] + business_seconds(rng, len(user))
    keep = (moment >= users.created[user]) & (moment < users.until[user])
    user, moment = user[keep], moment[keep]
    parent, _ = repeat_index(rng.poisson(3.3, len(user)))
    acts = moment[parent] + rng.integers(30, 3600, len(parent))
    release = plan.incident("bad_release")
    broken = release.covers(acts) if release else np.zeros(len(acts), dtype=bool)
    draw = rng.random(len(parent))
    failing = np.where(broken, 0.13, 0.03)
    kind = np.select([draw < failing, draw < failing + 0.02, draw < failing + 0.09], [5, 3, 4], 1)
    feature = np.searchsorted(taste, rng.random(len(parent)))
    feature = np.where(broken & (kind == 5) & (rng.random(len(parent)) < 0.7), BROKEN_FEATURE, feature)
    feature = np.where(kind == 3, NONE, available(plan, np.minimum(feature, FEATURES - 1), acts))
    first = np.flatnonzero((users.activated >= begin) & (users.activated < end))
    who = np.concatenate([user, user[parent], first])
    when = np.concatenate([moment, acts, users.activated[first]])
    what = np.concatenate([np.zeros(len(user), np.int64), kind, np.full(len(first), 2)])
    which = np.concatenate([np.full(len(user), NONE), feature, np.full(len(first), NONE)])
    inside = (when < end) & (when < users.until[who])
    gap = plan.incident("tracking_gap")
    if gap:
        inside &= ~(gap.covers(when) & (company.region[users.account[who]] == REGIONS.index(gap.value)))
    inside &= when < plan.cut
    order = np.argsort(when[inside], kind="stable")
    who, when, what, which = (part[inside][order] for part in (who, when, what, which))
    stream.write(pa.table(_columns(who, users.account[who], what, which, when, number)))
    return number + len(who)


def _columns(user: Ints, account: Ints, kind: Ints, feature: Ints, when: Ints, first: int) -> dict[str, pa.Array]:
    return {
        "event_id": ids("E", first + np.arange(len(user)), 9),
        "user_id": ids("U", user),
        "account_id": ids("A", account),
        "event_type": labels(EVENT_TYPES, kind),
        "feature_id": ids("F", np.where(feature == NONE, NONE, feature + 1), 2),
        "occurred_at": times(when),
    }
