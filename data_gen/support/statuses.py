"""Writes support/ticket_status_history, and what only the maker knows of the service levels' clock."""

from __future__ import annotations

import numpy as np
import pandas as pd

from data_gen.arrays import NONE, Ints, constant
from data_gen.plan import Plan
from data_gen.support.ticket import STATUSES, Tickets
from data_gen.writer import Folder, ids, labels, times, whole


def write_statuses(plan: Plan, tickets: Tickets, status: Ints, folder: Folder) -> None:
    """Write every status that a ticket took, and the seconds that its clock ran."""
    history = _history(tickets, status)
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
            "first_response_seconds": whole(tickets.clock.response, tickets.first >= plan.cut),
            "resolution_seconds": whole(tickets.clock.resolution, tickets.solved >= plan.cut),
        },
        tickets.when < plan.cut,
    )


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
