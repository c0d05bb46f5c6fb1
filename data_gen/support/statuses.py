"""Writes support/ticket_status_history, and what only the maker knows of the service levels' clock."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_gen.arrays import NONE, Ints, constant
from data_gen.clock import to_utc
from data_gen.plan import Plan
from data_gen.support.ticket import STATUSES, Tickets
from data_gen.writer import Folder, ids, labels, times, whole


def write_statuses(plan: Plan, tickets: Tickets, status: Ints, folder: Folder) -> None:
    """Write every status that a ticket took, and the seconds that its clock ran."""
    history, clock = _history(tickets, status), tickets.clock
    waits = clock.waits_from != NONE
    pause = (np.where(waits, moments, tickets.when) for moments in (clock.waits_from, clock.waits_to))
    longer = _longer(plan, tickets.when, tickets.solved) - _longer(plan, *pause)
    response = clock.response + np.where(clock.is_always, _longer(plan, tickets.when, tickets.first), 0)
    resolution = clock.resolution + np.where(clock.is_always, longer, 0)
    folder.write(
        "support/ticket_status_history",
        {
            "status_history_id": ids("TS", np.arange(len(history)), 8),
            "ticket_id": ids("TK", history["ticket"], 7),
            "status": labels(STATUSES, history["status"]),
            "entered_at": times(history["when"]),
        },
        history["when"] < plan.cut,
    )
    folder.write(
        "truth/ticket_clocks",
        {
            "ticket_id": ids("TK", np.arange(len(tickets.when)), 7),
            "first_response_seconds": whole(response, tickets.first >= plan.cut),
            "resolution_seconds": whole(resolution, tickets.solved >= plan.cut),
        },
        tickets.when < plan.cut,
    )


def _longer(plan: Plan, begins: Ints, ends: Ints) -> Ints:
    """By how many seconds more passed than by the wall clock, which was put back or forward meanwhile."""
    zone = plan.shape.calendar.timezone
    return to_utc(ends, zone) - to_utc(begins, zone) - (ends - begins)


def _history(tickets: Tickets, status: Ints) -> pd.DataFrame:
    """Open, pending and open again for those that wait, then what the ticket ended as, by time."""
    everybody = np.arange(len(tickets.when))
    waiting = np.flatnonzero(tickets.clock.waits_from != NONE)
    is_done = np.isin(status, [STATUSES.index("resolved"), STATUSES.index("closed")])
    end = np.where(is_done, status, STATUSES.index("resolved"))
    opened, pending = STATUSES.index("open"), STATUSES.index("pending")
    return pd.DataFrame(
        {
            "ticket": np.concatenate([everybody, waiting, waiting, everybody]),
            "status": np.concatenate(
                [constant(opened, everybody), constant(pending, waiting), constant(opened, waiting), end]
            ),
            "when": np.concatenate(
                [tickets.when, tickets.clock.waits_from[waiting], tickets.clock.waits_to[waiting], tickets.solved]
            ),
        }
    ).sort_values(["when", "ticket"], kind="stable", ignore_index=True)
