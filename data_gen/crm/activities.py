"""Writes crm/activities: what was done for each deal while it was open."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from data_gen.arrays import NONE, Ints, repeat_index
from data_gen.clock import DAY, working_time
from data_gen.crm.deal import WON, Deals
from data_gen.plan import Plan
from data_gen.writer import Folder, ids, labels, times, whole


class ActivityKind(IntEnum):
    """What was done."""

    CALL = 0
    EMAIL = 1
    MEETING = 2
    NOTE = 3
    TASK = 4


class ActivityOutcome(IntEnum):
    """What came of it."""

    CONNECTED = 0
    NO_ANSWER = 1
    POSITIVE = 2
    NEUTRAL = 3
    NEGATIVE = 4
    NO_SHOW = 5


@dataclass(frozen=True)
class ActivityHabits:
    """How much is done, and how it goes."""

    per_deal: float = 6.0  # beyond the first
    shares: tuple[float, ...] = (0.3, 0.34, 0.16, 0.08, 0.12)  # by kind
    completed: float = 0.93
    positive_if_won: float = 0.55
    positive: float = 0.32
    neutral: float = 0.4
    no_answer: float = 0.5
    call_minutes: tuple[int, int] = (2, 40)
    meeting_minutes: tuple[int, int] = (20, 90)
    due_days: int = 2


HABITS = ActivityHabits()


def write_activities(plan: Plan, rng: np.random.Generator, deals: Deals, contact: Ints, folder: Folder) -> None:
    """Draw the activities of every deal and write them by time."""
    end = np.where(deals.closed != NONE, deals.closed, plan.last - 60)
    deal, _ = repeat_index(rng.poisson(HABITS.per_deal, len(end)) + 1)
    n = len(deal)
    calendar, born = plan.shape.calendar, deals.created[deal]
    when = calendar.at_work(born + (rng.random(n) * (end - deals.created)[deal]).astype(np.int64))
    when = np.where(when < born, calendar.at_work(born, "forward"), when)
    when = np.minimum(when // DAY * DAY + working_time(rng, n), end[deal])
    kind = rng.choice(len(ActivityKind), n, p=HABITS.shares)
    done = rng.random(n) < HABITS.completed
    outcome = _outcomes(rng, kind, deals.ends[deal] == WON)
    due = calendar.at_work(when + HABITS.due_days * DAY, "forward")
    order = np.argsort(when, kind="stable")
    deal, when, due, kind = deal[order], when[order], due[order], kind[order]
    done, outcome = done[order], outcome[order]
    is_call, is_meeting = kind == ActivityKind.CALL, kind == ActivityKind.MEETING
    calls, meetings = rng.integers(*HABITS.call_minutes, n), rng.integers(*HABITS.meeting_minutes, n)
    minutes = np.where(is_call, calls, np.where(is_meeting, meetings, 0))
    folder.write(
        "crm/activities",
        {
            "activity_id": ids("AC", np.arange(n), 7),
            "activity_type": labels([one.name.lower() for one in ActivityKind], kind),
            "account_id": ids("A", deals.account[deal]),
            "contact_id": ids("K", contact[deal]),
            "deal_id": ids("D", deal),
            "owner_id": ids("R", deals.owner[deal], 3),
            "occurred_at": times(when),
            "due_at": times(np.where(kind == ActivityKind.TASK, due, NONE)),
            "completed_at": times(np.where(done, when, NONE)),
            "outcome": labels([*(one.name.lower() for one in ActivityOutcome), None], outcome),
            "duration_minutes": whole(minutes, ~(is_call | is_meeting)),
        },
        when < plan.cut,
    )


def _outcomes(rng: np.random.Generator, kind: Ints, won: np.ndarray) -> Ints:
    """Outcomes of calls, mails and meetings; one past the last for notes and tasks."""
    n = len(kind)
    good = np.where(won, HABITS.positive_if_won, HABITS.positive)
    outcome = np.select(
        [rng.random(n) < good, rng.random(n) < HABITS.neutral, rng.random(n) < HABITS.no_answer],
        [ActivityOutcome.POSITIVE, ActivityOutcome.NEUTRAL, ActivityOutcome.NO_ANSWER],
        ActivityOutcome.NEGATIVE,
    )
    return np.where(kind <= ActivityKind.MEETING, outcome, len(ActivityOutcome))
