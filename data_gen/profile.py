"""What the company says of itself: its company.yml, from its shape."""

from __future__ import annotations

from typing import Any

import yaml

from company.profile import ServiceHours
from data_gen.shapes.money import RATE_UNIT
from data_gen.shapes.sales import DealKind, Pipeline
from data_gen.shapes.service import EventKind
from data_gen.shapes.shape import Shape

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def company_yml(shape: Shape) -> str:
    """The text of the company's company.yml."""
    entries: dict[str, Any] = {
        "name": shape.name,
        "currency": _currency(shape),
        "calendar": {
            "timezone": shape.calendar.timezone,
            "fiscal_year_starts": MONTHS[shape.calendar.fiscal_first_month - 1],
        },
    }
    if shape.gross_margin_percent is not None:
        entries["gross_margin"] = f"{shape.gross_margin_percent}%"
    if shape.bands:
        entries["bands"] = dict(shape.bands)
    entries |= {"words": _words(shape), "pipelines": {one.name: _pipeline(one) for one in shape.pipelines}}
    if shape.support.hours:
        entries["service_hours"] = _service_hours(shape, shape.support.hours)
    return yaml.safe_dump(entries, sort_keys=False, allow_unicode=True, width=120)


def _currency(shape: Shape) -> dict[str, Any]:
    reporting, *others = shape.currencies
    rates = {one.code: one.rate / RATE_UNIT for one in others}
    return {"reporting": reporting.code, "fx": "constant"} | ({"rates": rates} if rates else {})


def _words(shape: Shape) -> dict[str, Any]:
    plans = sorted((p for p in shape.catalogue.products if p.tier), key=lambda product: product.list_cents)
    words: dict[str, dict[str, Any]] = {
        "segment": {"values": [segment.name for segment in shape.segments]},
        "region": {"values": [region.name for region in shape.regions]},
        "acquisition_channel": {
            "paid": [channel.name for channel in shape.channels if channel.is_paid],
            "other": [channel.name for channel in shape.channels if not channel.is_paid],
        },
        "plan_tiers": {"values": [plan.tier for plan in plans]},
        "ticket_priorities": {"values": [priority.name for priority in shape.support.priorities]},
        "ticket_categories": {"values": [topic.name for topic in shape.support.topics]},
        "churn_reasons": {
            "voluntary": [words.name for words in shape.reasons if words.is_voluntary],
            "involuntary": [words.name for words in shape.reasons if not words.is_voluntary],
        },
        "activation_events": {"values": [shape.product.events[EventKind.ACTIVATION]]},
    }
    return {kind: {"label": shape.labels[kind]} | one if kind in shape.labels else one for kind, one in words.items()}


def _pipeline(pipeline: Pipeline) -> dict[str, Any]:
    stages: dict[str, Any] = {"renewals": "yes"} if pipeline.kinds == (DealKind.RENEWAL,) else {}
    for stage in pipeline.stages:
        stages[stage.name] = {"open": stage.forecast, "probability": f"{stage.probability}%"}
    return stages | {pipeline.won: "won", pipeline.lost: "lost"}


def _service_hours(shape: Shape, hours: ServiceHours) -> dict[str, Any]:
    clock = {one.name: "always" if one.name in hours.always else "business" for one in shape.support.priorities}
    return {
        "days": ", ".join(WEEKDAYS[day - 1] for day in hours.weekdays),
        "from": f"{hours.opens // 60:02}:{hours.opens % 60:02}",
        "to": f"{hours.closes // 60:02}:{hours.closes % 60:02}",
        "holidays": {holiday.day: holiday.name for holiday in hours.holidays},
        "priorities": clock,
    }
