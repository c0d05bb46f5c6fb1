"""One colour per meaning: of a value of a dimension, of a movement of MRR, or of a part in a drawing."""

from __future__ import annotations

from dataclasses import dataclass

BLUE, SKY, GREEN, ORANGE, RED, CRIMSON = "#0072B2", "#56B4E9", "#009E73", "#E69F00", "#D55E00", "#A3195B"
PURPLE, GREY = "#CC79A7", "#7F8B99"
PALETTE = [BLUE, ORANGE, GREEN, PURPLE, SKY, RED, "#8C6BB1", "#7F7F7F"]
# parts of a drawing
ACTUAL, TARGET, TOTAL, FEW_CASES = BLUE, GREY, "#5B6B7B", "#B8C1CB"
GOOD, BAD, OPEN = GREEN, RED, GREY
OPEN_COLOURS = {"open": OPEN, "weighted": PURPLE}  # amounts of open deals

HEAT = {"low": SKY, "normal": BLUE, "medium": ORANGE, "high": RED, "critical": CRIMSON, "urgent": CRIMSON}
DIMENSIONS = {
    "segment": {"SMB": ORANGE, "Mid-Market": SKY, "Enterprise": BLUE},
    "severity": HEAT,
    "risk_level": HEAT,
    "priority": HEAT,
    "health_tier": {"healthy": GREEN, "watch": ORANGE, "at_risk": RED},
    "forecast": {"won": GREEN, "committed": BLUE, "best_case": SKY, "weighted": PURPLE},
    "mark": {"release": "#7B5EA7", "price": "#B8860B", "campaign": "#4D9221"},
}


@dataclass(frozen=True)
class Movement:
    """A way in which MRR moves: its name, its metric, how it is written, and whether it adds."""

    name: str
    metric: str
    label: str
    colour: str
    adds: bool = True

    @property
    def sign(self) -> int:
        """1 where it adds, -1 where it takes away."""
        return 1 if self.adds else -1


MOVEMENTS = (
    Movement("new", "new_mrr", "New", BLUE),
    Movement("reactivation", "reactivation_mrr", "Reactivation", SKY),
    Movement("expansion", "expansion_mrr", "Expansion", GREEN),
    Movement("contraction", "contraction_mrr", "Contraction", ORANGE, adds=False),
    Movement("churn", "churned_mrr", "Churn", RED, adds=False),
)
MOVES = {movement.metric: movement.label for movement in MOVEMENTS}
MOVE_COLOURS = {movement.metric: movement.colour for movement in MOVEMENTS}
LOSSES = [movement.metric for movement in MOVEMENTS if not movement.adds]
DIMENSIONS["movement"] = {movement.name: movement.colour for movement in MOVEMENTS}


def colour_of(dimension: str, value: object) -> str | None:
    """The colour of a value of a dimension; None where it has none of its own."""
    return DIMENSIONS.get(dimension, {}).get(str(value))
