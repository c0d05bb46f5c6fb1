"""What a deal is made of."""

from __future__ import annotations

from dataclasses import dataclass, fields

from data_gen.arrays import Floats, Ints

WON, LOST, OPEN = 1, 2, 0  # how a deal ends


@dataclass(frozen=True)
class Deals:
    """Deals, one array each of shape (deals,)."""

    account: Ints  # NONE where it is not known
    segment: Ints
    region: Ints
    channel: Ints
    created: Ints
    closed: Ints  # NONE while it is open at the horizon
    amount: Ints  # cents of its currency
    currency: Ints  # as its place
    kind: Ints
    ends: Ints  # WON, LOST or OPEN
    cycle: Floats
    owner: Ints

    @property
    def size(self) -> int:
        """The number of deals."""
        return len(self.account)

    def of(self, few: Ints) -> Deals:
        """The deals at these places."""
        return Deals(**{f.name: getattr(self, f.name)[few] for f in fields(self)})
