"""What a ticket is made of."""

from __future__ import annotations

from dataclasses import dataclass

from data_gen.arrays import Ints, Mask

STATUSES = ["resolved", "closed", "pending", "open"]


@dataclass(frozen=True)
class Clock:
    """What the clock of the service levels tells: seconds to both ends; from when to when it waits for the customer."""

    response: Ints
    resolution: Ints
    waits_from: Ints  # NONE where it never waits
    waits_to: Ints
    is_always: Mask  # it runs day and night


@dataclass(frozen=True)
class Tickets:
    """Tickets, one array each of shape (tickets,)."""

    user: Ints
    account: Ints
    when: Ints
    bad: Mask  # caused by the bad release
    topic: Ints  # what the company should file it under
    matter: Ints  # what it is really about
    category: Ints
    priority: Ints
    first: Ints  # when first answered
    solved: Ints
    late: Mask
    clock: Clock
