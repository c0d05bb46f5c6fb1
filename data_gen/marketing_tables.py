"""Writes marketing/*: spend by day, channel and campaign, and the touches that went before an account's start."""

from __future__ import annotations

import numpy as np

from data_gen.company import Company
from data_gen.plan import CHANNEL_COST, CHANNEL_SHARE, CHANNELS, DAY, NONE, Plan, epoch, repeat_index
from data_gen.writer import Folder, dates, ids, labels, money, times, whole

CAMPAIGNS = ["always-on", "launch", "retargeting"]
SPENDING = 7  # the last channel, Unknown, costs nothing


def write(company: Company, folder: Folder) -> None:
    """Write every table of marketing."""
    rng = company.plan.rng(7)
    _spend(company.plan, rng, folder)
    _touches(company, rng, folder)


def _spend(plan: Plan, rng: np.random.Generator, folder: Folder) -> None:
    days = np.arange(plan.first, plan.last, DAY)
    new_per_day = plan.accounts * 0.27 / (plan.window_end - plan.first) * DAY
    mix = np.array([0.62, 0.30, 0.08]) @ CHANNEL_SHARE
    daily = new_per_day * mix[:SPENDING] * CHANNEL_COST[:SPENDING]
    day, channel, campaign = (part.ravel() for part in np.indices((len(days), SPENDING, len(CAMPAIGNS))))
    weekday = (days // DAY + 3) % 7
    calendar = days.astype("datetime64[s]").astype("datetime64[M]").astype(int) % 12
    pace = (
        np.where(weekday < 5, 1.15, 0.62)
        * np.where(np.isin(calendar, [0, 7]), 0.85, 1.0)
        * np.linspace(0.92, 1.08, len(days))
    )
    amount = daily[channel] * np.array([0.6, 0.25, 0.15])[campaign] * pace[day] * rng.gamma(30, 1 / 30, len(day))
    blow_out = plan.incident("cost_blow_out")
    if blow_out:
        inside = (days >= epoch(blow_out.start)) & (days < epoch(blow_out.end) + DAY)
        amount = np.where(inside[day] & (channel == CHANNELS.index(blow_out.value)), amount * 2.8, amount)
    clicks = rng.poisson(amount / np.array([4.0, 9, 3, 30, 20, 15, 40])[channel])
    folder.write(
        "marketing/spend",
        {
            "spend_id": ids("SP", np.arange(len(day)), 6),
            "spend_date": dates(days[day]),
            "channel": labels(CHANNELS, channel),
            "campaign": labels(CAMPAIGNS, campaign),
            "amount": money(np.round(amount * 100)),
            "impressions": whole(clicks * rng.integers(20, 60, len(day))),
            "clicks": whole(clicks),
            "leads": whole(rng.poisson(clicks * 0.03)),
        },
        days[day] < plan.cut,
    )


def _touches(company: Company, rng: np.random.Generator, folder: Folder) -> None:
    plan = company.plan
    account, position = repeat_index(1 + rng.poisson(2.2, company.size))
    until = np.where(company.paid_from != NONE, company.paid_from, company.created + 40 * DAY)[account]
    when = until - (rng.exponential(25, len(account)) * DAY).astype(np.int64) - 3600
    when = np.maximum(when, company.created[account] + position * 600)  # the first touch makes the account
    keep = (when >= plan.first) & (when < plan.last)
    account, position, when = account[keep], position[keep], when[keep]
    order = np.argsort(when, kind="stable")
    account, position, when = account[order], position[order], when[order]
    channel = np.where(position == 0, company.channel[account], rng.integers(0, SPENDING, len(account)))
    folder.write(
        "marketing/touches",
        {
            "touch_id": ids("M", np.arange(len(account)), 7),
            "account_id": ids("A", account),
            "contact_id": ids("K", np.full(len(account), NONE)),
            "channel": labels(CHANNELS, channel),
            "campaign": labels(CAMPAIGNS, rng.integers(0, 3, len(account))),
            "touched_at": times(when),
        },
        when < plan.cut,
    )
