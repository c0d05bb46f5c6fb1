"""The companies that can be made, by the name of their scenario: words and figures in, nothing out."""

from __future__ import annotations

from dataclasses import replace

from data_gen.shapes.default import DEFAULT
from data_gen.shapes.nordic import NORDIC
from data_gen.shapes.shape import Shape
from warehouse.errors import TowerError

SHAPES = {"default": DEFAULT, "calm": replace(DEFAULT, incidents=(), surges=()), "nordic": NORDIC}


def shape_of(scenario: str) -> Shape:
    """The company of a scenario. Raises TowerError when there is none of that name."""
    if scenario not in SHAPES:
        *others, last = SHAPES
        raise TowerError(f"SCENARIO must be {', '.join(others)} or {last}, not {scenario!r}")
    return SHAPES[scenario]
