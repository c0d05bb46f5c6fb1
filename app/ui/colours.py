"""One colour per meaning: of a value of a dimension, of a movement of MRR, or of a part in a drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from metrics.company import Company
from metrics.formats import UNKNOWN, Currency

BLUE, SKY, GREEN, ORANGE, RED, CRIMSON = "#0072B2", "#56B4E9", "#009E73", "#E69F00", "#D55E00", "#A3195B"
PURPLE, GREY = "#CC79A7", "#7F8B99"
PALETTE = [BLUE, ORANGE, GREEN, PURPLE, SKY, RED, "#8C6BB1", "#7F7F7F"]
# parts of a drawing
ACTUAL, TARGET, TOTAL, FEW_CASES = BLUE, GREY, "#5B6B7B", "#B8C1CB"
GOOD, BAD, OPEN = GREEN, RED, GREY
OPEN_COLOURS = {"open": OPEN, "weighted": PURPLE}  # amounts of open deals

HEAT = {"low": SKY, "medium": ORANGE, "high": RED, "critical": CRIMSON}
BY_PLACE = (ORANGE, SKY, BLUE, GREEN, PURPLE, RED, "#8C6BB1", "#7F7F7F")  # of the company's segments, in its order
BY_SEVERITY = {1: CRIMSON, 2: RED, 3: BLUE, 4: SKY}  # of ticket priorities
Colours = Mapping[str, Mapping[str, str]]  # dimension to value to colour
DIMENSIONS: dict[str, dict[str, str]] = {
    "severity": HEAT,
    "risk_level": HEAT,
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
FX = Movement("fx", "fx_mrr", "Exchange rates", PURPLE)  # only of a company that converts at spot rates
MOVE_COLOURS = {movement.metric: movement.colour for movement in (*MOVEMENTS, FX)}
LOSSES = [movement.metric for movement in MOVEMENTS if not movement.adds]
DIMENSIONS["movement"] = {movement.name: movement.colour for movement in (*MOVEMENTS, FX)}


def movements_of(company: Company) -> tuple[Movement, ...]:
    """The ways in which a company's MRR moves, in the order of the bridge."""
    return (*MOVEMENTS, FX) if company.is_spot else MOVEMENTS


def moves_of(company: Company) -> dict[str, str]:
    """How they are written, by metric."""
    return {movement.metric: movement.label for movement in movements_of(company)}


@dataclass(frozen=True)
class Look:
    """How charts write amounts, and the colour of each value that has a meaning of its own."""

    currency: Currency = UNKNOWN
    colours: Colours = field(default_factory=lambda: DIMENSIONS)

    def colour_of(self, dimension: str, value: object) -> str | None:
        """The colour of a value of a dimension; None where it has none of its own."""
        return self.colours.get(dimension, {}).get(str(value))


PLAIN = Look()


def look_of(company: Company) -> Look:
    """The company's: a segment's colour is that of its place, a priority's that of its severity."""
    places = company.places("segment")
    segments = {value: BY_PLACE[place % len(BY_PLACE)] for value, place in places.items()}
    known = {w.value: BY_SEVERITY[min(w.severity, 4)] for w in company.of("priority") if w.severity}
    return Look(company.currency, {**DIMENSIONS, "segment": segments, "priority": known})
