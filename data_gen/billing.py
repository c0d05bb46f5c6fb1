"""Subscriptions and their ledger, month by month, and the truth about MRR in integer cents."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from data_gen.company import Company
from data_gen.plan import DAY, NONE, REGIONS, Floats, Ints

Mask = NDArray[np.bool_]
MONTHS_IN = np.array([1, 3, 12])
TIERS = ["Starter", "Growth", "Business", "Enterprise"]
LIST_CENTS = np.array([1_900, 3_900, 6_900, 9_900])
ADDON_PRODUCT, ADDON_CENTS = 5, np.array([2_900, 19_900, 99_900])
HAZARD = np.array([0.0145, 0.0070, 0.0042])
EXPANSION = np.array([0.021, 0.042, 0.045])
CONTRACTION = np.array([0.004, 0.006, 0.004])
START, UPGRADE, DOWNGRADE, PLAN_CHANGE, PRICE_CHANGE, DISCOUNT_END, RENEWAL = range(7)
REASONS = ["price", "product", "support", "competitor", "business_closed", "payment_failed", "other"]


def mrr_cents(quantity: Ints, unit_cents: Ints, discount: Ints, months: Ints) -> Ints:
    """Monthly value in cents, rounded half up; discount in whole percent."""
    numerator = quantity * unit_cents * (100 - discount)
    return (2 * numerator + 100 * months) // (200 * months)


@dataclass
class Columns:
    """Rows that arrive in pieces, column by column."""

    parts: dict[str, list[Ints]] = field(default_factory=dict)

    def add(self, **columns: Ints) -> None:
        """Append rows."""
        for name, values in columns.items():
            self.parts.setdefault(name, []).append(np.asarray(values, dtype=np.int64))

    def get(self, name: str) -> Ints:
        """A whole column."""
        return np.concatenate(self.parts[name]) if self.parts.get(name) else np.zeros(0, dtype=np.int64)


class Billing:
    """The simulation. After `run`: subscriptions, ledger, churns, `deltas` of money and `truth`, all in columns."""

    def __init__(self, company: Company) -> None:
        self.company, self.plan = company, company.plan
        self.rng = company.plan.rng(2)
        n = company.size
        self.subscription = np.full(n, NONE)  # the current main subscription of each account
        self.addon = np.full(n, NONE)
        self.product = np.zeros(n, dtype=np.int64)
        self.quantity = np.zeros(n, dtype=np.int64)
        self.list_cents = np.zeros(n, dtype=np.int64)  # per seat and month
        self.discount = np.zeros(n, dtype=np.int64)
        self.discount_until = np.full(n, NONE)  # month index
        self.interval = np.zeros(n, dtype=np.int64)
        self.churned_month = np.full(n, NONE)
        self.addon_cents = np.zeros(n, dtype=np.int64)
        self.subs, self.ledger, self.churns, self.deltas = Columns(), Columns(), Columns(), Columns()
        self.ends, self.books = Columns(), Columns()
        self.next_sub = 0
        self.hazard = np.zeros(n)
        self.brief = self._choose_brief()

    # -- the run ----------------------------------------------------------

    def run(self) -> None:
        """Simulate every month."""
        company, plan = self.company, self.plan
        self._terms(np.arange(company.size))
        old = np.flatnonzero((company.paid_from != NONE) & (company.paid_from < plan.first))
        self._start_main(old, company.paid_from[old])
        more = old[self.rng.random(len(old)) < 0.15]
        self._addons(more, company.paid_from[more] + 3600)
        for month in range(plan.months):
            self._month(month)
        self._lost_trials()

    def account_cents(self) -> Ints:
        """MRR of every account now, in cents."""
        main = mrr_cents(self.quantity, self.unit_cents(), self.discount, MONTHS_IN[self.interval])
        return np.where(self.subscription != NONE, main, 0) + np.where(self.addon != NONE, self.addon_cents, 0)

    def _book(self, accounts: Ints, when: Ints) -> None:
        """Note what the accounts pay a month from now on; a trial pays nothing."""
        paid_from = self.company.paid_from[accounts]
        cents = np.where(paid_from != NONE, self.account_cents()[accounts], 0)
        self.books.add(account=accounts, when=np.maximum(when, paid_from), cents=cents)

    def mrr_before(self, moments: Ints) -> Ints:
        """MRR in cents just before each moment, from the books, (accounts, moments)."""
        account, when, cents = (self.books.get(name) for name in ("account", "when", "cents"))
        order = np.lexsort((when, account))
        span = 1 << 40  # seconds, more than all of time that is drawn
        keys = (account * span + when)[order]
        wanted = np.arange(self.company.size)[:, None] * span + moments[None, :]
        place = np.searchsorted(keys, wanted) - 1
        mine = (place >= 0) & (account[order][place] == np.arange(self.company.size)[:, None])
        return np.where(mine, cents[order][place], 0)

    def unit_cents(self) -> Ints:
        """Price per seat and billing interval, in cents."""
        return self.list_cents * MONTHS_IN[self.interval]

    def _month(self, month: int) -> None:
        company, plan, rng = self.company, self.plan, self.rng
        begin, end = int(plan.month_edges[month]), int(plan.month_edges[month + 1])
        self._end_discounts(month, begin)
        self._raise_prices(begin)
        active = np.flatnonzero(self.subscription != NONE)
        draw = rng.random(len(active))
        moment = begin + 7200 + (rng.beta(1.2, 1.0, len(active)) * (end - begin - 10_800)).astype(np.int64)
        risk = self._risk(active, month)
        if begin < plan.cut:
            self.hazard[active] = risk
        leaves = draw < risk
        rest, when = active[~leaves], moment[~leaves]
        self._leave(active[leaves], moment[leaves], month)
        self._change(rest, when, month, end)
        arriving = np.flatnonzero((company.paid_from >= max(begin, plan.first)) & (company.paid_from < end))
        self._start_main(arriving, company.paid_from[arriving])
        brief = arriving[self.brief[arriving]]
        self._leave(brief, company.paid_from[brief] + (end - company.paid_from[brief]) // 2, month)
        self._return(month, begin, end)

    def _risk(self, active: Ints, month: int) -> Floats:
        """Monthly churn probability: by segment, by health two months ago, and by what was planted."""
        company, plan = self.company, self.plan
        known = company.health[active, max(0, month - 2)]
        risk = HAZARD[company.segment[active]] * np.exp(-0.75 * known) / 1.28
        middle = np.array([int(plan.month_edges[month]) + 12 * DAY])
        rise, cluster = plan.incident("price_rise"), plan.incident("churn_cluster")
        if rise and rise.covers(middle)[0]:
            risk = np.where(company.segment[active] == 0, risk * 3.2, risk)
        if cluster and cluster.covers(middle)[0]:
            risk = np.where(company.region[active] == REGIONS.index(cluster.value), risk * 9, risk)
        return np.minimum(risk, 0.5)

    # -- starts and ends --------------------------------------------------

    def _choose_brief(self) -> Mask:
        """A few new customers who leave within their first month."""
        company, plan = self.company, self.plan
        starts = plan.month_edges
        month = np.clip(np.searchsorted(starts, company.paid_from, side="right") - 1, 0, plan.months - 1)
        roomy = (company.paid_from >= plan.first) & (starts[month + 1] - company.paid_from > 5 * DAY)
        return roomy & (company.segment == 0) & (self.rng.random(company.size) < 0.03)

    def _terms(self, accounts: Ints) -> None:
        """Draw plan, seats, interval and discount so that the annual value lies in the segment's range."""
        rng, segment = self.rng, self.company.segment[accounts]
        low = rng.random(len(accounts))
        self.product[accounts] = np.select([segment == 0, segment == 1], [low > 0.45, 1 + (low > 0.5)], 3).astype(
            np.int64
        )
        median, spread = np.array([3_300, 28_000, 150_000])[segment], np.array([0.5, 0.5, 0.25])[segment]
        value = np.clip(
            median * np.exp(spread * rng.normal(size=len(accounts))),
            np.array([1_200, 12_500, 122_000])[segment],
            np.array([8_800, 85_000, 420_000])[segment],
        )
        listed = LIST_CENTS[self.product[accounts]]
        negotiated = np.where(segment == 2, rng.integers(80, 101, len(accounts)), 100)
        self.list_cents[accounts] = listed * negotiated // 100
        self.quantity[accounts] = np.maximum(1, np.round(value * 100 / 12 / self.list_cents[accounts])).astype(np.int64)
        pick = rng.random(len(accounts))
        annual = np.array([0.30, 0.65, 0.95])[segment]
        self.interval[accounts] = np.where(pick < annual, 2, np.where(pick < annual + 0.05, 1, 0))
        has = rng.random(len(accounts)) < 0.25
        self.discount[accounts] = np.where(has, rng.choice([5, 10, 15], len(accounts)), 0)

    def _start_main(self, accounts: Ints, when: Ints, plan_swap: bool = False) -> None:
        if not len(accounts):
            return
        company = self.company
        numbers = self.next_sub + np.arange(len(accounts))
        self.next_sub += len(accounts)
        self.subscription[accounts] = numbers
        first = company.paid_from[accounts] == when
        trial = first & (company.trial_from[accounts] != NONE)
        began = np.where(trial, company.trial_from[accounts], when)
        if not plan_swap:
            month = np.searchsorted(self.plan.month_edges, when, side="right") - 1
            until = np.maximum(month, -1) + self.rng.choice([3, 6, 12], len(accounts))
            self.discount_until[accounts] = np.where(self.discount[accounts] > 0, until, NONE)
        self.subs.add(
            number=numbers,
            account=accounts,
            started=began,
            trial_from=np.where(trial, company.trial_from[accounts], NONE),
            trial_to=np.where(trial, company.trial_to[accounts], NONE),
            interval=self.interval[accounts],
        )
        self._record(accounts, began, np.full(len(accounts), START))

    def _record(self, accounts: Ints, when: Ints, kind: Ints) -> None:
        """Write the present state of the accounts' main subscriptions into the ledger, and what they pay."""
        self._book(accounts, when)
        self.ledger.add(
            subscription=self.subscription[accounts],
            when=when,
            product=self.product[accounts],
            quantity=self.quantity[accounts],
            unit=self.unit_cents()[accounts],
            discount=self.discount[accounts],
            interval=self.interval[accounts],
            kind=kind,
        )

    def _addons(self, accounts: Ints, when: Ints) -> None:
        free = self.addon[accounts] == NONE
        accounts, moments = accounts[free], when[free]
        if not len(accounts):
            return
        numbers = self.next_sub + np.arange(len(accounts))
        self.next_sub += len(accounts)
        self.addon[accounts] = numbers
        self.addon_cents[accounts] = ADDON_CENTS[self.company.segment[accounts]]
        zero = np.zeros(len(accounts), dtype=np.int64)
        self.subs.add(
            number=numbers,
            account=accounts,
            started=moments,
            trial_from=zero + NONE,
            trial_to=zero + NONE,
            interval=zero,
        )
        self.ledger.add(
            subscription=numbers,
            when=moments,
            product=zero + ADDON_PRODUCT,
            quantity=zero + 1,
            unit=self.addon_cents[accounts],
            discount=zero,
            interval=zero,
            kind=zero + START,
        )
        self._book(accounts, moments)

    def _leave(self, accounts: Ints, when: Ints, month: int) -> None:
        if not len(accounts):
            return
        health = self.company.health[accounts, max(0, month - 1)]
        u = self.rng.random(len(accounts))
        reason = np.select(
            [u < 0.15, u < 0.35, u < 0.55, u < 0.68, u < 0.80], [5, 0, 1, 3, 2], np.where(health < -0.5, 1, 6)
        )
        reason[self.rng.random(len(accounts)) < 0.05] = 4
        middle = np.array([int(self.plan.month_edges[month]) + 12 * DAY])
        rise, cluster = self.plan.incident("price_rise"), self.plan.incident("churn_cluster")
        if rise and rise.covers(middle)[0]:
            reason = np.where((self.company.segment[accounts] == 0) & (u < 0.8), 0, reason)
        if cluster and cluster.covers(middle)[0]:
            reason = np.where(self.company.region[accounts] == REGIONS.index(cluster.value), 3, reason)
        self.churns.add(
            account=accounts,
            when=when,
            reason=reason,
            back=np.zeros(len(accounts), dtype=np.int64),
            month=np.full(len(accounts), month),
        )
        self._end(self.subscription[accounts], when, reason)
        with_addon = self.addon[accounts] != NONE
        self._end(self.addon[accounts][with_addon], when[with_addon], reason[with_addon])
        self.subscription[accounts], self.addon[accounts] = NONE, NONE
        self._book(accounts, when)
        self.churned_month[accounts] = month

    def _end(self, subscriptions: Ints, when: Ints, reason: Ints) -> None:
        asked = when - (self.rng.random(len(when)) * 20 * DAY).astype(np.int64)
        self.ends.add(number=subscriptions, ended=when, cancelled=asked, reason=reason)

    def _return(self, month: int, begin: int, end: int) -> None:
        """Some of those who left within the last half year come back."""
        gone = np.flatnonzero(
            (self.churned_month != NONE) & (self.churned_month < month) & (self.churned_month >= month - 6)
        )
        back = gone[self.rng.random(len(gone)) < 0.022]
        when = begin + self.rng.integers(DAY, end - begin - DAY, len(back))
        self.quantity[back] = np.maximum(1, self.quantity[back] * 8 // 10)
        self.churned_month[back] = NONE
        self._start_main(back, when)
        zero = np.zeros(len(back), dtype=np.int64)
        self.churns.add(account=back, when=when, reason=zero + 6, back=zero + 1, month=zero + month)

    # -- changes ----------------------------------------------------------

    def _end_discounts(self, month: int, begin: int) -> None:
        due = np.flatnonzero((self.discount_until == month) & (self.subscription != NONE))
        self.discount[due], self.discount_until[due] = 0, NONE
        self._record(due, np.full(len(due), begin), np.full(len(due), DISCOUNT_END))

    def _raise_prices(self, begin: int) -> None:
        rise = self.plan.incident("price_rise")
        if not rise or not rise.covers(np.array([begin]))[0]:
            return
        hit = np.flatnonzero((self.subscription != NONE) & (self.company.segment == 0) & (self.interval == 0))
        self.list_cents[hit] = self.list_cents[hit] * 108 // 100
        self._record(hit, np.full(len(hit), begin + 3600), np.full(len(hit), PRICE_CHANGE))

    def _change(self, accounts: Ints, when: Ints, month: int, end: int) -> None:
        rng, segment = self.rng, self.company.segment[accounts]
        health = self.company.health[accounts, max(0, month - 1)]
        grow = EXPANSION[segment] * np.exp(0.45 * health)
        shrink = CONTRACTION[segment] * np.exp(-0.4 * health)
        edges = np.cumsum(
            [
                grow,
                shrink,
                np.full(len(accounts), 0.004),
                np.full(len(accounts), 0.003),
                np.full(len(accounts), 0.003),
                np.full(len(accounts), 0.006),
                np.full(len(accounts), 0.006),
            ],
            axis=0,
        )
        kind = (rng.random(len(accounts))[None, :] >= edges).sum(axis=0)
        self._seats(accounts[kind == 0], when[kind == 0], up=True)
        self._seats(accounts[kind == 1], when[kind == 1], up=False)
        self._next_plan(accounts[kind == 2], when[kind == 2], swap=False)
        self._next_plan(accounts[kind == 3], when[kind == 3], swap=True)
        chosen = kind == 4
        self._up_and_down(accounts[chosen], when[chosen], end)
        self._addons(accounts[kind == 5], when[kind == 5])
        self._drop_addons(accounts[kind == 6], when[kind == 6])

    def _seats(self, accounts: Ints, when: Ints, up: bool) -> None:
        before = self.account_cents()[accounts]
        share = self.rng.uniform(0.10, 0.45, len(accounts)) if up else self.rng.uniform(0.08, 0.35, len(accounts))
        step = np.maximum(1, (self.quantity[accounts] * share).astype(np.int64))
        changed = self.quantity[accounts] + (step if up else -step)
        keep = changed >= 1
        accounts, when, before = accounts[keep], when[keep], before[keep]
        self.quantity[accounts] = changed[keep]
        self._record(accounts, when, np.full(len(accounts), UPGRADE if up else DOWNGRADE))
        if up:
            self.deltas.add(account=accounts, when=when, cents=(self.account_cents()[accounts] - before) * 12)

    def _next_plan(self, accounts: Ints, when: Ints, swap: bool) -> None:
        room = self.product[accounts] < 2
        accounts, when = accounts[room], when[room]
        if not len(accounts):
            return
        self.product[accounts] += 1
        ratio = LIST_CENTS[self.product[accounts]] / LIST_CENTS[self.product[accounts] - 1]
        self.list_cents[accounts] = LIST_CENTS[self.product[accounts]]
        self.quantity[accounts] = np.maximum(1, (self.quantity[accounts] * 1.25 / ratio).astype(np.int64))
        if swap:  # the old subscription ends the instant the new one starts: neither churn nor new
            zero = np.zeros(len(accounts), dtype=np.int64)
            self.ends.add(number=self.subscription[accounts], ended=when, cancelled=when, reason=zero + 6)
            self._start_main(accounts, when, plan_swap=True)
        else:
            self._record(accounts, when, np.full(len(accounts), PLAN_CHANGE))

    def _up_and_down(self, accounts: Ints, when: Ints, end: int) -> None:
        """Seats rise and fall back within the month: nothing at month grain, two rows in the ledger."""
        step = np.maximum(1, self.quantity[accounts] // 5)
        self.quantity[accounts] += step
        self._record(accounts, when, np.full(len(accounts), UPGRADE))
        self.quantity[accounts] -= step
        self._record(accounts, when + (end - when) // 2, np.full(len(accounts), DOWNGRADE))

    def _drop_addons(self, accounts: Ints, when: Ints) -> None:
        has = self.addon[accounts] != NONE
        accounts, when = accounts[has], when[has]
        self._end(self.addon[accounts], when, np.full(len(accounts), 6))
        self.addon[accounts] = NONE
        self._book(accounts, when)

    def _lost_trials(self) -> None:
        """Trials that never paid end when the trial ends."""
        company = self.company
        tried = np.flatnonzero((company.trial_from != NONE) & (company.paid_from == NONE))
        numbers = self.next_sub + np.arange(len(tried))
        self.next_sub += len(tried)
        self.subs.add(
            number=numbers,
            account=tried,
            started=company.trial_from[tried],
            trial_from=company.trial_from[tried],
            trial_to=company.trial_to[tried],
            interval=self.interval[tried],
        )
        self.subscription[tried] = numbers
        self._record(tried, company.trial_from[tried], np.full(len(tried), START))
        self.subscription[tried] = NONE
        over = company.trial_to[tried]
        self.ends.add(number=numbers, ended=over, cancelled=over, reason=np.full(len(tried), 7))


def movements(billing: Billing, edges: Ints) -> dict[str, Ints]:
    """Account × month in cents: start, new, reactivation, expansion, contraction, churn, end; start or end > 0."""
    mrr = billing.mrr_before(edges)
    start, end = mrr[:, :-1], mrr[:, 1:]
    account, month = np.nonzero((start > 0) | (end > 0))
    s, e = start[account, month], end[account, month]
    paid = billing.company.paid_from[account]
    is_first = (paid >= edges[month]) & (paid < edges[month + 1])
    zero = np.zeros_like(s)
    return {
        "account": account,
        "month": month,
        "start": s,
        "new": np.where((s == 0) & is_first, e, zero),
        "reactivation": np.where((s == 0) & ~is_first, e, zero),
        "expansion": np.where((s > 0) & (e > s), e - s, zero),
        "contraction": np.where((s > 0) & (e > 0) & (e < s), s - e, zero),
        "churn": np.where((s > 0) & (e == 0), s, zero),
        "end": e,
    }
