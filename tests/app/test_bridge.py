"""The MRR bridge: exchange rates are a step of it only where they move MRR."""

from __future__ import annotations

from app.ui.charts.stacks import bridge
from app.ui.colours import moves_of
from metrics.company import Company

STEPS = {
    "starting_mrr": 100.0,
    "new_mrr": 20.0,
    "reactivation_mrr": 0.0,
    "expansion_mrr": 5.0,
    "contraction_mrr": 2.0,
    "churned_mrr": 10.0,
}


def shown(values: dict[str, float]) -> list[tuple[str, float]]:
    """The steps of the drawing, each with its height."""
    figure = bridge(values)
    assert figure is not None
    return list(zip(figure.data[0].x, figure.data[0].y, strict=True))


def test_without_spot_rates_there_is_no_such_step() -> None:
    assert list(moves_of(Company())) == list(STEPS)[1:]
    names = ["Start", "New", "Reactivation", "Expansion", "Contraction", "Churn", "End"]
    heights = [100.0, 20.0, 0.0, 5.0, -2.0, -10.0, 113.0]
    assert shown(STEPS | {"mrr": 113.0}) == list(zip(names, heights, strict=True))


def test_at_spot_rates_it_is_the_last_step_with_its_sign() -> None:
    assert list(moves_of(Company(is_spot=True))) == [*list(STEPS)[1:], "fx_mrr"]
    found = shown(STEPS | {"fx_mrr": -3.0, "mrr": 110.0})
    assert found[-2:] == [("Exchange rates", -3.0), ("End", 110.0)]
    assert sum(height for _, height in found[:-1]) == 110.0
