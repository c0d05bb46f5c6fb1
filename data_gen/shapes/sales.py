"""How a company sells: pipelines with their stages, the path that deals take through them, and its words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class DealKind(IntEnum):
    """What a deal is about."""

    NEW = 0
    EXPANSION = 1
    RENEWAL = 2


@dataclass(frozen=True)
class Stage:
    """An open stage: its probability in percent, its forecast category, and the share of lost deals that end in it."""

    name: str
    probability: int
    forecast: str
    ends_here: float


@dataclass(frozen=True)
class Pipeline:
    """Stages in order, then the two words for the ends.

    `path` holds the stages that a deal may pass through, with a step back: it may revisit the stages at `back` when
    it passed through those at `before_back` (both are places in the path).
    """

    name: str
    stages: tuple[Stage, ...]
    won: str
    lost: str
    path: tuple[int, ...]
    kinds: tuple[DealKind, ...]
    before_back: tuple[int, ...] = ()
    back: tuple[int, ...] = ()

    @property
    def size(self) -> int:
        """The number of stages, the two ends included."""
        return len(self.stages) + 2


@dataclass(frozen=True)
class SalesWords:
    """Words of the sales people."""

    deal_names: tuple[str, ...]  # by kind of deal
    loss_reasons: tuple[tuple[str, float], ...]  # with their shares


@dataclass(frozen=True)
class MarketingWords:
    """Campaigns with their share of a channel's spend."""

    campaigns: tuple[tuple[str, float], ...]
