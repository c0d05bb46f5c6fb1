"""A profile as the plain rows that the loader writes beside the data and dbt reads as sources.

Every table has its columns even when it has no row. What the profile does not say is None or no row: it is learned.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from company.currencies import DECIMALS, symbol
from company.profile import Bands, Profile, ServiceHours

Row = dict[str, Any]
EVER = date(1900, 1, 1)  # from when a rate holds that names no day
GROSS_MARGIN = Decimal("0.80")  # where nobody says it; shown as an assumption
TOPICS = "company_ticket_topics"  # read by scoring; no model of dbt does
BOUNDS = "company_plausibility"  # read by warehouse.plausibility; no model of dbt does
# Columns and their SQL types. Positions count from 1; weekdays are ISO, 1 is Monday; minutes count from midnight.
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "company_settings": {
        "company_name": "varchar(255)",
        "reporting_currency": "varchar(3)",
        "currency_symbol": "varchar(8)",
        "currency_decimals": "integer",
        "fx_method": "varchar(8)",
        "timezone": "varchar(64)",
        "fiscal_year_first_month": "integer",
        "gross_margin": "numeric(24,14)",
        "gross_margin_source": "varchar(16)",
        "usage_in_mrr": "varchar(32)",
        "has_service_hours": "boolean",
    },
    "company_bands": {"kind": "varchar(32)", "position": "integer", "amount": "numeric(24,12)"},
    "company_labels": {"kind": "varchar(32)", "label": "varchar(255)"},
    "company_words": {
        "kind": "varchar(32)",
        "value": "varchar(255)",
        "position": "integer",
        "is_paid": "boolean",
        "is_voluntary": "boolean",
        "severity": "integer",
    },
    "company_stages": {
        "pipeline": "varchar(255)",
        "pipeline_position": "integer",
        "is_renewal": "boolean",
        "stage": "varchar(255)",
        "position": "integer",
        "outcome": "varchar(8)",
        "forecast_category": "varchar(16)",
        "probability": "numeric(24,14)",
    },
    "company_fx_rates": {"currency": "varchar(3)", "valid_from": "date", "rate": "numeric(24,12)"},
    "company_holidays": {"holiday_date": "date", "holiday_name": "varchar(255)"},
    "company_service_hours": {"weekday": "integer", "opens_minute": "integer", "closes_minute": "integer"},
    "company_always_priorities": {"priority": "varchar(255)"},
    TOPICS: {"topic": "varchar(255)", "position": "integer", "kind": "varchar(16)", "example": "varchar(255)"},
    BOUNDS: {"check_name": "varchar(32)", "most": "numeric(24,12)"},
}


def company_tables(profile: Profile, gross_margin: Decimal | None = None) -> dict[str, list[Row]]:
    """The rows of every table in COLUMNS by its name. A gross margin that is given (the environment's) comes first."""
    hours = profile.service_hours
    return {
        "company_settings": [_settings(profile, gross_margin)],
        "company_bands": _bands(profile.bands),
        "company_labels": [{"kind": v.kind, "label": v.label} for v in profile.vocabularies if v.label],
        "company_words": _words(profile),
        "company_stages": _stages(profile),
        "company_fx_rates": _fx_rates(profile),
        "company_holidays": [] if hours is None else _holidays(hours),
        "company_service_hours": [] if hours is None else _weekdays(hours),
        "company_always_priorities": [] if hours is None else [{"priority": priority} for priority in hours.always],
        TOPICS: _topics(profile),
        BOUNDS: [{"check_name": bound.check, "most": bound.most} for bound in profile.plausibility],
    }


def _topics(profile: Profile) -> list[Row]:
    return [
        {"topic": topic.name, "position": position, "kind": kind, "example": example}
        for position, topic in enumerate(profile.topics, start=1)
        for kind, examples in (("keyword", topic.keywords), ("sentence", topic.sentences))
        for example in examples
    ]


def _bands(bands: Bands) -> list[Row]:
    key = () if bands.key_account_arr is None else (bands.key_account_arr,)
    amounts = {"arr": bands.arr, "key_account_arr": key, "list_price": bands.list_price}
    return [
        {"kind": kind, "position": position, "amount": amount}
        for kind, known in amounts.items()
        for position, amount in enumerate(known, start=1)
    ]


def _holidays(hours: ServiceHours) -> list[Row]:
    return [{"holiday_date": holiday.day, "holiday_name": holiday.name} for holiday in hours.holidays]


def _weekdays(hours: ServiceHours) -> list[Row]:
    return [{"weekday": day, "opens_minute": hours.opens, "closes_minute": hours.closes} for day in hours.weekdays]


def _settings(profile: Profile, given: Decimal | None) -> Row:
    code = profile.currency.reporting
    sources = (("environment", given), ("company.yml", profile.gross_margin), ("assumed", GROSS_MARGIN))
    source, margin = next((name, value) for name, value in sources if value is not None)
    return {
        "company_name": profile.name,
        "reporting_currency": code,
        "currency_symbol": symbol(code) if code else None,
        "currency_decimals": DECIMALS[code] if code else None,
        "fx_method": profile.currency.fx,
        "timezone": profile.calendar.timezone,
        "fiscal_year_first_month": profile.calendar.first_month,
        "gross_margin": margin,
        "gross_margin_source": source,
        "usage_in_mrr": profile.usage_in_mrr,
        "has_service_hours": profile.service_hours is not None,
    }


def _words(profile: Profile) -> list[Row]:
    return [
        {
            "kind": vocabulary.kind,
            "value": word.value,
            "position": position,
            "is_paid": word.is_paid,
            "is_voluntary": word.is_voluntary,
            "severity": word.severity,
        }
        for vocabulary in profile.vocabularies
        for position, word in enumerate(vocabulary.words, start=1)
    ]


def _stages(profile: Profile) -> list[Row]:
    return [
        {
            "pipeline": pipeline.name,
            "pipeline_position": place,
            "is_renewal": pipeline.is_renewal,
            "stage": stage.name,
            "position": position,
            "outcome": stage.outcome,
            "forecast_category": stage.forecast_category,
            "probability": stage.probability,
        }
        for place, pipeline in enumerate(profile.pipelines, start=1)
        for position, stage in enumerate(pipeline.stages, start=1)
    ]


def _fx_rates(profile: Profile) -> list[Row]:
    """The declared rates, and the reporting currency's own, so that every amount finds its rate in one join."""
    code = profile.currency.reporting
    own = [{"currency": code, "valid_from": EVER, "rate": Decimal(1)}] if code else []
    return own + [
        {"currency": rate.currency, "valid_from": rate.valid_from or EVER, "rate": rate.rate}
        for rate in profile.currency.rates
        if rate.currency != code
    ]
