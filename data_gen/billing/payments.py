"""Writes billing/payments: first attempts, retries, refunds; and billing/invoices with their final state."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pandas as pd

from data_gen.arrays import NONE, Floats, Ints, Mask, constant, floats, ints
from data_gen.billing.book import Billing
from data_gen.clock import DAY, HOUR
from data_gen.currency import currency_column
from data_gen.incidents import IncidentKind
from data_gen.shapes.money import Failure
from data_gen.writer import Folder, dates, ids, labels, money, times, whole


class Method(IntEnum):
    """How an invoice is paid."""

    CARD = 0
    BANK_TRANSFER = 1
    DIRECT_DEBIT = 2


class Outcome(IntEnum):
    """What becomes of an attempt."""

    SUCCEEDED = 0
    FAILED = 1
    REFUNDED = 2


@dataclass(frozen=True)
class Dunning:
    """Chances of failure, and what happens then."""

    card_fails: float = 0.052
    card_fails_in_trouble: float = 0.85
    retry_in_trouble: float = 0.15
    card_fails_in_outage: float = 0.9
    transfer_fails: float = 0.004
    transfers: float = 0.6  # the others not paid by card are direct debits
    transfer_days: tuple[float, float] = (4.0, 5.5)  # gamma
    retries: tuple[tuple[int, float], ...] = ((3, 0.34), (7, 0.27))  # days later, chance
    retry_after_outage: float = 0.85
    refunded: float = 0.008
    refund_days: int = 8
    refund_percent: tuple[int, int] = (30, 100)
    due_days: int = 30
    given_up_days: int = 60
    reasons: tuple[tuple[Failure, float], ...] = (
        (Failure.FUNDS, 0.5),
        (Failure.EXPIRED, 0.2),
        (Failure.DECLINED, 0.25),
        (Failure.OTHER, 0.05),
    )


@dataclass(frozen=True)
class Attempts:
    """First attempts and retries, of which the last succeed; and when each invoice was paid, NONE if never."""

    parts: list[tuple[Ints, Ints, Ints, Mask]]  # invoice, number, when, worked
    success: Ints


DUNNING = Dunning()
INVOICE_STATUSES = ["open", "paid", "uncollectible", "void", "refunded"]


def write_payments(billing: Billing, rng: np.random.Generator, invoices: pd.DataFrame, folder: Folder) -> None:
    """Draw how every invoice is paid, and write invoices and payments."""
    plan, population, n = billing.plan, billing.population, len(invoices)
    when, net = invoices["when"].to_numpy(), invoices["net"].to_numpy()
    method = _methods(billing, rng, invoices)
    outage = plan.incident(IncidentKind.PAYMENT_OUTAGE)
    hit = outage.covers(when) if outage else np.zeros(n, dtype=bool)
    times = population.swell("failed_payments", when, invoices["account"].to_numpy())
    attempts = _attempts(rng, when, method, hit, _in_trouble(billing, invoices), times)
    tax = net * ints(billing.shape.regions, lambda r: r.tax_percent)[population.region[invoices["account"]]] // 100
    refunded = (attempts.success != NONE) & (rng.random(n) < DUNNING.refunded)
    returned = np.where(refunded, attempts.success + DUNNING.refund_days * DAY, NONE)
    back = np.flatnonzero(refunded)
    refunds = (back, constant(1, back), returned[back], np.ones(len(back), dtype=bool))
    invoice, number, moment, worked = (np.concatenate(p) for p in zip(*attempts.parts, refunds, strict=True))
    is_refund = np.arange(len(invoice)) >= len(invoice) - len(back)
    gross, share = (
        (net + tax)[invoice],
        rng.integers(DUNNING.refund_percent[0], DUNNING.refund_percent[1] + 1, len(invoice)),
    )
    failures = _failures(rng, worked, hit[invoice] & (number == 1))
    payments = pd.DataFrame(
        {
            "invoice": invoice,
            "number": number,
            "when": moment,
            "method": method[invoice],
            "state": np.select([is_refund, worked], [Outcome.REFUNDED, Outcome.SUCCEEDED], Outcome.FAILED),
            "reason": failures,
            "amount": np.where(is_refund, -(gross * share // 100), gross),
            "currency": billing.currency_of(invoices["subscription"].to_numpy())[invoice],
        }
    )
    _write_invoices(billing, invoices, tax, attempts.success, returned, folder)
    _write_payments(billing, payments.sort_values("when", kind="stable", ignore_index=True), folder)


def _methods(billing: Billing, rng: np.random.Generator, invoices: pd.DataFrame) -> Ints:
    """What is billed by the first interval is paid by card; so is part of the rest."""
    segment, n = billing.population.segment[invoices["account"]], len(invoices)
    share: Floats = floats(billing.shape.segments, lambda s: s.pricing.card_share)[segment]
    card = (invoices["interval"].to_numpy() == 0) | (rng.random(n) < share)
    other = np.where(rng.random(n) < DUNNING.transfers, Method.BANK_TRANSFER, Method.DIRECT_DEBIT)
    return np.where(card, Method.CARD, other)


def _in_trouble(billing: Billing, invoices: pd.DataFrame) -> Mask:
    """Which invoices fall into a spell of trouble with the card that is charged each month."""
    account, month = invoices["account"].to_numpy(), billing.plan.month_of(invoices["when"].to_numpy())
    return billing.charges_cards(account) & billing.population.wellbeing.card_trouble[account, month]


def _attempts(rng: np.random.Generator, when: Ints, method: Ints, hit: Mask, trouble: Mask, times: Floats) -> Attempts:
    n, card = len(when), method == Method.CARD
    delay = np.where(card, HOUR, (rng.gamma(*DUNNING.transfer_days, n) * DAY).astype(np.int64))
    card_fails = np.where(hit, DUNNING.card_fails_in_outage, DUNNING.card_fails)
    card_fails = np.where(trouble, DUNNING.card_fails_in_trouble, card_fails)
    card_fails = np.minimum(card_fails * times, 1.0)
    failing = rng.random(n) < np.where(card, card_fails, DUNNING.transfer_fails)
    success = np.full(n, NONE)
    success[~failing] = (when + delay)[~failing]
    parts = [(np.arange(n), np.ones(n, dtype=np.int64), when + delay, ~failing)]
    left = np.flatnonzero(failing)
    for number, (days, chance) in enumerate(DUNNING.retries, start=2):
        chances = np.where(hit[left], DUNNING.retry_after_outage, chance)
        worked = rng.random(len(left)) < np.where(trouble[left], DUNNING.retry_in_trouble, chances)
        moment = when[left] + days * DAY + HOUR
        parts.append((left, constant(number, left), moment, worked))
        success[left[worked]] = moment[worked]
        left = left[~worked]
    return Attempts(parts, success)


def _failures(rng: np.random.Generator, worked: Mask, in_outage: Mask) -> Ints:
    """Why each attempt failed; one past the last reason for those that worked."""
    reasons, shares = zip(*DUNNING.reasons, strict=True)
    drawn = rng.choice([int(reason) for reason in reasons], len(worked), p=shares)
    return np.where(worked, len(Failure), np.where(in_outage, Failure.OUTAGE, drawn))


def _write_invoices(
    billing: Billing, invoices: pd.DataFrame, tax: Ints, success: Ints, returned: Ints, folder: Folder
) -> None:
    plan, when = billing.plan, invoices["when"].to_numpy()
    paid, overdue = plan.known(success), when + DUNNING.given_up_days * DAY < plan.cut
    code = INVOICE_STATUSES.index
    status = np.select(
        [plan.known(returned) != NONE, paid != NONE, overdue],
        [code("refunded"), code("paid"), code("uncollectible")],
        code("open"),
    )
    folder.write(
        "billing/invoices",
        {
            "invoice_id": ids("I", np.arange(len(invoices)), 7),
            "subscription_id": ids("S", invoices["subscription"]),
            "account_id": ids("A", invoices["account"]),
            "period_start": dates(when),
            "period_end": dates(invoices["end"]),
            "amount": money(invoices["net"]),
            "tax": money(tax),
            "invoice_date": dates(when),
            "due_date": dates(when + DUNNING.due_days * DAY),
            "paid_at": times(paid),
            "status": labels(INVOICE_STATUSES, status),
            **currency_column(billing.shape, billing.currency_of(invoices["subscription"].to_numpy())),
        },
        when < plan.cut,
    )


def _write_payments(billing: Billing, payments: pd.DataFrame, folder: Folder) -> None:
    folder.write(
        "billing/payments",
        {
            "payment_id": ids("PY", np.arange(len(payments)), 7),
            "invoice_id": ids("I", payments["invoice"], 7),
            "attempt_number": whole(payments["number"]),
            "attempted_at": times(payments["when"]),
            "payment_method": labels([method.name.lower() for method in Method], payments["method"]),
            "status": labels([outcome.name.lower() for outcome in Outcome], payments["state"]),
            "failure_reason": labels([*billing.shape.failures, None], payments["reason"]),
            "amount": money(payments["amount"]),
            **currency_column(billing.shape, payments["currency"].to_numpy()),
        },
        payments["when"] < billing.plan.cut,
    )
