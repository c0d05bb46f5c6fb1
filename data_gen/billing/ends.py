"""How subscriptions end: the monthly risk of each customer, the reasons, and those who leave at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_gen.arrays import NONE, Floats, Ints, Mask, constant, floats, mask
from data_gen.billing.book import Billing
from data_gen.clock import DAY
from data_gen.incidents import IncidentKind
from data_gen.shapes.money import Reason


@dataclass(frozen=True)
class Risk:
    """What drives churn beside how an account fares: what was planted."""

    mean: float = 3.0  # of the strain over all customers, so that segments keep their rate
    price_rise: tuple[float, float] = (2.6, 0.7)  # times each one's own risk, and the segment's usual risk more
    churn_cluster: tuple[float, float] = (6.0, 4.0)
    highest: float = 0.6
    looked_at_day: int = 12  # of the month, whether something planted is going on
    notice_days: int = 20
    at_once: float = 0.03  # share of new customers who leave within their first month, where some do


@dataclass(frozen=True)
class Reasons:
    """Upper edges of a uniform draw for each reason; the rest blames the product when health is poor."""

    edges: tuple[tuple[float, Reason], ...] = (
        (0.03, Reason.PAYMENT),
        (0.32, Reason.PRICE),
        (0.55, Reason.PRODUCT),
        (0.68, Reason.COMPETITOR),
        (0.80, Reason.SUPPORT),
    )
    poor_health: float = -0.5
    closed: float = 0.05
    card: float = 0.75  # share of those whose card has failed that never chose to leave
    blames_price: float = 0.8  # share of those hit by a price rise


RISK, REASONS = Risk(), Reasons()


def monthly_risk(billing: Billing, active: Ints, month: int) -> Floats:
    """Monthly churn probability: by segment, by how the account fared until then, and by what was planted."""
    population, plan = billing.population, billing.plan
    strains = population.wellbeing.before(plan, active, month, billing.charges_cards(active))
    usual = floats(billing.shape.segments, lambda segment: segment.loyalty.churn)[population.segment[active]]
    risk = usual * strains.factor / RISK.mean
    for hits, (times, more) in (
        (_in_price_rise(billing, active, month), RISK.price_rise),
        (_in_cluster(billing, active, month), RISK.churn_cluster),
    ):
        risk = np.where(hits, risk * times + usual * more, risk)
    risk = np.minimum(risk, RISK.highest)
    if plan.month_edges[month] < plan.cut:
        billing.hazards.add(
            account=active,
            month=constant(month, active),
            ppm=np.round(risk * 1e6).astype(np.int64),
            health=np.round(strains.health * 1e3).astype(np.int64),
            left=strains.main_user_left.astype(np.int64),
            card=strains.card_trouble.astype(np.int64),
        )
    return risk


def _in_price_rise(billing: Billing, accounts: Ints, month: int) -> Mask:
    rise = billing.plan.incident(IncidentKind.PRICE_RISE)
    if not rise or not rise.covers_moment(_middle(billing, month)):
        return np.zeros(len(accounts), dtype=bool)
    return billing.population.segment[accounts] == billing.shape.segment(rise.scope.value)


def _in_cluster(billing: Billing, accounts: Ints, month: int) -> Mask:
    cluster = billing.plan.incident(IncidentKind.CHURN_CLUSTER)
    if not cluster or not cluster.covers_moment(_middle(billing, month)):
        return np.zeros(len(accounts), dtype=bool)
    return billing.population.region[accounts] == billing.shape.region(cluster.scope.value)


def _middle(billing: Billing, month: int) -> int:
    return int(billing.plan.month_edges[month]) + RISK.looked_at_day * DAY


def choose_brief(billing: Billing) -> Mask:
    """A few new customers who leave within their first month."""
    population, plan = billing.population, billing.plan
    month = np.clip(plan.month_of(population.paid_from), 0, plan.months - 1)
    has_room = (population.paid_from >= plan.first) & (plan.month_edges[month + 1] - population.paid_from > 5 * DAY)
    may = mask(billing.shape.segments, lambda segment: segment.loyalty.leaves_at_once)[population.segment]
    return has_room & may & (billing.rng.random(population.size) < RISK.at_once)


def leave(billing: Billing, accounts: Ints, when: Ints, month: int) -> None:
    """End all subscriptions of the accounts, for a reason."""
    if not len(accounts):
        return
    reason = _reasons(billing, accounts, month)
    billing.churns.add(
        account=accounts, when=when, reason=reason, back=constant(0, accounts), month=constant(month, accounts)
    )
    end_with_notice(billing, billing.subscription[accounts], when, reason)
    with_addon = billing.addon[accounts] != NONE
    end_with_notice(billing, billing.addon[accounts][with_addon], when[with_addon], reason[with_addon])
    billing.subscription[accounts], billing.addon[accounts] = NONE, NONE
    billing.book(accounts, when)
    billing.churned_month[accounts] = month


def end_with_notice(billing: Billing, subscriptions: Ints, when: Ints, reason: Ints | Reason) -> None:
    """End subscriptions that were cancelled up to three weeks before."""
    asked = when - (billing.rng.random(len(when)) * RISK.notice_days * DAY).astype(np.int64)
    billing.end(subscriptions, when, asked, reason)


def _reasons(billing: Billing, accounts: Ints, month: int) -> Ints:
    health = billing.population.health[accounts, max(0, month - 1)]
    draw = billing.rng.random(len(accounts))
    rest = np.where(health < REASONS.poor_health, Reason.PRODUCT, Reason.OTHER)
    edges = REASONS.edges
    reason = np.select([draw < edge for edge, _ in edges], [int(reason) for _, reason in edges], rest)
    reason[billing.rng.random(len(accounts)) < REASONS.closed] = Reason.CLOSED
    strains = billing.population.wellbeing.before(billing.plan, accounts, month, billing.charges_cards(accounts))
    reason = np.where(strains.card_trouble & (billing.rng.random(len(accounts)) < REASONS.card), Reason.PAYMENT, reason)
    hit = _in_price_rise(billing, accounts, month) & (draw < REASONS.blames_price)
    reason = np.where(hit, Reason.PRICE, reason)
    return np.where(_in_cluster(billing, accounts, month), Reason.COMPETITOR, reason)
