"""fx_rates.csv, among the data or one folder below: rates as rows (month or day, currency, rate), where they are many.

They stand beside those of company.yml, which says the currency that they convert to.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from company.currencies import DECIMALS, LARGEST_RATE
from company.profile import Profile, Rate
from warehouse.errors import TowerError

FILE = "fx_rates.csv"
COLUMNS = {  # column: its names, without capitals, blanks and underscores
    "day": ("month", "day", "date", "validfrom", "ratedate"),
    "currency": ("currency", "currencycode", "code"),
    "rate": ("rate", "fxrate", "exchangerate"),
}


def find_rates(folder: Path) -> Path | None:
    """The file of rates among the data; None without one. Raises TowerError for several."""
    found = [path for pattern in (FILE, f"*/{FILE}") for path in sorted(folder.glob(pattern))]
    if len(found) > 1:
        raise TowerError(f"{found[0]} and {found[1]} are both rates; keep one")
    return found[0] if found else None


def with_rates(profile: Profile | None, folder: Path) -> Profile | None:
    """The profile with the rates of the folder's file, if it has one.

    Raises TowerError for what cannot be read, with its line, and where nobody says what they convert to.
    """
    path = find_rates(folder)
    if path is None:
        return profile
    if profile is None or profile.currency.reporting is None:
        raise TowerError(
            f"{path} needs the currency that it converts to; say in company.yml: currency: {{reporting: …}}"
        )
    known = {(rate.currency, rate.valid_from): rate for rate in profile.currency.rates}
    for line, rate in read_rates(path):
        if (rate.currency, rate.valid_from) in known:
            raise TowerError(f"{path}:{line}: a second rate of {rate.currency} from the same day; keep one")
        if rate.currency == profile.currency.reporting and rate.rate != 1:
            raise TowerError(f"{path}:{line}: {rate.currency} is the reporting currency, so that its rate is 1")
        known[rate.currency, rate.valid_from] = rate
    rates = tuple(sorted(known.values(), key=lambda rate: (rate.currency, rate.valid_from or date.min)))
    return replace(profile, currency=replace(profile.currency, rates=rates))


def read_rates(path: Path) -> list[tuple[int, Rate]]:
    """Every rate of the file with its line. Raises TowerError with the place of a mistake."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise TowerError(f"{path} is not in UTF-8; save it so") from error
    head = lines[0] if lines else ""
    delimiter = max(",;\t", key=head.count)
    names = [name.strip().lower().replace(" ", "").replace("_", "") for name in head.split(delimiter)]
    places = {
        column: next((names.index(name) for name in several if name in names), -1)
        for column, several in COLUMNS.items()
    }
    if missing := [column for column, place in places.items() if place < 0]:
        raise TowerError(
            f"{path}:1: needs the columns month (or day), currency and rate; {', '.join(missing)} is missing"
        )
    rows = csv.reader(lines[1:], delimiter=delimiter)
    found = []
    for line, row in enumerate(rows, start=2):
        if len(row) <= max(places.values()) and any(row):
            raise TowerError(f"{path}:{line}: {max(places.values()) + 1} columns are needed, not {len(row)}")
        if any(row):
            entry = {column: row[place].strip() for column, place in places.items()}
            found.append((line, _rate(f"{path}:{line}", entry, delimiter)))
    return found


def _rate(place: str, row: dict[str, str], delimiter: str) -> Rate:
    code, text = row["currency"].upper(), row["rate"]
    if code not in DECIMALS:
        raise TowerError(f"{place}: {row['currency']!r} is no currency code such as SEK")
    try:
        rate = Decimal(text.replace(",", ".") if delimiter == ";" else text)
    except InvalidOperation as error:
        raise TowerError(f"{place}: the rate of {code} is no number: {text!r}") from error
    if not 0 < rate < LARGEST_RATE:
        raise TowerError(f"{place}: the rate of {code} must be above 0 and below 10 million")
    try:
        return Rate(code, rate, date.fromisoformat(row["day"][:10] + ("-01" if len(row["day"]) == 7 else "")))
    except ValueError as error:
        raise TowerError(f"{place}: a month such as 2026-08 or a day such as 2026-08-15, not {row['day']!r}") from error
