"""What a company says of itself: plain values, checked by `company.reading`.

`Profile()` says nothing: words, stages and the reporting currency are then learned from the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from company.calendar import CALENDAR_YEAR

DAY = 24 * 60  # minutes


@dataclass(frozen=True)
class Rate:
    """What one unit of a currency is worth in the reporting currency, from a day on; None is from ever."""

    currency: str
    rate: Decimal
    valid_from: date | None = None


@dataclass(frozen=True)
class Currency:
    """The reporting currency (ISO code), how others are converted (constant or spot), and the declared rates."""

    reporting: str | None = None
    fx: str = "constant"
    rates: tuple[Rate, ...] = ()


@dataclass(frozen=True)
class Calendar:
    """The time zone (IANA name) that gives an instant its day, and the month (1 to 12) that starts a fiscal year."""

    timezone: str = "UTC"
    first_month: int = CALENDAR_YEAR


@dataclass(frozen=True)
class Word:
    """One value of a kind of words. The attributes are None where they do not apply or were not said."""

    value: str
    is_paid: bool | None = None  # of a channel: whether it costs media spend
    is_voluntary: bool | None = None  # of a churn reason
    severity: int | None = None  # of a ticket priority: 1 is the most severe


@dataclass(frozen=True)
class Vocabulary:
    """The words of one kind, in the order in which they are shown; none of them where only the label was said."""

    kind: str
    label: str | None = None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True)
class Stage:
    """A stage of a pipeline: open, won or lost; forecast category and win probability (0 to 1) of an open one."""

    name: str
    outcome: str
    forecast_category: str | None = None
    probability: Decimal | None = None


@dataclass(frozen=True)
class Pipeline:
    """The stages in the order in which a deal walks through them."""

    name: str
    stages: tuple[Stage, ...]
    is_renewal: bool = False


@dataclass(frozen=True)
class Holiday:
    """A day on which nobody works, and its name if it was said."""

    day: date
    name: str | None = None


@dataclass(frozen=True)
class ServiceHours:
    """When the SLA clock runs: weekdays (1 is Monday), from and to in minutes after midnight, without the holidays."""

    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    opens: int = 0
    closes: int = DAY
    holidays: tuple[Holiday, ...] = ()
    always: tuple[str, ...] = ()  # priorities whose clock never stops


@dataclass(frozen=True)
class Bands:
    """Amounts in the reporting currency that class accounts and products, rising; none of them where nobody says them.

    `arr` are three of what an account pays a year: from the first it is of medium size, from the last large and
    strategic. `list_price` are two: from the first a product is standard, from the last premium.
    """

    arr: tuple[Decimal, ...] = ()
    key_account_arr: Decimal | None = None
    list_price: tuple[Decimal, ...] = ()


@dataclass(frozen=True)
class Refresh:
    """How `make refresh` loads what lies in the inbox, and how often it tries a failed step again, after how long."""

    mode: str = "merge"
    mapping: str = ""  # names or files, with commas between them; empty for files of the contract
    retries: int = 1
    wait: int = 60  # seconds


@dataclass(frozen=True)
class OwnTopic:
    """A ticket topic of the company's own, or more words for one of those that ship: `scoring.topics` reads it."""

    name: str
    keywords: tuple[str, ...] = ()
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bound:
    """How far a build may be from what is shown, in one respect of warehouse.plausibility; None is however far."""

    check: str
    most: Decimal | None


@dataclass(frozen=True)
class Profile:
    """Everything of company.yml. Shares (gross margin, probabilities) are between 0 and 1."""

    name: str | None = None
    currency: Currency = Currency()
    calendar: Calendar = Calendar()
    gross_margin: Decimal | None = None
    usage_in_mrr: str = "never"
    bands: Bands = Bands()
    vocabularies: tuple[Vocabulary, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()
    service_hours: ServiceHours | None = None
    refresh: Refresh = Refresh()
    topics: tuple[OwnTopic, ...] = ()
    plausibility: tuple[Bound, ...] = ()  # those that differ from the usual ones

    def vocabulary(self, kind: str) -> Vocabulary:
        """The words of a kind, such as segment; an empty vocabulary where nothing was said."""
        return next((known for known in self.vocabularies if known.kind == kind), Vocabulary(kind))
